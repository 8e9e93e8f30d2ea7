// Damaged, hostile and mistaken files where a .keras or .h5 is expected: one clear line each, soon, and without memory
// that the file does not account for.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { pack_keras_file } from '../../wasm/dist/keras_file.js';
import { read, refused } from './hdf5_files.mjs';
import { tensor_model } from './models.mjs';

const { zipSync, strToU8 } = createRequire(new URL('../../wasm/package.json', import.meta.url))('fflate');

const golden = join(
  process.env.LAPIS_SHARED || fileURLToPath(new URL('../../../shared', import.meta.url)),
  'golden',
);
const skip = existsSync(golden) ? false : 'no shared golden files';
const file_of = (text) => new Uint8Array(gunzipSync(Buffer.from(text, 'base64')));

/** Rejects with one short line of the library's. */
async function rejects(bytes, text = /./) {
  const started = performance.now();
  await assert.rejects(loadModel(bytes), (error) => {
    assert.ok(error instanceof LapisError, `${error?.constructor?.name}: ${error?.stack}`);
    assert.match(error.message, text);
    assert.match(error.message, /^[^\n]{10,600}$/);
    return true;
  });
  assert.ok(performance.now() - started < 2000, 'takes too long');
}

for (const [name, [text, reason]] of Object.entries(refused))
  test(`HDF5 that is refused: ${name}`, () => rejects(file_of(text), new RegExp(reason)));

const weights = () => file_of(read.contiguous);
const config = strToU8('{"class_name": "Sequential", "config": {"name": "m", "layers": []}}');
const whole = (changes = {}) => ({
  'metadata.json': strToU8('{"keras_version": "3.15.1"}'),
  'config.json': config,
  'model.weights.h5': weights(),
  ...changes,
});

test('zips that are refused', async () => {
  const zip = (changes, options = { level: 0 }) => zipSync(whole(changes), options);
  await rejects(
    zip({ '../../escape.txt': config }),
    /"\.\.\/\.\.\/escape\.txt" inside leads out of the file/,
  );
  await rejects(zip({ '/etc/escape.txt': config }), /leads out/);
  await rejects(zip({ 'C:\\escape.txt': config }), /leads out/);
  await rejects(zip({ 'assets\\..\\..\\escape.txt': config }), /leads out/);
  await rejects(
    zip({ 'model.weights.h5': new Uint8Array(1 << 24) }, { level: 9 }),
    /"model\.weights\.h5" inside declares 16777216 bytes but stores 1\d{4}/,
  );
  const many = Array.from({ length: 300 }, (_, i) => [`assets/${i}.txt`, new Uint8Array(500_000)]);
  await rejects(zip(Object.fromEntries(many), { level: 9 }), /its members declare 1500\d{5} bytes but store/);
  const { 'config.json': _, ...without_config } = whole();
  await rejects(zipSync(without_config), /no "config\.json" inside/);
  await rejects(zipSync({ 'config.json': config }), /no "model\.weights\.h5" inside/);
  await rejects(zip({ 'metadata.json': strToU8('[') }), /"metadata\.json" inside: not a JSON object/);
  await rejects(zip({ 'config.json': new Uint8Array([0xff, 0xfe]) }), /"config\.json" inside: not UTF-8/);
  await rejects(zip({ 'model.weights.h5': new Uint8Array(100) }), /model\.weights\.h5: damaged at byte 0/);
  await rejects(zipSync({}), /no "config\.json" inside/);
  await rejects(zipSync({ 'm/config.json': config, 'm/model.weights.h5': weights() }), /lie in a folder/);
});

/** Where a member's directory entry begins. */
const entry_of = (zip, name) => {
  const at = Buffer.from(zip.buffer).lastIndexOf(name);
  assert.ok(at > 0);
  return at - 46;
};

test('zips that are wrong in one field', async () => {
  const changed = (change) => {
    const zip = new Uint8Array(zipSync(whole(), { level: 0 }));
    const view = new DataView(zip.buffer);
    change(view, entry_of(zip, 'config.json'), zip);
    return zip;
  };
  await rejects(
    changed((view, at) => view.setUint16(at + 8, 1, true)),
    /"config\.json" inside is encrypted/,
  );
  await rejects(
    changed((view, at) => view.setUint16(at + 10, 12, true)),
    /compressed by method 12/,
  );
  await rejects(
    changed((view, at) => view.setUint32(at + 16, 1, true)),
    /checksum differs/,
  );
  await rejects(
    changed((view, at) => view.setUint32(at + 24, 0xf0000000, true)),
    /4026531840 bytes, at most 2 GiB/,
  );
  await rejects(
    changed((view, at) => view.setUint32(at + 42, 0x7fffffff, true)),
    /damaged at byte/,
  );
  // As another member's size, so that both lie on one another.
  await rejects(
    changed((view, at, zip) => {
      view.setUint32(at + 20, zip.length - 10, true);
      view.setUint32(at + 24, zip.length - 10, true);
    }),
    /overlap/,
  );
  await rejects(
    changed((view, at, zip) => {
      // config.json a second time, in the place of metadata.json's entry: names of other lengths, so written anew.
      const other = entry_of(zip, 'metadata.json');
      zip.set(strToU8('config.json\0\0'), other + 46);
    }),
    /leads out|stands twice/,
  );
  const twice = Buffer.from(zipSync({ 'a.json': config, 'b.json': config }, { level: 0 }));
  for (let at = twice.indexOf('b.json'); at >= 0; at = twice.indexOf('b.json')) twice[at] = 'a'.charCodeAt(0);
  await rejects(twice, /"a\.json" stands twice/);
  await rejects(new Uint8Array([...zipSync(whole()), 1]), /its end is missing/);
  // Expands to more, and to less, than it says.
  for (const [size, reason] of [
    [config.length - 3, /expands to more than/],
    [config.length + 3, /ends after/],
  ])
    await rejects(
      (() => {
        const zip = new Uint8Array(zipSync(whole(), { level: 9 }));
        new DataView(zip.buffer).setUint32(entry_of(zip, 'config.json') + 24, size, true);
        return zip;
      })(),
      reason,
    );
});

test('files of other kinds, by mistake', async () => {
  const text = (value) => Buffer.from(value, 'latin1');
  for (const [bytes, reason] of [
    [Buffer.alloc(0), /empty/],
    [text('<!doctype html><title>404</title>'), /page \(HTML\)/],
    [text('\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.'), /pickle/],
    [text('\x80\x02}q\0.'), /pickle/],
    [zipSync({ 'model/data.pkl': text('\x80\x02}q\0.'), 'model/version': text('3') }), /PyTorch/],
    [zipSync({ 'm/saved_model.pb': text('\b\x01'), 'm/variables/variables.index': text('x') }), /SavedModel/],
    [zipSync({ 'a.npy': text('\x93NUMPY') }), /NumPy archive/],
    [zipSync({ '[Content_Types].xml': text('<') }), /office document/],
    [zipSync({ 'cat.png': text('\x89PNG') }), /no "config\.json" inside/],
    [text('\b\n\x12\x07pytorch\x1a\x051.9.0:'), /ONNX/],
    [text('\x1c\0\0\0TFL3\x14\0 \0'), /TensorFlow Lite/],
    [text('\b\x01\x12\xf8\x01\n'), /SavedModel/],
    [text('GGUF\x03\0\0\0'), /GGUF/],
    [gzipSync(weights()), /gzip/],
    [text('\x93NUMPY\x01\0'), /NumPy array/],
    [text('{"class_name": "Sequential"}'), /Keras config alone holds no weights/],
    [text('\x89PNG\r\n\x1a\n'), /picture/],
    [text('\x89HDF\r\n'), /cut off/],
    [text('\x89HDF\r\n\x1a\n'), /damaged at byte 8/],
    [text('PK\x03\x04'), /its end is missing/],
    [text('just a letter to somebody'), /./],
  ])
    await rejects(bytes, reason);
});

test('an .h5 with weights only', { skip }, async () => {
  // As Keras 3's save_weights writes it, and Keras 2's.
  const inside = readFileSync(join(golden, 'lstm.keras'));
  const begin = inside.indexOf('\x89HDF\r\n\x1a\n', 'latin1');
  await rejects(inside.subarray(begin), /holds weights only: save the whole model with model\.save\(\)/);
  const file = Buffer.from(readFileSync(join(golden, 'lstm.h5')));
  const other = Buffer.from(file);
  for (let at = other.indexOf('model_config'); at >= 0; at = other.indexOf('model_config'))
    other[at] = 'x'.charCodeAt(0);
  await rejects(other, /without a model in it \(no attribute "model_config"\)/);
});

test('an .h5 whose lists lead nowhere', { skip }, async () => {
  const changed = (from, to) => {
    const file = Buffer.from(readFileSync(join(golden, 'lstm.h5')));
    assert.equal(from.length, to.length);
    let found = 0;
    for (let at = file.indexOf(from); at >= 0; at = file.indexOf(from, at + 1), found++)
      file.write(to, at, 'latin1');
    assert.ok(found > 0, from);
    return file;
  };
  await rejects(
    changed('lstm_cell/kernel', 'lstm_cell/colonel'.slice(0, 16)),
    /no data set "model_weights\/lstm\//,
  );
  await rejects(changed('layer_names', 'layer_namez'), /"layer_names" is missing/);
  await rejects(changed('model_weights', 'model_heights'.slice(0, 13)), /without a model in it|damaged/);
});

test('a group that contains itself, and trees in circles', () => {
  const file = weights();
  const view = new DataView(file.buffer);
  const find = (signature, from = 0) => Buffer.from(file.buffer).indexOf(signature, from);
  const damaged = (change) => {
    const copy = file.slice();
    change(new DataView(copy.buffer));
    return rejects(copy, /reached in two ways|damaged at byte|ends early/);
  };
  const leaf = find('SNOD');
  const tree = find('TREE');
  assert.ok(leaf > 0 && tree > 0);
  const root_header = view.getBigUint64(64, true);
  return Promise.all([
    damaged((copy) => copy.setBigUint64(leaf + 16, root_header, true)), // the root within itself
    damaged((copy) => {
      copy.setUint8(tree + 5, 1); // a node of level 1 whose child is itself
      copy.setBigUint64(tree + 32, BigInt(tree), true);
    }),
    damaged((copy) => {
      copy.setUint16(tree + 6, 2, true); // twice the same part
      copy.setBigUint64(tree + 48, copy.getBigUint64(tree + 32, true), true);
    }),
    damaged((copy) => copy.setUint16(leaf + 6, 65535, true)),
    damaged((copy) => copy.setUint16(Number(root_header) + 2, 65535, true)),
    damaged((copy) => copy.setBigUint64(40, 1n << 60n, true)),
  ]);
});

test('a data set that declares more than it stores', async () => {
  const file = weights();
  const view = new DataView(file.buffer);
  // Its shape, [6,5], stands twice: as it is, and as it may grow.
  let at = 0;
  while (view.getBigUint64(at, true) !== 6n || view.getBigUint64(at + 8, true) !== 5n) at += 8;
  view.setBigUint64(at, 60n, true);
  await rejects(file, /\[60,5\] declares 1200 bytes but stores 120/);
  view.setBigUint64(at, 1n << 40n, true);
  await rejects(file, /declares 21990232555520 bytes, at most 2 GiB are read/);
});

test('a chunk whose checksum differs, and one that is cut short', async () => {
  const first_value = Buffer.alloc(4);
  first_value.writeFloatLE(-30 / 64);
  const file = file_of(read.fletcher32);
  const at = Buffer.from(file.buffer).indexOf(first_value);
  file[at] ^= 1;
  await rejects(file, /data set "model_weights\/dense\/kernel": a chunk's checksum differs/);
  const compressed = file_of(read.gzip);
  const zlib = Buffer.from(compressed.buffer).indexOf(Buffer.from([0x78, 0x5e]));
  assert.ok(zlib > 0);
  compressed.fill(0xff, zlib + 2, zlib + 8);
  await rejects(compressed, /data set "model_weights\/dense\/kernel": .*(damaged|expands)/);
});

test('an attribute of a type that would be followed for long', async () => {
  const file = weights();
  // After the name, padded to 16 bytes, its type: variable-length texts.
  const type = Buffer.from(file.buffer).indexOf('model_config\0') + 16;
  assert.equal(file[type], 0x19);
  for (const [place, values] of [
    [type, [0x13, 0, 0, 0, 0, 0, 0, 0]], // texts of no bytes
    [type, [0x19, 0]], // lists of something
    [type, [0x18, 0, 0, 0, 1, 0, 0, 0, 0x18]], // an enumeration of enumerations
    [type + 4, [17]],
  ]) {
    const damaged = file.slice();
    damaged.set(values, place);
    await rejects(damaged, /damaged at byte \d+: expected/);
  }
});

const sources = skip ? [] : ['lstm.h5', 'lstm.keras', 'cnn_cifar_pool.keras', 'bilstm_stack.h5'];

test('truncated at hundreds of lengths', { skip, timeout: 60_000 }, async () => {
  for (const name of sources) {
    const file = readFileSync(join(golden, name));
    for (let length = 0; length < file.length; length += length < 200 ? 7 : 211)
      await rejects(file.subarray(0, length));
    await rejects(file.subarray(0, file.length - 1));
  }
});

test(
  'thousands of files with a few bytes changed: refused in one line or read, and soon',
  { skip, timeout: 120_000 },
  async (context) => {
    let state = 2026;
    const random = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const files = [
      ...sources.map((name) => new Uint8Array(readFileSync(join(golden, name)))),
      file_of(read.gzip),
      file_of(read.latest),
    ];
    // Without its zip around it: there the checksum finds everything.
    const bare = Buffer.from(files[1]);
    const inside = bare.subarray(bare.indexOf('\x89HDF\r\n\x1a\n', 'latin1'), bare.lastIndexOf('PK\x01\x02'));
    files.push(new Uint8Array(inside));
    let whole = 0;
    let slowest = 0;
    const total = 5000;
    for (let i = 0; i < total; i++) {
      const file = files[i % files.length].slice();
      for (let change = random(4); change >= 0; change--) {
        const at = random(3) ? random(Math.min(file.length, 12_000)) : random(file.length);
        const kind = random(4);
        if (kind === 0) file[at] ^= 1 << random(8);
        if (kind === 1) file[at] = random(256);
        if (kind === 2) file[at] = 255;
        // An address from elsewhere, so that the file points into itself.
        const from = random(file.length >> 3) << 3;
        if (kind === 3) file.set(file.slice(from, from + 8), Math.min(at & ~7, file.length - 8));
      }
      const started = performance.now();
      try {
        pack_keras_file(file, {});
        whole++;
      } catch (error) {
        assert.ok(error instanceof LapisError, error.stack);
        assert.match(error.message, /^[^\n]{10,600}$/);
      }
      slowest = Math.max(slowest, performance.now() - started);
    }
    context.diagnostic(`${total} files, ${whole} still read, the slowest ${slowest.toFixed(0)} ms`);
    assert.ok(whole < total);
    assert.ok(slowest < 2000, `${slowest} ms`);
  },
);

test('after all this the next model loads as if nothing had been', async () => {
  await rejects(weights().subarray(0, 3000));
  await loadModel(tensor_model().file);
  await loadModel(weights());
});
