// Predictions through the package, against the same arithmetic done here in JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from '../../wasm/dist/index.js';
import { image_model, random_numbers, tensor_model, text_model, words } from './models.mjs';

function assert_close(actual, expected, tolerance = 1e-6) {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `[${i}]: ${actual[i]}, expected ${value}`);
  });
}

for (const simd of [true, false]) {
  const backend = simd ? 'simd' : 'scalar';

  test(`${backend}: raw tensors, one row and more than one run takes`, async () => {
    const { file, run } = tensor_model();
    const model = await loadModel(file, { simd });
    assert.equal(model.backend, backend);
    for (const rows of [1, 2, 33, 100]) {
      const x = random_numbers(rows * 4, rows);
      const y = model.predict(new Float32Array(x), [rows, 4]);
      const expected = Array.from({ length: rows }, (_, i) => run(x.slice(i * 4, i * 4 + 4))).flat();
      assert_close(y, expected);
    }
    model.dispose();
  });

  test(`${backend}: texts, with the tokens that the network sees`, async () => {
    const { file, run } = text_model();
    const model = await loadModel(file, { simd });
    const result = model.predictText('Makan ENAK, enak-sekali! entah');
    assert.deepEqual(result.tokens, [
      { text: 'makan', id: 5, known: true },
      { text: 'enak', id: 2, known: true },
      { text: 'enaksekali', id: 1, known: false },
      { text: 'entah', id: 1, known: false },
    ]);
    assert.equal(result.truncated, 0);
    const expected = run([5, 2, 1, 1, 0, 0]);
    assert_close(result.probabilities, expected);
    assert.deepEqual(result.labels, ['negative', 'neutral', 'positive']);
    assert.equal(result.label, result.labels[expected.indexOf(Math.max(...expected))]);
    assert.ok(result.ms >= 0 && result.ms < 1000);
    const long = model.predictText('makan '.repeat(9));
    assert.equal(long.tokens.length, 6);
    assert.equal(long.truncated, 3);
    assert_close(long.probabilities, run([5, 5, 5, 5, 5, 5]));
    model.dispose();
  });

  test(`${backend}: pictures of the network's size, RGB and RGBA`, async () => {
    const { file, run } = image_model();
    const model = await loadModel(file, { simd });
    const bytes = random_numbers(48, 77).map((x) => Math.floor((x + 1) * 127.9));
    const result = model.predictImage({ data: new Uint8Array(bytes), width: 4, height: 4, channels: 3 });
    assert_close(result.probabilities, run(bytes));
    assert.equal(result.pixels.length, 64);
    assert.deepEqual([result.width, result.height], [4, 4]);
    const rgba = Array.from({ length: 16 }, (_, i) => [...bytes.slice(i * 3, i * 3 + 3), 255]).flat();
    assert.deepEqual([...result.pixels], rgba);
    const again = model.predictImage({ data: new Uint8ClampedArray(rgba), width: 4, height: 4, channels: 4 });
    assert.deepEqual(again.probabilities, result.probabilities);
    model.dispose();
  });
}

test('pictures of other sizes: what the network sees is one colour where the picture is', async () => {
  const { file, run } = image_model();
  const model = await loadModel(file);
  const grey = (width, height) => ({
    data: new Uint8Array(width * height * 3).fill(200),
    width,
    height,
    channels: 3,
  });
  const crop = model.predictImage(grey(300, 200));
  assert.ok(crop.pixels.every((value, i) => value === (i % 4 === 3 ? 255 : 200)));
  assert_close(crop.probabilities, run(Array(48).fill(200)));
  // The whole picture, with black bars above and below.
  const fit = model.predictImage(grey(300, 150), { fit: 'fit' });
  const row = (y) => [...fit.pixels.slice(y * 16, y * 16 + 3)];
  assert.deepEqual(
    [row(0), row(1), row(2), row(3)],
    [
      [0, 0, 0],
      [200, 200, 200],
      [200, 200, 200],
      [0, 0, 0],
    ],
  );
  // The whole picture and nothing else: its left half and its right half.
  const halves = grey(8, 2);
  halves.data.forEach((_, i) => {
    halves.data[i] = i % 24 < 12 ? 10 : 240;
  });
  const stretched = model.predictImage(halves, { fit: 'stretch' });
  for (let y = 0; y < 4; y++) {
    assert.deepEqual([stretched.pixels[y * 16], stretched.pixels[y * 16 + 12]], [10, 240]);
  }
  model.dispose();
});

test('what a model says of itself', async () => {
  const { file } = text_model();
  const { info, dispose } = await loadModel(file);
  assert.equal(typeof dispose, 'function');
  assert.equal(info.name, 'small_text');
  assert.equal(info.bytes, file.length);
  assert.equal(info.parameters, words.length * 4 + 72 + 3);
  assert.deepEqual(info.input, {
    kind: 'text',
    shape: [null, 6],
    text: { vocabulary_size: words.length, sequence_length: 6 },
  });
  assert.deepEqual(
    info.layers.map(({ name, type, output_shape, parameters }) => ({ name, type, output_shape, parameters })),
    [
      { name: 'embedding', type: 'Embedding', output_shape: [null, 6, 4], parameters: 24 },
      { name: 'flatten', type: 'Flatten', output_shape: [null, 24], parameters: 0 },
      { name: 'last', type: 'Dense', output_shape: [null, 3], parameters: 75 },
    ],
  );
  assert.equal(info.layers[2].macs, 72);
  const tensor = (await loadModel(tensor_model().file)).info;
  assert.deepEqual(tensor.labels, []);
  assert.deepEqual(tensor.metrics, { accuracy: 0.5 });
  assert.deepEqual(tensor.training, { epochs: 3 });
  const image = (await loadModel(image_model().file)).info;
  assert.deepEqual(image.input.image, { width: 4, height: 4, channels: 3, fit: 'crop' });
});

test('activations are those of the last prediction, layer by layer', async () => {
  const { file, description } = tensor_model();
  const model = await loadModel(file);
  assert.throws(() => model.activations(), /nothing has been predicted/);
  const x = [0.5, -1, 2, 0.25];
  const y = model.predict(new Float32Array(x), [1, 4]);
  const [hidden, last] = model.activations();
  assert.deepEqual([hidden.layer, hidden.type, hidden.shape], ['hidden', 'Dense', [1, 5]]);
  const { 'hidden/kernel': kernel, 'hidden/bias': bias } = description.tensors;
  const expected = bias.data.map((b, j) =>
    Math.max(
      0,
      x.reduce((sum, value, i) => sum + value * kernel.data[i * 5 + j], b),
    ),
  );
  assert_close(hidden.data, expected);
  assert_close(last.data, [...y], 1e-7);
  model.dispose();
});

test("weights are the file's, and a saved model predicts the same", async () => {
  const { file, description } = tensor_model();
  const model = await loadModel(file);
  const weights = model.weights();
  assert.deepEqual(
    weights.map(({ name, shape, data }) => [name, shape, [...data]]),
    Object.entries(description.tensors).map(([name, { shape, data }]) => [name, shape, data]),
  );
  const copy = await loadModel(model.save());
  const x = new Float32Array(random_numbers(40, 99));
  assert.deepEqual(copy.predict(x, [10, 4]), model.predict(x, [10, 4]));
  assert.equal(copy.info.name, 'small_tensor');
  assert.deepEqual(copy.info.metrics, { accuracy: 0.5 });
});
