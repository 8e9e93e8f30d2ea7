// A few bytes can ask for years of work and terabytes of memory: loading them takes at most a second of processor time
// and 256 MB, and ends with a model or with one line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { safetensors } from './models.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lapis-hostile-'));
after(() => rmSync(folder, { recursive: true }));

const most_seconds = 1;
const most_megabytes = 256;
const program = fileURLToPath(new URL('load_hostile.mjs', import.meta.url));

const layer = (class_name, config = {}) => ({ class_name, config });
const padding = (sides) => layer('ZeroPadding2D', { padding: sides });
const same = (kind, pool_size) => layer(kind, { pool_size, strides: 1, padding: 'same' });
const copies = (count, each) => Array(count).fill(each);
const largest = layer('GlobalMaxPooling2D');
const mish = layer('Activation', { activation: 'mish' });
const zeros = (...shape) => ({ shape, data: Array(shape.reduce((a, b) => a * b, 1)).fill(0) });

const sequential = (sizes, layers) =>
  JSON.stringify(
    layer('Sequential', {
      name: 'm',
      layers: [layer('InputLayer', { batch_shape: [null, ...sizes] }), ...layers],
    }),
  );

/** This library's own file, whose self-test has inputs and outputs of these shapes. */
const own = (sizes, layers, input, output) =>
  safetensors(
    { 'selftest/input': zeros(...input), 'selftest/output': zeros(...output) },
    { format: 'lapis', format_version: '1', config: sequential(sizes, layers), input: '{"kind":"tensor"}' },
  );

/** What Keras's files are packed into. */
const keras = (config, tensors = {}, lapis) =>
  safetensors(tensors, {
    format: 'keras',
    layout: 'legacy',
    config,
    ...(lapis && { lapis: JSON.stringify(lapis) }),
  });

function chain(count) {
  const layers = [layer('InputLayer', { name: 'r0', batch_shape: [null, 1] })];
  for (let i = 1; i <= count; i++) layers.push(layer('ReLU', { name: `r${i}` }));
  const nodes = layers.map((each, i) => ({
    ...each,
    name: `r${i}`,
    inbound_nodes:
      i === 0
        ? []
        : [{ args: [layer('__keras_tensor__', { keras_history: [`r${i - 1}`, 0, 0] })], kwargs: {} }],
  }));
  const ends = { input_layers: [['r0', 0, 0]], output_layers: [[`r${count}`, 0, 0]] };
  return JSON.stringify(layer('Functional', { name: 'f', layers: nodes, ...ends }));
}

const nested = (depth) =>
  depth === 0 ? layer('ReLU') : layer('TimeDistributed', { layer: nested(depth - 1) });
const pixel = [1, 1, 1];
const words = [layer('Embedding', { input_dim: 4, output_dim: 64, name: 'e' }), layer('GlobalMaxPooling1D')];
const text_input = (sequence_length) => ({
  input: { kind: 'text', sequence_length, vocabulary: ['', '[UNK]', 'a', 'b'] },
});
const image_input = (side) => ({ input: { kind: 'image', width: side, height: side, channels: 3 } });
const cell = { 'r/0': zeros(1, 1), 'r/1': zeros(1, 1), 'r/2': zeros(1) };
const one = [1, 1, 1, 1];

const files = {
  'max pool of 1024': own(pixel, [padding(512), same('MaxPooling2D', 1024), largest], one, [1, 1]),
  'max pool of 2048': own(pixel, [padding(1024), same('MaxPooling2D', 2048), largest], one, [1, 1]),
  'mean pool of 4096': own(pixel, [padding(256), same('AveragePooling2D', 4096), largest], one, [1, 1]),
  'many pools': own(pixel, [padding(64), ...copies(40, same('MaxPooling2D', 64)), largest], one, [1, 1]),
  '126 activations on 64 rows': own(
    pixel,
    [padding(511), ...copies(126, mish), largest],
    [64, 1, 1, 1],
    [64, 1],
  ),
  '126 activations on 1 row': own(pixel, [padding(511), ...copies(126, mish), largest], one, [1, 1]),
  '50 softmaxes': own(pixel, [padding(1024), ...copies(50, layer('Softmax')), largest], one, [1, 1]),
  '50 normalisations': own(pixel, [padding(1024), ...copies(50, layer('ReLU')), largest], one, [1, 1]),
  '64 rows of 4096 x 4096': own(pixel, [padding(2047), largest], [64, 1, 1, 1], [64, 1]),
  'four paddings of open sizes': own([null, null, 1], [...copies(4, padding(4096)), largest], one, [1, 1]),
  '67 million outputs': keras(sequential(pixel, [padding(4095), layer('Flatten')])),
  '67 million outputs, self-test': own(pixel, [padding(4095), layer('Flatten')], one, [1, 1]),
  '33 million steps': keras(
    sequential(pixel, [
      padding(2896),
      layer('Reshape', { target_shape: [-1, 1] }),
      layer('SimpleRNN', { units: 1, name: 'r' }),
    ]),
    cell,
  ),
  'text of 16 million words': keras(sequential([null], words), { 'e/0': zeros(4, 64) }, text_input(2 ** 24)),
  'picture of 16384 x 16384': keras(sequential([null, null, 3], [largest]), {}, image_input(16384)),
  '29,900 layers': keras(sequential([1], copies(29_900, layer('ReLU')))),
  '9,000 layers': keras(sequential([1], copies(9_000, layer('ReLU')))),
  '10,500 layers, Functional': keras(chain(10_500)),
  '2,500 layers, Functional': keras(chain(2_500)),
  'Dense of 2^24 units': keras(sequential([8], [layer('Dense', { units: 2 ** 24 })])),
  'LSTM of 2^24 units': keras(sequential([2, 8], [layer('LSTM', { units: 2 ** 24 })])),
  'Embedding of 2^24 x 2^24': keras(
    sequential([2], [layer('Embedding', { input_dim: 2 ** 24, output_dim: 2 ** 24 })]),
  ),
  'input of 2^24 x 2^24 values': keras(sequential([2 ** 24, 2 ** 24], [layer('ReLU')])),
  'reshapes to 2^30 and back': keras(
    sequential([2 ** 24], [layer('Reshape', { target_shape: [2 ** 12, 2 ** 12, 64] }), largest]),
  ),
  '60 layers in one another': keras(sequential([2, 8], [nested(60)])),
  'JSON 50,000 deep': keras('['.repeat(50_000)),
  'JSON of 49,000 values': keras(`[0${',0'.repeat(49_000)}]`),
  'JSON of 32,000 objects': keras(`[{}${',{}'.repeat(32_000)}]`),
  'a key of 90,000 bytes': keras(`{"${'k'.repeat(90_000)}": 1}`),
  'a name of many lines': keras(sequential([1], [layer('ReLU', { name: 'a\nb\u2028c' })])),
};

function load(name, ...options) {
  const path = join(folder, 'file');
  writeFileSync(path, files[name]);
  return JSON.parse(execFileSync(process.execPath, [program, path, ...options], { encoding: 'utf8' }));
}

for (const name of Object.keys(files)) {
  test(`loading costs little, whatever is asked for: ${name}`, () => {
    assert.ok(name.includes(' layers') || files[name].length <= 100_000, 'a small file');
    const { outcome, message, seconds, megabytes } = load(name);
    assert.match(outcome, /^(loaded|LapisError)$/, message);
    assert.doesNotMatch(message, /[\n\r\u2028]/);
    assert.ok(seconds <= most_seconds, `${seconds} s: ${message}`);
    assert.ok(megabytes <= most_megabytes, `${megabytes} MB: ${message}`);
  });
}

test('a text of millions of words ends in a line, not in a trap', () => {
  const { outcome, message } = load('text of 16 million words', 'predict');
  assert.equal(outcome, 'LapisError', message);
});
