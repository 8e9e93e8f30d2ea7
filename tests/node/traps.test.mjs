// A call that ends in a trap is a LapisError; its instance is never used again, and everything else goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { cnn_batch } from './batches.mjs';
import { tensor_model, text_model, untrained_cnn } from './models.mjs';

const x = new Float32Array([0.5, -1, 2, 0.25]);

/** The module itself is asked to read far outside its memory. */
const trap = ({ module, handle }) => module.api.lapis_predict_text(handle, -65536, 1000);

function throws(call, text) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof LapisError, `${error?.constructor?.name}: ${error}`);
    assert.match(error.message, text);
    assert.doesNotMatch(error.message, /\n/);
    assert.equal(error.broken, /broke down/.test(error.message));
    return true;
  });
}

test('the library without the guard does trap', async () => {
  const exports = [];
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...values) => {
    const instance = await instantiate(...values);
    exports.push(instance.exports);
    return instance;
  };
  try {
    const model = await loadModel(text_model().file);
    assert.throws(
      () => trap({ module: { api: exports[0] }, handle: model.handle }),
      (error) => error instanceof WebAssembly.RuntimeError && /out of bounds/.test(error.message),
    );
  } finally {
    WebAssembly.instantiate = instantiate;
  }
});

for (const options of [{}, { simd: false }, { threads: 2 }, { threads: 3 }]) {
  const name = JSON.stringify(options);

  test(`${name}: every later call of a model whose instance broke down says so`, async () => {
    const model = await loadModel(text_model().file, options);
    const trainer = model.createTrainer();
    model.predictText('makan');
    throws(() => trap(model), /broke down in this call.*out of bounds/);
    for (const call of [
      () => model.predictText('makan'),
      () => model.predict(x, [1, 4]),
      () => model.predictImage({ data: new Uint8Array(3), width: 1, height: 1 }),
      () => model.activations(),
      () => model.weights(),
      () => model.save(),
      () => model.createTrainer(),
    ])
      throws(call, /"small_text".*broke down in an earlier call.*load the model again/);
    throws(() => trainer.step(new Float32Array(6), [1, 6], [0]), /trainer.*broke down.*load the model again/);
    trainer.dispose();
    model.dispose();
    model.dispose();
    throws(() => model.predictText('makan'), /disposed/);
  });

  test(`${name}: models that share the instance are told, others and new ones work`, async () => {
    const [broken, beside, alone] = await Promise.all([
      loadModel(text_model().file, options),
      loadModel(tensor_model().file, options),
      loadModel(tensor_model().file),
    ]);
    const expected = alone.predict(x, [1, 4]);
    throws(() => trap(broken), /broke down/);
    if (options.threads)
      throws(() => beside.predict(x, [1, 4]), /"small_tensor".*broke down in an earlier call/);
    else assert.deepEqual(beside.predict(x, [1, 4]), expected);
    assert.deepEqual(alone.predict(x, [1, 4]), expected);
    // Before the models that broke are gone, and after.
    const anew = await loadModel(tensor_model().file, options);
    assert.equal(anew.threads, options.threads ?? 1);
    assert.deepEqual(anew.predict(x, [1, 4]), expected);
    broken.dispose();
    beside.dispose();
    assert.deepEqual(anew.predict(x, [1, 4]), expected);
    const again = await loadModel(tensor_model().file, options);
    assert.deepEqual(again.predict(x, [1, 4]), expected);
    if (options.threads) assert.equal(again.module, anew.module);
    anew.dispose();
    assert.deepEqual(again.predict(x, [1, 4]), expected);
    again.dispose();
  });
}

test('a model whose loading meets an instance that broke down meanwhile gets another', async () => {
  const options = { threads: 2 };
  const first = await loadModel(text_model().file, options);
  const loading = loadModel(tensor_model().file, options);
  throws(() => trap(first), /broke down/);
  const second = await loading;
  assert.deepEqual([second.threads, second.predict(x, [1, 4]).length], [2, 3]);
  second.dispose();
});

test('a stack that is full, a memory that is: LapisErrors', async () => {
  const { file } = tensor_model();
  const model = await loadModel(file);
  const deep = (depth) => {
    if (depth > 0) return deep(depth - 1);
    return model.predict(x, [1, 4]);
  };
  const expected = model.predict(x, [1, 4]);
  let failed = null;
  for (let depth = 6000; !failed && depth < 1e5; depth += 3)
    try {
      assert.deepEqual(deep(depth), expected);
    } catch (error) {
      failed = error;
    }
  assert.ok(failed instanceof LapisError || failed instanceof RangeError, `${failed}`);

  // More than a module's memory can be, asked for again and again: what it holds is not given back twice.
  const other = await loadModel(file);
  const large = new Float32Array(4 * 2 ** 27);
  for (let i = 0; i < 3; i++) {
    throws(() => other.predict(large, [2 ** 27, 4]), /not enough memory/);
    assert.deepEqual(other.predict(x, [1, 4]), expected);
  }
});

test('a training batch of 20,000 and more: a step or a line', async () => {
  const model = await loadModel(untrained_cnn());
  const trainer = model.createTrainer();
  const { x: few, shape, labels } = cnn_batch(8);
  const { loss } = trainer.step(few, shape, labels);
  for (const batch of [20_000, 100_000, 1_000_000]) {
    const values = new Float32Array(batch * 189).fill(0.1);
    try {
      assert.ok(trainer.step(values, [batch, ...shape.slice(1)], new Uint8Array(batch)).loss > 0);
    } catch (error) {
      assert.ok(error instanceof LapisError, `${batch}: ${error}`);
      assert.match(error.message, /memory|bytes/);
      assert.doesNotMatch(error.message, /broke down/);
    }
    assert.ok(trainer.step(few, shape, labels).loss < 2 * loss);
  }
});

test('a helper that ends in a piece does not leave the caller waiting', async (t) => {
  const { postMessage } = Worker.prototype;
  // A stack that has no room: the first piece that uses it traps.
  const mock = t.mock.method(Worker.prototype, 'postMessage', function (start) {
    return postMessage.call(this, { ...start, stack: 16 });
  });
  const model = await loadModel(untrained_cnn(), { threads: 2 });
  assert.equal(model.threads, 2);
  mock.mock.restore();
  const { x, shape } = cnn_batch(32);
  const started = performance.now();
  let failed = null;
  while (!failed && performance.now() - started < 30_000)
    try {
      model.predict(x, shape);
    } catch (error) {
      failed = error;
    }
  assert.ok(failed instanceof LapisError, `${failed}`);
  assert.match(failed.message, /broke down in this call/);
  throws(() => model.predict(x, shape), /earlier call/);
  const anew = await loadModel(untrained_cnn(), { threads: 2 });
  assert.equal(anew.predict(x, shape).length, 128);
  anew.dispose();
});
