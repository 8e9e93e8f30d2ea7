// HDF5 files whose links or attributes lie in a heap under a tree of names, as HDF5 writes many names that are not
// ASCII: every one of them is found, and damaged files are refused in one line.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { Hdf5 } from '../../wasm/dist/hdf5.js';
import { pack_keras_file } from '../../wasm/dist/keras_file.js';
import { models, refused, trees } from './hdf5_heaps.mjs';
import { read_safetensors } from './safetensors_file.mjs';

const file_of = (text) => new Uint8Array(gunzipSync(Buffer.from(text, 'base64')));
const kernel = Float32Array.from({ length: 30 }, (_, i) => (((i * 7919) % 61) - 30) / 64);

for (const [name, text] of Object.entries(models))
  test(`a model with ${name}: the weights to the last bit`, async () => {
    assert.ok(Buffer.from(file_of(text)).includes('FRHP'), 'no heap');
    const model = await loadModel(file_of(text));
    assert.deepEqual(model.weights()[0].data, kernel);
  });

/** The number in every data set is the one in its name. */
function check_links(bytes, count) {
  const tensors = new Hdf5(bytes).tensors([]);
  const found = new Map(tensors.map((tensor) => [tensor.name, Buffer.from(tensor.bytes).readFloatLE()]));
  assert.equal(found.size, count);
  for (let i = 0; i < count; i++) assert.equal(found.get(`ключ_${i}`), i);
}

test('links in one block and one node', () => check_links(file_of(trees.nine_links), 9));
test('links in a table of blocks and a tree of two levels', () =>
  check_links(file_of(trees.hundreds_of_links), 150));

test('attributes in a tree of three levels', () => {
  const file = new Hdf5(file_of(trees.hundreds_of_attributes));
  for (let i = 0; i < 580; i++) assert.equal(file.text(`text_${i}`), String(i));
  assert.equal(file.text('text_580'), null);
});

test('attributes in a table of blocks that leads to further tables', () => {
  const bytes = file_of(trees.much_text);
  assert.ok(Buffer.from(bytes).toString('latin1').split('FHIB').length > 2, 'one table only');
  const file = new Hdf5(bytes);
  for (let i = 0; i < 200; i++)
    assert.equal(file.text(`text_${i}`), String.fromCharCode(33 + (i % 90)).repeat(4000));
});

function refuses(bytes, reason) {
  assert.throws(
    () => new Hdf5(bytes),
    (error) => {
      assert.ok(error instanceof LapisError, error?.stack);
      assert.match(error.message, /^[^\n]{10,600}$/);
      assert.match(error.message, reason);
      return true;
    },
  );
}

test('a value too large for the heap is refused by name', () =>
  refuses(file_of(refused.huge_attribute), /a heap with huge objects, which are not read/));

/** A file with something changed at the first place of a signature. */
function changed(text, signature, change) {
  const bytes = Buffer.from(file_of(text));
  const at = bytes.indexOf(signature);
  assert.ok(at > 0, signature);
  change(bytes, at);
  return new Uint8Array(bytes);
}

const address = (bytes, at, value) => bytes.writeBigUInt64LE(BigInt(value), at);
for (const [what, signature, change, reason] of [
  ['a heap of another version', 'FRHP', (b, at) => (b[at + 4] = 1), /sizes of a heap's blocks/],
  ['a heap whose objects are compressed', 'FRHP', (b, at) => (b[at + 7] = 1), /with compressed objects/],
  ['a heap without columns', 'FRHP', (b, at) => (b[at + 110] = 0), /sizes of a heap's blocks/],
  ['blocks of no size', 'FRHP', (b, at) => address(b, at + 112, 0), /sizes of a heap's blocks/],
  ['a first block that is the largest', 'FRHP', (b, at) => address(b, at + 112, 2 ** 40), /sizes of a heap/],
  ['65,535 rows', 'FRHP', (b, at) => b.writeUInt16LE(65535, at + 140), /at most 64 rows/],
  ['a root elsewhere', 'FRHP', (b, at) => address(b, at + 132, 2 ** 50), /damaged at byte/],
  ['a root that is the heap', 'FRHP', (b, at) => address(b, at + 132, at), /reached in two ways/],
  ['a table in itself', 'FHIB', (b, at) => address(b, at + 17, at), /reached in two ways/],
  ['a block in two places', 'FHIB', (b, at) => b.copy(b, at + 25, at + 17, at + 25), /reached in two ways/],
  [
    'blocks exchanged',
    'FHIB',
    (b, at) =>
      b
        .subarray(at + 17, at + 33)
        .swap64()
        .reverse(),
    /block of a heap/,
  ],
  ['a block of another heap', 'FHDB', (b, at) => address(b, at + 5, 8), /block of a heap/],
  ['no first blocks', 'FHIB', (b, at) => b.fill(255, at + 17, at + 49), /place in the heap/],
  ['a tree of another kind', 'BTHD', (b, at) => (b[at + 5] = 8), /a tree of names/],
  ['a tree of 65,535 levels', 'BTHD', (b, at) => b.writeUInt16LE(65535, at + 12), /a tree of names/],
  ['nodes larger than the file', 'BTHD', (b, at) => b.writeUInt32LE(2 ** 31, at + 6), /damaged at byte/],
  ['nodes of no size', 'BTHD', (b, at) => b.writeUInt32LE(0, at + 6), /node of a tree/],
  ['one record too many', 'BTHD', (b, at) => address(b, at + 26, 151), /expected 151 names, found 150/],
  ['a node of 65,535 records', 'BTHD', (b, at) => b.writeUInt16LE(65535, at + 24), /with 65535 records/],
  ['a tree in itself', 'BTHD', (b, at) => address(b, at + 16, at), /reached in two ways/],
  ['a place in no block', 'BTLF', (b, at) => b.fill(255, at + 11, at + 15), /place in the heap/],
  ["a place in a block's header", 'BTLF', (b, at) => b.fill(0, at + 11, at + 15), /place in the heap/],
  ['a link longer than its block', 'BTLF', (b, at) => b.fill(255, at + 15, at + 17), /place in the heap/],
  ['a huge link', 'BTLF', (b, at) => (b[at + 10] = 0x10), /with huge objects/],
  ['a tiny link', 'BTLF', (b, at) => (b[at + 10] = 0x20), /with tiny objects/],
  ['an unknown kind of link', 'BTLF', (b, at) => (b[at + 10] = 0x40), /place in the heap/],
  ['one link twice', 'BTLF', (b, at) => b.copy(b, at + 6, at + 17, at + 28), /twice/],
])
  test(`a group is refused with ${what}`, () =>
    refuses(changed(trees.hundreds_of_links, signature, change), reason));

test('an attribute that lies in a heap of the whole file is refused', () =>
  refuses(
    changed(models.dense_attributes, 'BTLF', (b, at) => (b[at + 6 + 8] = 2)),
    /shares attributes between its objects/,
  ));

test('thousands of files with a few bytes of heaps and trees changed: refused in one line or read, and soon', (context) => {
  let state = 2026;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const originals = [...Object.values(models), ...Object.values(trees)].map(file_of);
  const places = originals.map((file) =>
    [
      ...Buffer.from(file)
        .toString('latin1')
        .matchAll(/FRHP|FHDB|FHIB|BTHD|BTLF|BTIN/g),
    ].map(({ index }) => index),
  );
  let whole = 0;
  let slowest = 0;
  const total = 3000;
  for (let i = 0; i < total; i++) {
    const file = originals[i % originals.length].slice();
    const signatures = places[i % originals.length];
    for (let change = random(3); change >= 0; change--) {
      const at = Math.min(signatures[random(signatures.length)] + random(160), file.length - 8);
      const kind = random(4);
      if (kind === 0) file[at] ^= 1 << random(8);
      if (kind === 1) file[at] = random(256);
      if (kind === 2) file[at] = 255;
      // An address of another structure.
      if (kind === 3) new DataView(file.buffer).setUint32(at, signatures[random(signatures.length)], true);
    }
    const started = performance.now();
    try {
      if (i % originals.length < Object.keys(models).length) pack_keras_file(file, {});
      else new Hdf5(file).tensors([]);
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
});

test('truncated at every length of some', () => {
  const file = file_of(models.other_letters);
  for (let length = 0; length < file.length; length += 61) refuses(file.subarray(0, length), /./);
});

test('a renamed layer is found by its new name', () => {
  const bytes = Buffer.from(file_of(models.other_letters));
  for (let at = bytes.indexOf('dense'); at >= 0; at = bytes.indexOf('dense')) bytes.write('层ab', at);
  assert.deepEqual(Object.keys(read_safetensors(pack_keras_file(bytes, {})).tensors), ['层ab/0']);
});
