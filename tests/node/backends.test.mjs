// The two builds of the module give the same results, and neither grows while it predicts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from '../../wasm/dist/index.js';
import { cnn_batch, rnn_batch, train } from './batches.mjs';
import { image_model, text_model, untrained_cnn, untrained_rnn } from './models.mjs';

const largest_difference = (a, b) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

for (const [name, file, batch] of [
  ['cnn', untrained_cnn(), cnn_batch(100)],
  ['rnn', untrained_rnn(), rnn_batch(100)],
])
  test(`SIMD and scalar predict the same with the same trained weights (${name})`, async () => {
    const trained = await loadModel(file);
    train(trained, batch, { learningRate: 0.01 }, 30);
    const saved = trained.save();
    const [simd, scalar] = await Promise.all([true, false].map((simd) => loadModel(saved, { simd })));
    assert.notEqual(simd.backend, scalar.backend);
    const [a, b] = [simd, scalar].map((model) => model.predict(batch.x, batch.shape));
    // Of a network that has learnt something: not all rows alike.
    assert.ok(Math.max(...a) > 0.6 && Math.min(...a) < 0.1);
    assert.ok(largest_difference(a, b) <= 1e-5, `difference ${largest_difference(a, b)}`);
  });

for (const [name, file, batch] of [
  ['cnn', untrained_cnn(), cnn_batch(20)],
  ['rnn', untrained_rnn(), rnn_batch(20)],
])
  test(`SIMD and scalar train the same (${name})`, async () => {
    const [a, b] = await Promise.all(
      [true, false].map(async (simd) => {
        const model = await loadModel(file, { simd });
        train(model, batch, { optimizer: 'sgd', learningRate: 0.1, seed: 5 }, 10);
        return model.weights();
      }),
    );
    a.forEach(({ name, data }, i) => {
      assert.ok(
        largest_difference(data, b[i].data) <= 1e-5,
        `${name}: ${largest_difference(data, b[i].data)}`,
      );
    });
  });

/** Bytes of the instance's memory: reached as the package's own code does, for it shows them to nobody. */
const memory_bytes = (model) => model.module.api.memory.buffer.byteLength;

test('a thousand predictions and steps grow no memory', async () => {
  const text = await loadModel(text_model().file);
  const image = await loadModel(image_model().file);
  const cnn = await loadModel(untrained_cnn());
  const trainer = cnn.createTrainer();
  const batch = cnn_batch(8);
  const picture = { data: new Uint8Array(64 * 48 * 4).fill(9), width: 64, height: 48, channels: 4 };
  const round = () => {
    text.predictText('makan enak sekali');
    image.predictImage(picture);
    cnn.predict(batch.x, batch.shape);
    trainer.step(batch.x, batch.shape, batch.labels);
    assert.throws(() => text.predictText(''));
  };
  for (let i = 0; i < 10; i++) round();
  cnn.activations();
  const before = [text, image, cnn].map(memory_bytes);
  for (let i = 0; i < 1000; i++) round();
  for (let i = 0; i < 100; i++) cnn.activations();
  assert.deepEqual([text, image, cnn].map(memory_bytes), before);
});

test('results are copies: the next prediction leaves them alone', async () => {
  const model = await loadModel(text_model().file);
  const first = model.predictText('enak').probabilities;
  const kept = first.slice();
  model.predictText('tidak tidak');
  model.predict(new Float32Array(6 * 4000), [4000, 6]);
  assert.deepEqual(first, kept);
  assert.notEqual(first.buffer, model.module.api.memory.buffer);
});
