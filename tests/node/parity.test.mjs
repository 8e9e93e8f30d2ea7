// The command line, wasm-SIMD and wasm-scalar put out the same probabilities for the same raw bytes, with the networks
// of weights/: all 400 sentences of the NusaX test set, 1,000 pictures of the CIFAR-10 test set.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../../wasm/dist/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = process.env.LAPIS_SHARED || join(root, '../shared');
const command_line = join(root, 'build/native/lapis');
const pictures = 1000;

/** Why this cannot be done here; null: it can. A skipped test is counted as skipped, never as passed. */
const missing = (...paths) => {
  const path = paths.find((path) => !existsSync(path));
  return path ? `no ${path.replace(root, '')}` : false;
};

/** Fields of a CSV text, quotes and line ends inside quotes included: RFC 4180. */
function parse_csv(text) {
  const rows = [[]];
  const field = /"((?:[^"]|"")*)"(,|\r?\n|$)|([^",\r\n]*)(,|\r?\n|$)/gy;
  while (field.lastIndex < text.length) {
    const [, quoted, end_1, plain, end_2] = field.exec(text) ?? assert.fail(`CSV at byte ${field.lastIndex}`);
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if ((end_1 ?? end_2) !== ',') rows.push([]);
  }
  return rows.filter((row) => row.length);
}

/** Runs `lapis predict` and returns its probabilities, row by row. */
function native(model, ...options) {
  const output = execFileSync(command_line, ['predict', model, ...options, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output).predictions.map(({ probabilities }) => probabilities);
}

const argmax = (row) => row.indexOf(Math.max(...row));

function compare(all) {
  let largest = 0;
  const [first, ...others] = all;
  for (const other of others) {
    assert.equal(other.length, first.length);
    other.forEach((row, i) => {
      assert.equal(row.length, first[i].length);
      row.forEach((value, j) => (largest = Math.max(largest, Math.abs(value - first[i][j]))));
      assert.equal(argmax(row), argmax(first[i]), `row ${i}: another class`);
    });
  }
  assert.ok(largest <= 1e-5, `difference ${largest}`);
  return largest;
}

const nusax = join(shared, 'data/nusax-senti/indonesian/test.csv');
for (const name of ['nusax_simple_rnn', 'nusax_bi_simple_rnn', 'nusax_lstm', 'nusax_bilstm']) {
  const model = join(root, `weights/${name}.safetensors`);
  test(`parity: ${name} on 400 sentences`, { skip: missing(command_line, model, nusax) }, async (t) => {
    const [header, ...rows] = parse_csv(readFileSync(nusax, 'utf8'));
    const texts = rows.map((row) => row[header.indexOf('text')]);
    assert.equal(texts.length, 400);
    const by_native = native(model, ...texts.flatMap((text) => ['--text', text]));
    const by_wasm = await Promise.all(
      [true, false].map(async (simd) => {
        const loaded = await loadModel(model, { simd });
        return texts.map((text) => [...loaded.predictText(text).probabilities]);
      }),
    );
    t.diagnostic(`largest difference ${compare([by_native, ...by_wasm])}`);
  });
}

/** U8 [count, height, width, 3] as a safetensors file. */
function picture_file(count, height, width, data) {
  const header = {
    pictures: { dtype: 'U8', shape: [count, height, width, 3], data_offsets: [0, data.length] },
  };
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (text.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, Buffer.from(text), data]);
}

const cifar = join(shared, 'data/cifar-10-batches-bin/test_batch.bin');
const cnn = join(root, 'weights/cifar10_cnn.safetensors');
for (const [what, width, height] of [
  ['as they are', 32, 32],
  // The same bytes read as pictures of another size go through crop and resize.
  ['cropped and resized', 48, 64],
])
  test(
    `parity: cifar10_cnn on ${pictures} pictures, ${what}`,
    { skip: missing(command_line, cnn, cifar) },
    async (t) => {
      const raw = readFileSync(cifar);
      // A record: one byte of label, then 32 x 32 red, green, blue.
      const one = width * height * 3;
      const data = Buffer.alloc(pictures * one);
      for (let i = 0; i < pictures; i++)
        for (let at = 0; at < one; at++) {
          const pixel = Math.floor(at / 3) % 1024;
          data[i * one + at] = raw[i * 3073 + 1 + (at % 3) * 1024 + pixel];
        }
      const folder = mkdtempSync(join(tmpdir(), 'lapis-parity-'));
      try {
        const file = join(folder, 'pictures.safetensors');
        writeFileSync(file, picture_file(pictures, height, width, data));
        const by_native = native(cnn, '--input', file);
        const by_wasm = await Promise.all(
          [true, false].map(async (simd) => {
            const loaded = await loadModel(cnn, { simd });
            return Array.from({ length: pictures }, (_, i) => {
              const image = { data: data.subarray(i * one, (i + 1) * one), width, height, channels: 3 };
              return [...loaded.predictImage(image).probabilities];
            });
          }),
        );
        t.diagnostic(`largest difference ${compare([by_native, ...by_wasm])}`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
