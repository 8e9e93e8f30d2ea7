// What a network's numbers are: probabilities of both classes of one unit, scores made into probabilities, plain values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { dense, model_file, random_numbers, softmax } from './models.mjs';

const x = [0.5, -1, 2, 0.25];
const sigmoid = (value) => 1 / (1 + Math.exp(-value));

/** [?,4] -> Dense. `loss` as Keras writes it. */
function network({ units, activation = 'linear', loss, labels }) {
  const last = { kernel: random_numbers(4 * units, 31), bias: random_numbers(units, 32) };
  const apply = { linear: (y) => y, sigmoid: (y) => y.map(sigmoid), softmax, tanh: (y) => y.map(Math.tanh) };
  const run = (row) => apply[activation](dense(row, last));
  const file = model_file({
    name: 'answers',
    input_shape: [4],
    layers: [{ class_name: 'Dense', config: { name: 'last', units, activation } }],
    tensors: {
      'last/kernel': { shape: [4, units], data: last.kernel },
      'last/bias': { shape: [units], data: last.bias },
    },
    input: { kind: 'tensor' },
    labels,
    rows: [[0, 0, 0, 0]],
    run,
    ...(loss && { training: { config: { compile: { loss } } } }),
  });
  return { file, outputs: run(x) };
}

const binary_logits = { class_name: 'BinaryCrossentropy', config: { from_logits: true } };
const sparse_logits = { class_name: 'SparseCategoricalCrossentropy', config: { from_logits: true } };

const close = (found, expected) => {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) <= 1e-6, `${[...found]}, not ${expected}`),
  );
};

async function answer(options, use) {
  const { file, outputs } = network(options);
  for (const simd of [true, false]) {
    const model = await loadModel(file, { simd });
    const prediction = model.predictNumbers(Float32Array.from(x), [1, 4]);
    assert.equal(prediction.kind, model.info.output.kind);
    close(model.predict(Float32Array.from(x), [1, 4]), outputs); // always as they are
    use(prediction, outputs, model);
    model.dispose();
  }
}

test('one sigmoid is two classes', async () => {
  for (const loss of ['binary_crossentropy', undefined])
    for (const [labels, names] of [
      [undefined, ['0', '1']],
      [
        ['cat', 'dog'],
        ['cat', 'dog'],
      ],
      [['dog'], ['not dog', 'dog']],
    ])
      await answer({ units: 1, activation: 'sigmoid', loss, labels }, (found, [p]) => {
        assert.equal(found.kind, 'binary');
        close(found.probabilities, [1 - p, p]);
        assert.deepEqual(found.labels, names);
        assert.equal(found.label, names[p > 0.5 ? 1 : 0]);
        assert.equal(found.scores, null);
        assert.equal(found.values, null);
      });
});

test('from logits the softmax or sigmoid is applied, and the scores stand beside', async () => {
  await answer({ units: 3, loss: sparse_logits }, (found, outputs, model) => {
    assert.equal(found.kind, 'distribution');
    assert.equal(model.info.output.applied, 'softmax');
    close(found.probabilities, softmax(outputs));
    close(found.scores, outputs);
  });
  await answer({ units: 1, loss: binary_logits, labels: ['no', 'yes'] }, (found, [score]) => {
    assert.equal(found.kind, 'binary');
    close(found.probabilities, [1 - sigmoid(score), sigmoid(score)]);
    close(found.scores, [score]);
    assert.equal(found.label, score > 0 ? 'yes' : 'no');
  });
  await answer({ units: 3, loss: binary_logits }, (found, outputs) => {
    assert.equal(found.kind, 'independent');
    close(found.probabilities, outputs.map(sigmoid));
  });
});

test('numbers of any size are values, never probabilities', async () => {
  for (const [activation, loss] of [
    ['linear', undefined],
    ['linear', 'mse'],
    ['tanh', 'mse'],
    ['linear', 'huber'],
  ])
    for (const units of [1, 3])
      await answer({ units, activation, loss }, (found, outputs) => {
        assert.equal(found.kind, 'values');
        assert.equal(found.probabilities.length, 0);
        close(found.values, outputs);
        assert.equal(found.label, '');
        assert.deepEqual(found.labels, []);
      });
  await answer({ units: 3, loss: 'mse', labels: ['a', 'b', 'c'] }, (found, outputs) => {
    assert.equal(found.label, 'abc'[outputs.indexOf(Math.max(...outputs))]);
  });
});

test('a trainer uses the compiled loss: one unit learns two classes', async () => {
  const rows = random_numbers(4 * 64, 33);
  const labels = Array.from({ length: 64 }, (_, i) => (rows[4 * i] + rows[4 * i + 1] > 0 ? 1 : 0));
  for (const options of [
    { units: 1, activation: 'sigmoid' },
    { units: 1, activation: 'sigmoid', loss: 'binary_crossentropy' },
    { units: 1, loss: binary_logits },
    { units: 2, loss: sparse_logits },
    { units: 2, activation: 'softmax', loss: 'mse' },
  ]) {
    const model = await loadModel(network(options).file);
    const trainer = model.createTrainer({ learningRate: 0.1 });
    let step;
    for (let i = 0; i < 200; i++) step = trainer.step(Float32Array.from(rows), [64, 4], labels);
    assert.ok(step.accuracy > 0.95, `${JSON.stringify(options)}: ${step.accuracy}`);
    const copy = await loadModel(model.save());
    assert.deepEqual(copy.info.output, model.info.output);
    const right = labels.filter((label, i) => {
      const row = Float32Array.from(rows.slice(4 * i, 4 * i + 4));
      const { kind, label: found } = copy.predictNumbers(row, [1, 4]);
      return kind !== 'values' && found === String(label);
    });
    assert.ok(right.length > 60, `${right.length} of 64`);
  }
  const unknown = await loadModel(network({ units: 2, loss: 'huber' }).file);
  assert.throws(
    () => unknown.createTrainer(),
    (error) => error instanceof LapisError && /huber/.test(error.message),
  );
});

test('predictNumbers takes one sample', async () => {
  const model = await loadModel(network({ units: 2 }).file);
  assert.throws(() => model.predictNumbers(new Float32Array(8), [2, 4]), /2 samples, expected 1/);
});
