// Training through the package: the loss falls, dropout and all; the trained weights are the model's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { random_numbers, tensor_model, untrained_cnn, untrained_rnn } from './models.mjs';
import { cnn_batch, rnn_batch, train } from './batches.mjs';

for (const simd of [true, false])
  for (const [name, file, batch, options] of [
    ['cnn, adam', untrained_cnn(), cnn_batch(48), { learningRate: 0.01, seed: 3 }],
    [
      'rnn, sgd with momentum',
      untrained_rnn(),
      rnn_batch(48),
      { optimizer: 'sgd', learningRate: 0.1, momentum: 0.9 },
    ],
  ])
    test(`${simd ? 'simd' : 'scalar'}: training lowers the loss (${name})`, async () => {
      const model = await loadModel(file, { simd });
      const steps = train(model, batch, options, 60);
      const [first, last] = [steps[0], steps.at(-1)];
      assert.ok(Math.abs(first.loss - Math.log(batch.classes)) < 0.5, `first loss ${first.loss}`);
      assert.ok(last.loss < first.loss * 0.5, `${first.loss} -> ${last.loss}`);
      assert.ok(last.accuracy > 0.8, `accuracy ${last.accuracy}`);

      // What it predicts without dropout agrees, and so does a saved copy.
      const y = model.predict(batch.x, batch.shape);
      const right = batch.labels.filter((label, i) => {
        const row = y.subarray(i * batch.classes, (i + 1) * batch.classes);
        return row.every((value, j) => j === label || value < row[label]);
      }).length;
      assert.ok(right / batch.labels.length > 0.85, `${right} of ${batch.labels.length}`);
      const copy = await loadModel(model.save(), { simd });
      assert.deepEqual(copy.predict(batch.x, batch.shape), y);
      assert.deepEqual(copy.info.metrics, {});
    });

test('training is the same for the same seed, and not for another', async () => {
  const weights_after = async (seed) => {
    const model = await loadModel(untrained_cnn());
    train(model, cnn_batch(16), { seed }, 5);
    return model.weights();
  };
  assert.deepEqual(await weights_after(1), await weights_after(1));
  assert.notDeepEqual(await weights_after(1), await weights_after(2));
});

test('one step of plain SGD is the weights minus the learning rate times the gradient', async () => {
  // Last layer of softmax and cross-entropy: d bias = mean over the batch of (probabilities - one-hot).
  const model = await loadModel(tensor_model().file);
  const x = new Float32Array(random_numbers(12, 5));
  const labels = [2, 0, 1];
  const y = model.predict(x, [3, 4]);
  const bias_of = () => model.weights().find(({ name }) => name === 'last/bias').data;
  const before = bias_of();
  const { loss } = model.createTrainer({ optimizer: 'sgd', learningRate: 0.5 }).step(x, [3, 4], labels);
  const expected_loss = -labels.reduce((sum, label, i) => sum + Math.log(y[i * 3 + label]), 0) / 3;
  assert.ok(Math.abs(loss - expected_loss) < 1e-5, `${loss}, expected ${expected_loss}`);
  bias_of().forEach((value, j) => {
    const gradient = labels.reduce((sum, label, i) => sum + (y[i * 3 + j] - (label === j ? 1 : 0)), 0) / 3;
    assert.ok(Math.abs(value - (before[j] - 0.5 * gradient)) < 1e-6, `bias ${j}`);
  });
});

test('batches and options that do not fit leave the model as it was', async () => {
  const model = await loadModel(tensor_model().file);
  const before = model.weights();
  const bad_option = (options, text) => assert.throws(() => model.createTrainer(options), text);
  bad_option({ optimizer: 'magic' }, /optimizer.*sgd/);
  bad_option({ learningrate: 1 }, /learningrate/);
  bad_option({ learningRate: -1 }, /learningRate/);
  bad_option({ momentum: 2 }, /momentum/);
  const trainer = model.createTrainer();
  const x = new Float32Array(8);
  const bad_step = (values, shape, labels, text) =>
    assert.throws(
      () => trainer.step(values, shape, labels),
      (error) => error instanceof LapisError && text.test(error.message),
    );
  bad_step(x, [2, 4], [0], /2 samples, but 1 label/);
  bad_step(x, [2, 4], [0, 3], /label 3/);
  bad_step(x, [2, 4], [0, -1], /label -1/);
  bad_step(x, [1, 8], [0], /\[1,8\]/);
  bad_step(x, [2, 5], [0, 0], /does not fit/);
  bad_step(new Float32Array(8).fill(NaN), [2, 4], [0, 0], /finite/);
  assert.deepEqual(model.weights(), before);
  assert.ok(trainer.step(x, [2, 4], [0, 1]).loss > 0);
});
