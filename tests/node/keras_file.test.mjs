// Keras's own files, .keras and .h5: the same answers as Keras gave and as the command line gives, from every way in
// which HDF5 and zip may hold the weights.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { loadModel, LapisError } from '../../wasm/dist/index.js';
import { pack_keras_file } from '../../wasm/dist/keras_file.js';
import { keras3_weights, read } from './hdf5_files.mjs';
import {
  strFromU8,
  strToU8,
  unzipSync,
  with_text_vectorization,
  words,
  zipSync,
} from './keras_text_file.mjs';
import { random_numbers } from './models.mjs';
import { read_safetensors } from './safetensors_file.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = process.env.LAPIS_SHARED || join(root, '../shared');
const golden = join(shared, 'golden');
const command_line = join(root, 'build/native/lapis');
const skip = existsSync(golden) ? false : 'no shared golden files';
const golden_files = skip ? [] : readdirSync(golden).filter((file) => /\.(keras|h5)$/.test(file));

const largest_difference = (a, b) => {
  assert.equal(a.length, b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
};

/** The command line's raw outputs for a tensor in a file, all rows one after another. */
function native(model, input, name) {
  const options = ['predict', model, '--input', input, '--tensor', name, '--json'];
  const { predictions } = JSON.parse(execFileSync(command_line, options, { encoding: 'utf8' }));
  return predictions.flatMap(({ probabilities, values, scores }) => scores ?? values ?? probabilities);
}

/** Every golden file's model, what it was asked and what it answered. */
async function golden_answers(file) {
  const path = join(golden, file);
  const answers = path.replace(/\.(keras|h5)$/, '.safetensors');
  const { tensors } = read_safetensors(readFileSync(answers));
  const model = await loadModel(path);
  const found = model.predict(Float32Array.from(tensors.input.data, Number), tensors.input.shape);
  assert.equal(model.info.bytes, readFileSync(path).length);
  model.dispose();
  return { path, answers, tensors, found };
}

test('every golden .keras and .h5 answers as Keras did', { skip }, async (context) => {
  assert.ok(golden_files.length >= 14, `${golden_files.length} files`);
  let largest = 0;
  for (const file of golden_files) {
    const { tensors, found } = await golden_answers(file);
    largest = Math.max(largest, largest_difference(found, tensors['prob/f64'].data));
  }
  context.diagnostic(`${golden_files.length} files: at most ${largest} from Keras`);
  assert.ok(largest <= 1e-6, `${largest} from Keras`);
});

const committed = join(root, 'tests/golden/files');
const committed_files = readdirSync(committed).filter((file) => /\.(keras|h5)$/.test(file));

for (const file of committed_files)
  test(`${file}, as Keras wrote it, answers as Keras did`, async () => {
    const { tensors, metadata } = read_safetensors(readFileSync(join(committed, 'expected.safetensors')));
    const input = tensors[`${file}/input`];
    const output = tensors[`${file}/output`].data;
    const model = await loadModel(join(committed, file));
    const found = model.predict(Float32Array.from(input.data, Number), input.shape);
    assert.ok(largest_difference(found, output) <= 1e-6);
    if (model.info.input.kind !== 'text') return;
    const answers = JSON.parse(metadata.texts).map((text) => [...model.predictText(text).probabilities]);
    assert.ok(largest_difference(answers.flat(), output) <= 1e-6);
  });

const no_native = skip || (existsSync(command_line) ? false : 'no build/native/lapis');
test('and as the command line does', { skip: no_native }, async (context) => {
  let largest = 0;
  for (const file of golden_files) {
    const { path, answers, found } = await golden_answers(file);
    largest = Math.max(largest, largest_difference(found, native(path, answers, 'input')));
  }
  context.diagnostic(`at most ${largest} from the command line`);
  assert.ok(largest <= 1e-6, `${largest} from the command line`);
});

test(
  '.keras and .h5 of one model hold the same weights, and saving either makes the same .safetensors',
  { skip },
  async () => {
    for (const name of ['bilstm_stack', 'cnn_cifar_pool']) {
      const [a, b] = await Promise.all([
        loadModel(join(golden, `${name}.keras`)),
        loadModel(join(golden, `${name}.h5`)),
      ]);
      assert.deepEqual(a.weights(), b.weights());
      const saved = a.save();
      assert.deepEqual(saved, b.save());
      assert.equal(read_safetensors(saved).metadata.format, 'lapis');
      const again = await loadModel(saved);
      assert.deepEqual(again.weights(), a.weights());
    }
  },
);

const file_of = (name) => new Uint8Array(gunzipSync(Buffer.from(read[name], 'base64')));
const kernel = Float32Array.from({ length: 30 }, (_, i) => (((i * 7919) % 61) - 30) / 64);

for (const name of Object.keys(read))
  test(`HDF5 as h5py writes it, ${name}: the weights to the last bit`, async () => {
    const model = await loadModel(file_of(name));
    assert.deepEqual(model.weights()[0].data, kernel);
    assert.deepEqual(model.info.input.shape, [null, 6]);
  });

/** The layer's name, wherever it stands, is another of as many bytes. */
function renamed(file, name) {
  const bytes = Buffer.from(file);
  for (let at = bytes.indexOf('dense'); at >= 0; at = bytes.indexOf('dense', at + 1)) bytes.write(name, at);
  return bytes;
}

/** Texts that the file calls UTF-8 are called ASCII. */
function called_ascii(file) {
  const bytes = Buffer.from(file);
  const texts = Buffer.from([0x19, 1, 1, 0, 16, 0, 0, 0]);
  let found = 0;
  for (let at = bytes.indexOf(texts); at >= 0; at = bytes.indexOf(texts, at + 1), found++) bytes[at + 2] = 0;
  assert.ok(found >= 3, `${found} texts`);
  return bytes;
}

for (const name of ['dëns', 'слx', '层ab', "d'n_e", '\ufeffxy'])
  test(`HDF5 with the layer's name ${JSON.stringify(name)}, texts of a fixed length or not, called UTF-8 or ASCII`, async () => {
    for (const file of [
      file_of('keras2'),
      file_of('contiguous'),
      called_ascii(file_of('contiguous')),
      file_of('latest'),
    ]) {
      // The newest files have checksums, which are not looked at.
      const packed = read_safetensors(pack_keras_file(renamed(file, name), {}));
      assert.deepEqual(Object.keys(packed.tensors), [`${name}/0`]);
      assert.equal(JSON.parse(packed.metadata.config).config.layers[1].config.name, name);
    }
  });

test('a text in an HDF5 file that is not UTF-8 is named', async () => {
  const file = renamed(file_of('keras2'), 'de\u0000se');
  for (let at = file.indexOf('de\u0000se'); at >= 0; at = file.indexOf('de\u0000se', at + 1))
    file[at + 2] = 0xff;
  await assert.rejects(loadModel(file), /is not UTF-8; save the model again/);
});

test('what is handed to the library is what the file holds, in its own dtype', { skip }, () => {
  const legacy = read_safetensors(pack_keras_file(readFileSync(join(golden, 'lstm.h5')), {}));
  assert.equal(legacy.metadata.format, 'keras');
  assert.equal(legacy.metadata.layout, 'legacy');
  assert.equal(legacy.metadata.keras_version, '3.15.1');
  assert.equal(JSON.parse(legacy.metadata.config).class_name, 'Sequential');
  assert.ok(Object.keys(legacy.tensors).every((key) => /^[a-z_0-9]+\/\d+$/.test(key)));
  const keras3 = read_safetensors(pack_keras_file(readFileSync(join(golden, 'lstm.keras')), {}));
  assert.equal(keras3.metadata.layout, 'keras3');
  assert.ok('layers/lstm/cell/vars/0' in keras3.tensors);
  assert.ok(!Object.keys(keras3.tensors).some((key) => key.startsWith('optimizer')));
  assert.equal(read_safetensors(pack_keras_file(file_of('float16'), {})).tensors['dense/0'].dtype, 'F16');
  assert.equal(read_safetensors(pack_keras_file(file_of('float64'), {})).tensors['dense/0'].dtype, 'F64');
});

test('a .keras brings its variables, and not the optimizer’s', async () => {
  const layer = { class_name: 'Dense', config: { name: 'mine', units: 5, use_bias: false } };
  const input = { class_name: 'InputLayer', config: { batch_shape: [null, 6], name: 'input' } };
  const config = { class_name: 'Sequential', config: { name: 'small', layers: [input, layer] } };
  const file = zipSync({
    'config.json': strToU8(JSON.stringify(config)),
    'metadata.json': strToU8('{"keras_version": "3.15.1"}'),
    'model.weights.h5': new Uint8Array(gunzipSync(Buffer.from(keras3_weights, 'base64'))),
  });
  assert.deepEqual(Object.keys(read_safetensors(pack_keras_file(file, {})).tensors), ['layers/dense/vars/0']);
  assert.deepEqual((await loadModel(file)).weights()[0].data, kernel);
});

test('a .keras that somebody packed again, compressed', { skip }, async () => {
  const original = readFileSync(join(golden, 'birnn_stack.keras'));
  const members = unzipSync(original);
  const before = await loadModel(original);
  for (const level of [0, 6, 9]) {
    const model = await loadModel(zipSync(members, { level }));
    assert.deepEqual(model.weights(), before.weights());
  }
});

test('labels and the way of pixels, given by the caller or kept in the file', { skip }, async () => {
  const path = join(golden, 'cnn_cifar_pool.keras');
  const plain = await loadModel(path);
  assert.equal(plain.info.input.kind, 'tensor');
  const classes = plain.info.layers.at(-1).output_shape.at(-1);
  const labels = Array.from({ length: classes }, (_, i) => `kind ${i}`);
  const input = { kind: 'image', width: 32, height: 32, channels: 3, scale: 1 / 127.5, mean: [1] };
  const model = await loadModel(path, { input, labels });
  assert.deepEqual(model.info.labels, labels);
  assert.equal(model.info.input.kind, 'image');
  const bytes = Uint8Array.from(random_numbers(32 * 32 * 3, 5), (value) => (value + 1) * 127);
  const seen = model.predictImage({ data: bytes, width: 32, height: 32, channels: 3 });
  const expected = plain.predict(
    Float32Array.from(bytes, (byte) => byte / 127.5 - 1),
    [1, 32, 32, 3],
  );
  assert.ok(largest_difference(seen.probabilities, expected) <= 1e-6);
  assert.ok(labels.includes(seen.label));
  // Both survive saving, and a file may bring them along.
  const again = await loadModel(model.save());
  assert.deepEqual(again.info.labels, labels);
  assert.equal(again.info.input.image.width, 32);
  const members = unzipSync(readFileSync(path));
  const metadata = JSON.parse(strFromU8(members['metadata.json']));
  members['metadata.json'] = strToU8(JSON.stringify({ ...metadata, lapis: { input, labels } }));
  assert.deepEqual((await loadModel(zipSync(members))).info.labels, labels);
  const others = labels.map((label) => `${label}!`);
  assert.deepEqual((await loadModel(zipSync(members), { labels: others })).info.labels, others);
  await assert.rejects(loadModel(path, { labels: ['one'] }), (error) => {
    assert.ok(error instanceof LapisError);
    assert.match(error.message, /cnn_cifar_pool\.keras: .*1 labels/);
    return true;
  });
  await assert.rejects(loadModel(model.save(), { labels }), /\.safetensors file has its own/);
});

test(
  'texts, where a TextVectorization stands in front: its words come from the assets',
  { skip },
  async () => {
    const file = readFileSync(join(golden, 'lstm.keras'));
    const [plain, model] = await Promise.all([loadModel(file), loadModel(with_text_vectorization(file, 7))]);
    assert.equal(model.info.input.kind, 'text');
    assert.deepEqual(model.info.input.text, { vocabulary_size: words.length, sequence_length: 7 });
    const { probabilities, tokens } = model.predictText('Tidak enak, tidak MURAH; zzz');
    const ids = [3, 2, 3, 6, 1];
    assert.deepEqual(
      tokens.map(({ id }) => id),
      ids,
    );
    const expected = plain.predict(Float32Array.from([...ids, 0, 0]), [1, 7]);
    assert.ok(largest_difference(probabilities, expected) <= 1e-6);
    assert.deepEqual(
      (await loadModel(model.save())).predictText('murah').probabilities,
      model.predictText('murah').probabilities,
    );
  },
);

test('a user of .safetensors loads nothing of what reads Keras’s files', () => {
  const sources = ['index', 'model', 'model_bytes', 'module', 'trainer'].map((name) =>
    readFileSync(join(root, `wasm/dist/${name}.js`), 'utf8'),
  );
  for (const source of sources)
    assert.doesNotMatch(source, /^(import|export) .*(fflate|keras_file|hdf5|zip)/m);
  assert.match(sources[2], /import\('\.\/keras_file\.js'\)/);
});

test(
  'from a path, an address of a file, bytes in the middle of others, and in a worker',
  { skip },
  async () => {
    const path = join(golden, 'simple_rnn.keras');
    const bytes = readFileSync(path);
    const padded = new Uint8Array(bytes.length + 7);
    padded.set(bytes, 3);
    const all = await Promise.all(
      [
        path,
        new URL(`file://${path}`),
        padded.subarray(3, 3 + bytes.length),
        new Uint8Array(bytes).buffer,
      ].map((source) => loadModel(source)),
    );
    for (const model of all) assert.deepEqual(model.weights(), all[0].weights());
    const folder = mkdtempSync(join(tmpdir(), 'lapis-keras-'));
    const script = join(folder, 'worker.mjs');
    writeFileSync(
      script,
      `import { parentPort, workerData } from 'node:worker_threads';
     const { loadModel } = await import(workerData.url);
     const model = await loadModel(workerData.path);
     parentPort.postMessage(model.info.parameters);`,
    );
    const url = new URL('../../wasm/dist/index.js', import.meta.url).href;
    const worker = new Worker(script, { workerData: { url, path } });
    const parameters = await new Promise((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
    });
    assert.equal(parameters, all[0].info.parameters);
    rmSync(folder, { recursive: true });
  },
);
