// Helpers beside the caller's thread: the same bits for any number of them, shared by the models, gone with the last one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { cnn_batch, rnn_batch, train } from './batches.mjs';
import { tensor_model, untrained_cnn, untrained_rnn } from './models.mjs';

/** As many threads as asked for; the last is the module for one thread. */
async function with_threads(file) {
  const models = await Promise.all([3, 2, 1].map((threads) => loadModel(file, { threads })));
  assert.deepEqual(
    models.map(({ threads, backend }) => [threads, backend]),
    [
      [3, 'simd'],
      [2, 'simd'],
      [1, 'simd'],
    ],
  );
  return models;
}

/** The instance's own functions, reached as the package's own code does. */
const api_of = (model) => model.module.api;

for (const [name, file, batch] of [
  ['cnn', untrained_cnn(), cnn_batch(100)],
  ['bidirectional lstm', untrained_rnn(), rnn_batch(100)],
])
  test(`the same bits with 1, 2 and 3 threads: predictions, training, insides (${name})`, async () => {
    const trained = await loadModel(file);
    train(trained, batch, { learningRate: 0.01 }, 30);
    const models = await with_threads(trained.save());
    const results = models.map((model) => {
      const y = model.predict(batch.x, batch.shape);
      const activations = model.activations();
      const steps = train(model, batch, { learningRate: 0.001, seed: 5 }, 4);
      const again = Array.from({ length: 20 }, () => model.predict(batch.x, batch.shape));
      return { y, activations, steps, weights: model.weights(), again };
    });
    const one = results.pop();
    // Of a network that has learnt something: not all rows alike.
    assert.ok(Math.max(...one.y) > 0.6 && Math.min(...one.y) < 0.1);
    for (const result of results) assert.deepEqual(result, one);
    for (const model of models) model.dispose();
  });

test('the helpers do work', async (t) => {
  const { postMessage } = Worker.prototype;
  const starts = [];
  t.mock.method(Worker.prototype, 'postMessage', function (start) {
    starts.push(start);
    return postMessage.call(this, start);
  });
  const model = await loadModel(untrained_cnn(), { threads: 3 });
  assert.deepEqual(
    starts.map(({ index }) => index),
    [1, 2],
  );
  // Whoever runs pieces leaves something on its stack; what is near its end may be of the loop that waits for them.
  const has_worked = ({ memory, stack }) =>
    new Uint8Array(memory.buffer, stack - 65536, 65536 - 512).some((byte) => byte !== 0);
  assert.ok(!starts.some(has_worked));
  const { x, shape } = cnn_batch(32);
  const started = performance.now();
  while (!starts.every(has_worked) && performance.now() - started < 30_000) model.predict(x, shape);
  assert.ok(starts.every(has_worked));
  model.dispose();
});

test('models share the helpers; the last one that goes sends them home', async () => {
  const file = tensor_model().file;
  const [a, b, alone] = await Promise.all([2, 2, 1].map((threads) => loadModel(file, { threads })));
  const shared = api_of(a);
  assert.equal(api_of(b), shared);
  assert.notEqual(api_of(alone), shared);
  const trainer = b.createTrainer();
  const x = new Float32Array(400).fill(0.5);
  const expected = alone.predict(x, [100, 4]);
  a.dispose();
  a.dispose();
  assert.deepEqual(b.predict(x, [100, 4]), expected);
  b.dispose();
  // What is left of it works, without them.
  assert.ok(trainer.step(x, [100, 4], Array(100).fill(1)).loss > 0);
  const anew = await loadModel(file, { threads: 2 });
  assert.notEqual(api_of(anew), shared);
  assert.equal(anew.threads, 2);
  assert.deepEqual(anew.predict(x, [100, 4]), expected);
  anew.dispose();
});

test('a damaged file is refused in the same words, and others go on', async () => {
  const file = untrained_cnn();
  const model = await loadModel(file, { threads: 2 });
  const words = async (options) => {
    const error = await loadModel(file.subarray(0, file.length - 5), options).catch((error) => error);
    assert.ok(error instanceof LapisError);
    return error.message;
  };
  assert.equal(await words({ threads: 2 }), await words({}));
  const { x, shape } = cnn_batch(5);
  assert.throws(() => model.predict(x, [5, 9, 21, 1]), /shape/);
  assert.equal(model.predict(x, shape).length, 20);
  model.dispose();
});

test('a number of threads that is none is refused; one thread is the default', async () => {
  const { file } = tensor_model();
  for (const threads of [0, -1, 1.5, NaN, 65, '2'])
    await assert.rejects(loadModel(file, { threads }), /threads: expected a whole number from 1 to 64/);
  assert.equal((await loadModel(file)).threads, 1);
  const scalar = await loadModel(file, { threads: 2, simd: false });
  assert.deepEqual([scalar.threads, scalar.backend], [1, 'scalar']);
});

/** Runs a module in a Node of its own. */
function in_process(script) {
  const started = performance.now();
  const paths = Object.fromEntries(
    ['../../wasm/dist/index.js', './models.mjs'].map((path) => [path, new URL(path, import.meta.url).href]),
  );
  const text = `import { loadModel } from ${JSON.stringify(paths['../../wasm/dist/index.js'])};
    import { tensor_model } from ${JSON.stringify(paths['./models.mjs'])};
    const x = new Float32Array(400).fill(0.5);
    ${script}`;
  const options = { encoding: 'utf8', timeout: 20_000 };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', text],
    options,
  );
  assert.equal(stderr, '');
  assert.equal(status, 0, `after ${performance.now() - started} ms`);
  return stdout;
}

test('the process ends by itself, with and without dispose', () => {
  const use = `const model = await loadModel(tensor_model().file, { threads: 3 });
    console.log(model.threads, model.predict(x, [100, 4]).length);`;
  assert.equal(in_process(`${use} model.dispose();`), '3 300\n');
  assert.equal(in_process(use), '3 300\n');
});

test('after dispose no worker is left', () => {
  const output = in_process(`import { readdirSync } from 'node:fs';
    const threads = () => readdirSync('/proc/self/task').length;
    (await loadModel(tensor_model().file)).predict(x, [100, 4]);
    const before = threads();
    const model = await loadModel(tensor_model().file, { threads: 3 });
    const during = threads();
    model.dispose();
    for (let i = 0; i < 100 && threads() > before; i++) await new Promise((done) => setTimeout(done, 20));
    console.log(during - before >= 2, threads() - before);`);
  assert.equal(output, 'true 0\n');
});

test('a page that is not isolated, or a thread that may not wait, has one thread, without a word', () => {
  const load = `const model = await loadModel(tensor_model().file, { threads: 3 });
    console.log(model.threads, model.module.api.memory.buffer instanceof ArrayBuffer);`;
  assert.equal(in_process(`globalThis.crossOriginIsolated = false; ${load}`), '1 true\n');
  assert.equal(in_process(`Atomics.wait = () => { throw new TypeError('no'); }; ${load}`), '1 true\n');
  // Where no worker can be started, there is one thread too.
  assert.equal(
    in_process(`const builtin = process.getBuiltinModule;
      const Worker = function () { throw new Error('no'); };
      process.getBuiltinModule = (name) => (name.endsWith('worker_threads') ? { Worker } : builtin(name));
      ${load}
      console.log(model.predict(x, [100, 4]).length);`),
    '1 false\n300\n',
  );
});
