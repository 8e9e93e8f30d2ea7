// A visitor's own .keras or .h5: dropped or chosen, it runs here, answers as in Node, and nothing is sent anywhere.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { loadModel } from '../../wasm/dist/index.js';
import { read } from '../node/hdf5_files.mjs';
import { dense, model_file, random_numbers } from '../node/models.mjs';
import { read_safetensors } from '../node/safetensors_file.mjs';
import { png } from './pictures.mjs';
import {
  answered,
  bars,
  give_file,
  open_page,
  require_web,
  serve_page,
  skip,
  text_painted,
  verdict,
} from './support.mjs';

const golden = join(
  process.env.LAPIS_SHARED || fileURLToPath(new URL('../../../shared', import.meta.url)),
  'golden',
);
const options = { skip, timeout: 60_000 };
const with_golden = { ...options, skip: skip || (existsSync(golden) ? false : 'no shared golden files') };
const url = skip ? '' : await serve_page();
const golden_file = (name) => readFileSync(join(golden, name));
const committed_file = (name) => readFileSync(new URL(`../golden/files/${name}`, import.meta.url));
/** [?,6] -> Dense 5 softmax. */
const small = new Uint8Array(gunzipSync(Buffer.from(read.contiguous, 'base64')));
const drop = (page, name, bytes) => give_file(page, 'drop', { name, type: '', bytes });

/** The page prints shares of four digits. */
function equal_shares(rows, probabilities) {
  assert.equal(rows.length, probabilities.length);
  rows.forEach((row, i) =>
    assert.ok(Math.abs(row.width - probabilities[i]) <= 0.000051, `${row.width}, ${probabilities[i]}`),
  );
}

async function type_numbers(page, text) {
  await page.fill('#numbers', text);
  await answered(page, 'numbers');
}

test(
  'a dropped .h5 that reads numbers: its tab opens, and answers follow every key as in Node',
  options,
  async () => {
    const page = await open_page(url);
    await answered(page);
    assert.equal(await page.locator('#tab-numbers').isVisible(), false);
    page.requested.length = 0;
    await drop(page, 'small.h5', small);
    await page.locator('#panel-numbers').waitFor();
    assert.match(await page.locator('#numbers-hint').textContent(), /^It reads 6 numbers\./);
    assert.match(
      await page.locator('.model-card:has(input[name=numbers-model])').textContent(),
      /^small\.h5.*opened by you/,
    );
    const model = await loadModel(small);
    for (const values of [
      [1, 2, 3, 4, 5, 6],
      [0.5, -1, 0, 0, 1e-3, 2],
    ]) {
      await page.fill('#numbers', '');
      await page.locator('#numbers-result .verdict-empty').waitFor();
      await type_numbers(page, values.join(values[0] === 1 ? ' ' : ', '));
      equal_shares(await bars(page, 'numbers'), model.predict(Float32Array.from(values), [1, 6]));
    }
    // Only the page's own scripts were asked for.
    for (const asked of page.requested)
      assert.match(asked, /^(blob:)?http:\/\/127\.0\.0\.1:\d+\/(assets\/[a-z_]+-[\w-]+\.js)?/);
    assert.ok(page.requested.some((asked) => /assets\/keras_file-/.test(asked)));
    assert.deepEqual(page.trouble, []);
  },
);

test('numbers that do not fit: how many are missing, which is none, and too many', options, async () => {
  const page = await open_page(url);
  await drop(page, 'small.h5', small);
  await page.locator('#panel-numbers').waitFor();
  const empty = page.locator('#numbers-result .verdict-empty');
  const notice = page.locator('#numbers-notice [role=alert]');
  await page.fill('#numbers', '1 2 3');
  await empty.filter({ hasText: '3 of 6 numbers' }).waitFor();
  assert.equal(await notice.count(), 0);
  await page.fill('#numbers', '1 2 -');
  await empty.filter({ hasText: '2 numbers and one begun' }).waitFor();
  await page.fill('#numbers', '1 two 3');
  assert.match(await notice.textContent(), /^“two”, number 2, is no number/);
  await page.fill('#numbers', '1 2 3 4 5 6 7');
  assert.match(await notice.textContent(), /^7 numbers, but the network reads 6/);
  await page.fill('#numbers', '[1, 2, 3,\n 4, 5, 6]');
  await answered(page, 'numbers');
  assert.equal(await notice.count(), 0);
  await page.fill('#numbers', '');
  await empty.filter({ hasText: 'Type numbers' }).waitFor();
  await page.click('#numbers-example');
  await answered(page, 'numbers');
  await give_file(page, 'drop', { name: 'row.txt', type: 'text/plain', bytes: Buffer.from('6 5 4 3 2 1') });
  await page.waitForFunction(() => document.querySelector('#numbers').value === '6 5 4 3 2 1');
  await answered(page, 'numbers');
  assert.deepEqual(page.trouble, []);
});

test('names of the classes: typed, too few, twice the same, and from a file', options, async () => {
  const page = await open_page(url);
  await drop(page, 'small.h5', small);
  await page.locator('#panel-numbers').waitFor();
  await page.click('#numbers-example');
  await answered(page, 'numbers');
  const labels = async () => (await bars(page, 'numbers')).map(({ label }) => label);
  const shown = (first) =>
    page.waitForFunction(
      (label) =>
        document.querySelector('#numbers-result[data-state=painted] tbody th')?.textContent === label,
      first,
    );
  assert.deepEqual(await labels(), ['class 0', 'class 1', 'class 2', 'class 3', 'class 4']);
  const before = (await bars(page, 'numbers')).map(({ width }) => width);
  const notice = page.locator('#numbers-own [role=alert]');
  await page.fill('#numbers-labels', 'a\nb\nc');
  await page.locator('#numbers-labels').blur();
  assert.match(await notice.textContent(), /^3 names, but the network has 5 classes/);
  await page.fill('#numbers-labels', 'a\nb\nc\nd\na');
  await page.locator('#numbers-labels').blur();
  assert.match(await notice.textContent(), /“a” stands twice/);
  assert.equal((await labels())[0], 'class 0');
  await page.fill('#numbers-labels', 'apple\npear\nplum\nfig\nkiwi\n');
  await shown('apple');
  assert.equal(await notice.count(), 0);
  assert.deepEqual(await labels(), ['apple', 'pear', 'plum', 'fig', 'kiwi']);
  assert.deepEqual(
    (await bars(page, 'numbers')).map(({ width }) => width),
    before,
  );
  const file = { name: 'names.txt', mimeType: 'text/plain', buffer: Buffer.from('v\r\nw\r\nx\r\ny\r\nz') };
  await page.setInputFiles('#numbers-own input[type=file]', file);
  await shown('v');
  // Another model in between does not lose them.
  await drop(page, 'again.h5', small);
  await shown('class 0');
  await page.locator('.model-card', { hasText: 'small.h5' }).click();
  await shown('v');
  assert.deepEqual(page.trouble, []);
});

test(
  'a .keras that reads pictures: 0 to 1, −1 to 1 and 0 to 255 answer as in Node',
  with_golden,
  async () => {
    const page = await open_page(url);
    await answered(page);
    const file = golden_file('cnn_cifar_pool.keras');
    await page.locator('#panel-text .model-block summary').click();
    await page.setInputFiles('#text-model-file', { name: 'mine.keras', mimeType: '', buffer: file });
    await page.locator('#panel-picture').waitFor();
    const color = (x, y) => [x * 8, y * 8, (x * y) % 256];
    const picture = { name: 'made.png', mimeType: 'image/png', buffer: png(32, 32, color) };
    await page.setInputFiles('#picture-file', picture);
    const data = Uint8Array.from(
      { length: 32 * 32 * 3 },
      (_, i) => color(Math.floor(i / 3) % 32, Math.floor(i / 96))[i % 3],
    );
    const seen = [];
    for (const [range, numbers] of [
      ['0 to 1', { scale: 1 / 255 }],
      ['−1 to 1', { scale: 1 / 127.5, mean: [1] }],
      ['0 to 255', { scale: 1 }],
    ]) {
      await page.getByLabel(range, { exact: true }).check();
      await answered(page, 'picture');
      const input = { kind: 'image', width: 32, height: 32, channels: 3, ...numbers };
      const model = await loadModel(new Uint8Array(file), { input });
      const { probabilities } = model.predictImage({ data, width: 32, height: 32, channels: 3 });
      await page.waitForFunction(
        (share) =>
          Math.abs(
            Number(document.querySelector('#picture-result .bar').style.getPropertyValue('--share')) - share,
          ) < 0.0001,
        probabilities[0],
      );
      equal_shares(await bars(page, 'picture'), probabilities);
      seen.push(probabilities[0]);
    }
    assert.equal(new Set(seen).size, 3);
    // A list dropped here names the classes.
    const names = Array.from({ length: 10 }, (_, i) => `kind ${i}`).join('\n');
    await give_file(page, 'drop', { name: 'names.txt', type: 'text/plain', bytes: Buffer.from(names) });
    await page.locator('#picture-result[data-state=painted] .verdict-label', { hasText: 'kind' }).waitFor();
    assert.equal(await page.locator('#panel-picture .for-ours').isVisible(), false);
    assert.deepEqual(page.trouble, []);
  },
);

test('an .h5 that reads ids of words', options, async () => {
  const page = await open_page(url);
  await drop(page, 'bilstm.h5', committed_file('masked_bilstm.h5'));
  await page.locator('#panel-numbers').waitFor();
  const hint = await page.locator('#numbers-hint').textContent();
  const ids = Number(/7 whole numbers from 0 to (\d+), one for each word/.exec(hint)?.[1]);
  const { tensors } = read_safetensors(committed_file('expected.safetensors'));
  const row = [...tensors['masked_bilstm.h5/input'].data.subarray(0, 7)];
  await type_numbers(page, row.join(' '));
  equal_shares(await bars(page, 'numbers'), tensors['masked_bilstm.h5/output'].data.subarray(0, 3));
  await page.fill('#numbers', `1 1 1 1 1 1 ${ids + 1}`);
  await page.locator('#numbers-status [role=alert]', { hasText: 'token' }).waitFor();
  await type_numbers(page, row.join(' '));
  assert.equal(await page.locator('#numbers-status [role=alert]').count(), 0);
  assert.deepEqual(page.trouble, []);
});

test('a .keras that reads texts joins the cards of the text tab', options, async () => {
  const page = await open_page(url);
  await answered(page);
  await drop(page, 'words.keras', committed_file('text.keras'));
  await page.locator('.model-card', { hasText: 'words.keras' }).waitFor();
  const { tensors, metadata } = read_safetensors(committed_file('expected.safetensors'));
  for (const [i, text] of JSON.parse(metadata.texts).entries()) {
    await page.fill('#text', text);
    const first = tensors['text.keras/output'].data[i * 3];
    await page.waitForFunction(
      (share) =>
        Math.abs(
          Number(document.querySelector('#text-result .bar').style.getPropertyValue('--share')) - share,
        ) < 0.0001,
      first,
    );
    equal_shares(await bars(page), tensors['text.keras/output'].data.subarray(i * 3, i * 3 + 3));
  }
  assert.equal(await page.locator('#text-tokens .chip').count(), 6);
  assert.equal(await page.getByRole('textbox', { name: 'Write a text' }).count(), 1);
  assert.equal(await page.locator('#text-heading .for-ours').isVisible(), false);
  assert.deepEqual(page.trouble, []);
});

test(
  'a .safetensors of plain numbers with many outputs that are no shares: the best 20, and nothing asked',
  options,
  async () => {
    const outputs = 25;
    const last = { kernel: random_numbers(4 * outputs, 3), bias: random_numbers(outputs, 4) };
    const run = (x) => dense(x, last);
    const file = model_file({
      name: 'many',
      input_shape: [4],
      layers: [{ class_name: 'Dense', config: { name: 'last', units: outputs, activation: 'linear' } }],
      tensors: {
        'last/kernel': { shape: [4, outputs], data: last.kernel },
        'last/bias': { shape: [outputs], data: last.bias },
      },
      input: { kind: 'tensor' },
      rows: [[0, 0, 0, 0]],
      run,
    });
    const page = await open_page(url);
    await drop(page, 'many.safetensors', file);
    await page.locator('#panel-numbers').waitFor();
    await type_numbers(page, '1 -2 0.5 3');
    const values = run([1, -2, 0.5, 3]);
    const order = values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
    const rows = await bars(page, 'numbers');
    assert.deepEqual(
      rows.map(({ label }) => label),
      order.slice(0, 20).map((i) => `class ${i}`),
    );
    assert.deepEqual(
      rows.map(({ share }) => Number(share).toFixed(2)),
      order.slice(0, 20).map((i) => values[i].toFixed(2)),
    );
    assert.equal(rows[0].width, 1);
    assert.ok(rows.at(-1).width === 0 || values[order[19]] > 0);
    assert.match(await page.locator('#numbers-result .timing').textContent(), /The best 20 of 25/);
    assert.equal(await page.locator('#numbers-own').isVisible(), false);
    assert.deepEqual(page.trouble, []);
  },
);

test('one sigmoid is two classes, and a value is no probability', options, async () => {
  const network = (activation, labels) => {
    const last = { kernel: random_numbers(4, 5), bias: random_numbers(1, 6) };
    const run = (x) => dense(x, last).map((y) => (activation === 'sigmoid' ? 1 / (1 + Math.exp(-y)) : y));
    const file = model_file({
      name: 'one',
      input_shape: [4],
      layers: [{ class_name: 'Dense', config: { name: 'last', units: 1, activation } }],
      tensors: {
        'last/kernel': { shape: [4, 1], data: last.kernel },
        'last/bias': { shape: [1], data: last.bias },
      },
      input: { kind: 'tensor' },
      labels,
      rows: [[0, 0, 0, 0]],
      run,
    });
    return { file, y: run([1, -2, 0.5, 3])[0] };
  };
  const page = await open_page(url);
  const two = network('sigmoid', ['ham', 'spam']);
  await drop(page, 'two.safetensors', two.file);
  await page.locator('#panel-numbers').waitFor();
  await type_numbers(page, '1 -2 0.5 3');
  const rows = await bars(page, 'numbers');
  assert.deepEqual(
    rows.map(({ label }) => label),
    ['ham', 'spam'],
  );
  equal_shares(rows, [1 - two.y, two.y]);

  const value = network('linear');
  await drop(page, 'value.safetensors', value.file);
  await page.locator('#numbers-result .timing', { hasText: 'no probabilities' }).waitFor();
  const text = await page.locator('#numbers-result .verdict').textContent();
  assert.equal(Number(text).toFixed(3), value.y.toFixed(3));
  assert.deepEqual(page.trouble, []);
});

test('damaged and mistaken files: one line, and the model before still answers', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const before = await verdict(page);
  const text = (value) => Buffer.from(value, 'latin1');
  for (const [name, bytes, reason] of [
    ['cut.h5', small.subarray(0, 5000), /ends early: 5000 bytes of 8128/],
    ['noise.keras', text(`PK\x03\x04${'x'.repeat(500)}`), /damaged zip/],
    ['weights.pth', text('\x80\x02}q\0.'), /pickle/],
    ['net.onnx', text('\b\n\x12\x07pytorch'), /ONNX/],
    ['net.tflite', text('\x1c\0\0\0TFL3'), /TensorFlow Lite/],
    ['empty.keras', Buffer.alloc(0), /empty/],
    ['page.keras', text('<!doctype html>'), /HTML/],
  ]) {
    await drop(page, name, bytes);
    const alert = page.locator('#text-model-notice [role=alert]', { hasText: `“${name}” cannot be used` });
    await alert.waitFor();
    assert.match(await alert.textContent(), reason);
    assert.equal(await verdict(page), before);
  }
  await page.fill('#text', 'masih bisa menjawab');
  await text_painted(page);
  assert.deepEqual(page.trouble, []);
});

test(
  'no accessibility violation beside a model of one’s own, light and dark, desktop and phone',
  with_golden,
  async () => {
    const axe = readFileSync(require_web.resolve('axe-core/axe.min.js'), 'utf8');
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 375],
    ]) {
      const page = await open_page(url, {
        colorScheme,
        viewport: { width, height: 720 },
        reducedMotion: 'reduce',
      });
      await page.evaluate(axe);
      const check = async (where) => {
        const { violations } = await page.evaluate(() =>
          window.axe.run({
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          }),
        );
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(', ')}`,
        );
        assert.deepEqual(found, [], `${where}, ${colorScheme}, ${width} px`);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(sideways <= width, `${where} scrolls sideways`);
        const low = await page.evaluate(() =>
          [...document.querySelectorAll('button, label.button, .choices label, textarea')]
            .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 43.5)
            .map((element) => element.id || element.className || element.textContent),
        );
        assert.deepEqual(low, []);
      };
      await drop(page, 'small.h5', small);
      await page.locator('#panel-numbers').waitFor();
      await page.fill('#numbers', '1 x');
      await check('numbers');
      await drop(page, 'mine.keras', golden_file('cnn_cifar_pool.keras'));
      await page.locator('#panel-picture').waitFor();
      await page.locator('.sample').first().click();
      await answered(page, 'picture');
      await check('picture');
      // The tab that came is reached by keyboard like the others.
      await page.locator('#tab-text').focus();
      await page.keyboard.press('ArrowLeft');
      assert.equal(await page.locator('#panel-numbers').isVisible(), true);
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.locator('#panel-text').isVisible(), true);
      assert.deepEqual(page.trouble, []);
      await page.context().close();
    }
  },
);
