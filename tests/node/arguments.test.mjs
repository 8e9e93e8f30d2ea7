// Every function that the package exports, with every wrong kind of argument: one line of a LapisError, nothing changed,
// and the right call afterwards gives the right answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import * as lapis from '../../wasm/dist/index.js';
import { image_model, random_numbers, tensor_model, text_model } from './models.mjs';

const { LapisError, loadModel, Model, Trainer } = lapis;

/** An array whose memory has gone to somebody else. */
function detached(array) {
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/** Reading anything of it throws. */
const hostile = () =>
  new Proxy(
    {},
    {
      get() {
        throw new TypeError('line one\nline two');
      },
    },
  );

/** What nobody can mean, wherever something is expected. */
const nonsense = {
  null: null,
  NaN,
  Infinity,
  'a number': 42,
  'a negative number': -1,
  'a bigint': 5n,
  true: true,
  'a symbol': Symbol('x'),
  'a function': () => 1,
  'an object': {},
  'an object without a prototype': Object.create(null),
  'a list of objects': [{}],
  'a date': new Date(0),
  'a map': new Map([[0, 1]]),
  'a DataView': new DataView(new ArrayBuffer(8)),
  'a Float64Array': new Float64Array(4),
  'a BigInt64Array': new BigInt64Array(4),
  'a detached array': detached(new Float32Array(4)),
  'an object whose properties throw': hostile(),
};
const without = (...names) =>
  Object.entries(nonsense).filter(([name]) => !names.some((left_out) => name === left_out));

/** What an error has to be. */
function check_error(error, what) {
  assert.ok(error instanceof LapisError, `${what}: ${error?.constructor?.name}: ${error}`);
  assert.equal(error.name, 'LapisError');
  assert.doesNotMatch(error.message, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u, what);
  assert.ok(error.message.length > 5 && error.message.length < 2100, `${what}: ${error.message}`);
  assert.doesNotMatch(
    error.message,
    /undefined \(|Cannot (read|convert|mix)|not iterable|is not a function/,
    what,
  );
}

function refuses(what, call) {
  let answer;
  try {
    answer = call();
  } catch (error) {
    check_error(error, what);
    return;
  }
  assert.fail(`${what} was taken: ${JSON.stringify(answer)?.slice(0, 200)}`);
}

async function rejects(what, promise) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    check_error(error, what);
    return;
  }
  assert.fail(`${what} was taken: ${answer?.info?.name}`);
}

test('the table below has every export', () => {
  const functions = Object.entries(lapis).filter(([, value]) => typeof value === 'function');
  assert.deepEqual(functions.map(([name]) => name).sort(), ['LapisError', 'Model', 'Trainer', 'loadModel']);
  const methods = (type) =>
    Object.getOwnPropertyNames(type.prototype).filter((name) => {
      const { value } = Object.getOwnPropertyDescriptor(type.prototype, name);
      return typeof value === 'function' && name !== 'constructor';
    });
  // Those that types hide are the package's own.
  const own = ['call', 'alive', 'outcome', 'prediction', 'step_on'];
  const known = [
    'activations',
    'createTrainer',
    'dispose',
    'predict',
    'predictImage',
    'predictNumbers',
    'predictText',
  ];
  assert.deepEqual(
    [...methods(Model), ...methods(Trainer)].filter((name) => !own.includes(name)).sort(),
    [...known, 'save', 'weights', 'dispose', 'step'].sort(),
  );
});

test('LapisError, Model and Trainer, made by callers', () => {
  for (const [what, value] of without('an object whose properties throw', 'an object without a prototype'))
    assert.equal(typeof new LapisError(value).message, 'string', what);
  assert.equal(new LapisError('a\nb\u001b[31mc\ud800\u2028').message, 'a\ufffdb\ufffd[31mc\ufffd\ufffd');
  assert.ok(new LapisError('x'.repeat(1e6)).message.length < 2100);
  for (const [what, value] of Object.entries(nonsense)) {
    refuses(`Model: ${what}`, () => new Model(value, value, value));
    refuses(`Trainer: ${what}`, () => new Trainer(value, value, value, value));
  }
});

test('loadModel: sources and options', async () => {
  const { file, run } = tensor_model();
  for (const [what, value] of [...without(), ['undefined', undefined], ['an empty text', '']])
    await rejects(what, loadModel(value));
  await rejects('a lone surrogate', loadModel('\ud800'));
  await rejects('a path with a zero', loadModel('a\0b'));
  await rejects('a folder', loadModel('.'));
  await rejects('an address', loadModel(new URL('file:///nowhere/model.safetensors')));
  await rejects('a scheme', loadModel('gopher://x/y'));
  await rejects('no port', loadModel('http://127.0.0.1:1/model.safetensors'));
  await rejects('a detached file', loadModel(detached(file.slice())));
  await rejects('a detached buffer', loadModel(detached(file.slice()).buffer));
  await rejects('a list of bytes', loadModel([...file]));
  await rejects('an Int8Array', loadModel(new Int8Array(file.buffer)));
  await rejects('a SharedArrayBuffer', loadModel(new SharedArrayBuffer(100)));
  await rejects('a Blob', loadModel(new Blob([file])));

  for (const [what, options] of without('an object', 'an object without a prototype', 'a function'))
    await rejects(`options: ${what}`, loadModel(file, options));
  await rejects('an unknown option', loadModel(file, { thread: 2 }));
  const wrong = (option, ...taken) =>
    without(...taken).map(([what, value]) => [`${option}: ${what}`, { [option]: value }]);
  for (const [what, options] of [
    ...wrong('onProgress', 'a function'),
    ...wrong('simd', 'true'),
    ...wrong('threads', 'a number'),
    ['threads: 65', { threads: 65 }],
    ...wrong('wasm', 'null'),
    ...wrong('input'),
    ...wrong('labels'),
    ['labels: a text', { labels: 'cat' }],
    ['labels of a .safetensors', { labels: ['a', 'b', 'c'] }],
  ])
    await rejects(what, loadModel(file, options));
  // The caller's own mistakes come back as such.
  await rejects(
    'onProgress that throws',
    loadModel(`data:,${'x'.repeat(9)}`, {
      onProgress: () => {
        throw new Error("the caller's own");
      },
    }),
  );

  const model = await loadModel(file, { simd: undefined, threads: undefined });
  const x = random_numbers(4, 8);
  run(x).forEach((value, i) => {
    assert.ok(Math.abs(model.predict(new Float32Array(x), [1, 4])[i] - value) < 1e-6);
  });
  // Bytes of another realm, as test runners have them.
  const other = runInNewContext('new Uint8Array(length)', { length: file.length });
  other.set(file);
  for (const source of [other, other.buffer, Buffer.from(file), file.buffer.slice(file.byteOffset)])
    assert.equal((await loadModel(source)).info.name, 'small_tensor');
});

test('predict', async () => {
  const { file, run } = tensor_model();
  const model = await loadModel(file);
  const x = new Float32Array(random_numbers(8, 9));
  const expected = [...run([...x.slice(0, 4)]), ...run([...x.slice(4)])];
  const right = () => {
    const y = model.predict(x, [2, 4]);
    expected.forEach((value, i) => {
      assert.ok(Math.abs(y[i] - value) < 1e-6);
    });
    return y;
  };
  right();
  const other = new Float32Array(8);
  const wrong = [
    ...without().map(([what, value]) => [`data: ${what}`, value, [2, 4]]),
    ...without().map(([what, value]) => [`shape: ${what}`, other, value]),
    ['nothing'],
    ['a text', 'x', [2, 4]],
    ['a list', [0, 0, 0, 0], [1, 4]],
    ['bytes', new Uint8Array(8), [2, 4]],
    ['no shape', other, undefined],
    ['an empty shape', other.subarray(0, 1), []],
    ['too short', other.subarray(1), [2, 4]],
    ['too long', new Float32Array(9), [2, 4]],
    ['another shape', other, [1, 8]],
    ['other axes', other, [2, 2, 2]],
    ['six axes', other, [2, 4, 1, 1, 1, 1]],
    ['fractions', other, [0.5, 16]],
    ['negative sizes', other, [-2, -4]],
    ['zero', new Float32Array(0), [0, 4]],
    ['texts as sizes', other, ['2', '4']],
    ['bigints as sizes', other, [2n, 4n]],
    ['huge sizes', other, [2 ** 32 + 2, 4]],
    ['holes', other, [, 4]],
    ['detached', detached(new Float32Array(8)), [2, 4]],
    ['NaN', new Float32Array(8).fill(NaN), [2, 4]],
    ['one infinity', Float32Array.from(other, (_, i) => (i === 7 ? -Infinity : 0)), [2, 4]],
  ];
  for (const [what, ...values] of wrong) {
    refuses(what, () => model.predict(...values));
    refuses(what, () => model.predictNumbers(...values));
    // Nothing of a call that failed is seen inside.
    assert.deepEqual(model.activations().at(-1).data, right(), what);
  }
  // A view in the middle of a buffer, shared memory and another realm are as good.
  const inside = new Float32Array(new ArrayBuffer(100), 12, 8);
  const shared = new Float32Array(new SharedArrayBuffer(32));
  const foreign = runInNewContext('new Float32Array(8)');
  for (const view of [inside, shared, foreign]) {
    view.set(x);
    assert.deepEqual(model.predict(view, [2, 4]), right());
  }
  assert.deepEqual(model.predict(x, Int32Array.of(2, 4)), right());
});

test('predictText', async () => {
  const { file } = text_model();
  const model = await loadModel(file);
  const right = () => [...model.predictText('makan enak').probabilities];
  const expected = right();
  for (const [what, text] of [
    ...without(),
    ['undefined', undefined],
    ['an empty text', ''],
    ['a list of texts', ['makan']],
    ['a String object', new String('makan')],
    ['bytes', new TextEncoder().encode('makan')],
    ['a text that is too long', 'x '.repeat(50_001)],
    ['a text of 100 MB', 'x'.repeat(1e8)],
  ]) {
    refuses(what, () => model.predictText(text));
    assert.deepEqual([...model.activations().at(-1).data], expected, what);
    assert.deepEqual(right(), expected, what);
  }
  // Half a letter is a letter that nobody knows.
  assert.equal(model.predictText('enak \ud800').tokens[1].known, false);
});

test('predictImage: what JavaScript has as pictures', async () => {
  const { file, run } = image_model();
  const model = await loadModel(file);
  const bytes = random_numbers(48, 12).map((x) => Math.floor((x + 1) * 127.9));
  const rgba = Array.from({ length: 16 }, (_, i) => [...bytes.slice(i * 3, i * 3 + 3), 255]).flat();
  const expected = run(bytes);
  const size = { width: 4, height: 4 };
  class ImageData {
    data = new Uint8ClampedArray(rgba);
    colorSpace = 'srgb';
    get width() {
      return 4;
    }
    get height() {
      return 4;
    }
  }
  const foreign = runInNewContext('new Uint8ClampedArray(64)');
  foreign.set(rgba);
  for (const [what, image, options] of [
    ["a canvas's ImageData", new ImageData()],
    ['RGBA without channels', { data: new Uint8Array(rgba), ...size }],
    ['RGB without channels', { data: new Uint8Array(bytes), ...size }],
    ['a Buffer', { data: Buffer.from(bytes), ...size, channels: 3 }],
    ['another realm', { data: foreign, ...size }],
    ['a plain list', { data: bytes, ...size }],
    ['a plain list, RGBA', { data: rgba, ...size, channels: 4 }],
    ['floats to 1', { data: Float32Array.from(bytes, (x) => x / 255), ...size }, { white: 1 }],
    ['a list to 1', { data: bytes.map((x) => x / 255), ...size }, { white: 1 }],
    ['floats to 255', { data: Float32Array.from(bytes), ...size }, { white: 255 }],
    ['a list with fractions', { data: bytes.map((x) => Math.min(255, x + 0.3)), ...size }, { white: 255 }],
    ['bytes, said so', { data: Uint8Array.from(bytes), ...size }, { white: 255, fit: undefined }],
  ]) {
    const { probabilities, pixels } = model.predictImage(image, options);
    assert.deepEqual([...pixels], rgba, what);
    expected.forEach((value, i) => {
      assert.ok(Math.abs(probabilities[i] - value) < 1e-6, what);
    });
  }
  const grey = model.predictImage({ data: new Uint8Array(16).fill(77), ...size });
  assert.deepEqual([...grey.pixels.slice(0, 4)], [77, 77, 77, 255]);
});

test('predictImage: everything else is refused, and never answered about an earlier picture', async () => {
  const model = await loadModel(image_model().file);
  const red = Uint8Array.from({ length: 48 }, (_, i) => (i % 3 === 0 ? 255 : 0));
  const size = { width: 4, height: 4, channels: 3 };
  const right = () => [...model.predictImage({ data: red, ...size }).probabilities];
  const expected = right();
  const data = new Uint8Array(48);
  const list = (value) =>
    Array(48).fill(0).with?.(5, value) ?? Object.assign(Array(48).fill(0), { 5: value });
  const nested = Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => [0, 0, 0]));
  for (const [what, ...values] of [
    ['nothing'],
    ['a path', 'photo.jpg'],
    ['bytes alone', data],
    ...without().map(([what, value]) => [`image: ${what}`, value]),
    ...without().map(([what, value]) => [`data: ${what}`, { ...size, data: value }]),
    ...without().map(([what, value]) => [`width: ${what}`, { ...size, data, width: value }]),
    ...without().map(([what, value]) => [`height: ${what}`, { ...size, data, height: value }]),
    ...without().map(([what, value]) => [`channels: ${what}`, { ...size, data, channels: value }]),
    ...without('an object', 'an object without a prototype', 'a function').map(([what, value]) => [
      `options: ${what}`,
      { ...size, data },
      value,
    ]),
    ...without().map(([what, value]) => [`fit: ${what}`, { ...size, data }, { fit: value }]),
    ...without().map(([what, value]) => [`white: ${what}`, { ...size, data }, { white: value }]),
    ['an unknown option', { ...size, data }, { Fit: 'crop' }],
    ['an unknown fit', { ...size, data }, { fit: 'squeeze' }],
    ['a text as size', { data, width: '4', height: '4' }],
    ['fractions as size', { data: new Uint8Array(54), width: 4.5, height: 4 }],
    ['negative sizes', { data, width: -4, height: -4 }],
    ['a huge size', { data, width: 2 ** 32 + 4, height: 4 }],
    ['no pixels', { data: new Uint8Array(0), width: 0, height: 4 }],
    ['no channels fit', { data: new Uint8Array(47), width: 4, height: 4 }],
    ['too short', { ...size, data: data.subarray(1) }],
    ['too long', { ...size, data: new Uint8Array(64) }],
    ['detached', { ...size, data: detached(new Uint8Array(48)) }],
    [
      'an imitation',
      { ...size, data: { length: 48, byteLength: 48, buffer: new ArrayBuffer(48), byteOffset: 0 } },
    ],
    ['a text of 48 letters', { ...size, data: 'x'.repeat(48) }],
    ['rows in rows', { ...size, data: nested }],
    ['floats, not said what', { ...size, data: new Float32Array(48).fill(0.5) }],
    ['floats beyond 1', { ...size, data: new Float32Array(48).fill(1.5) }, { white: 1 }],
    ['NaN floats', { ...size, data: new Float32Array(48).fill(NaN) }, { white: 1 }],
    ['doubles', { ...size, data: new Float64Array(48) }, { white: 1 }],
    ['bytes as floats', { ...size, data }, { white: 1 }],
    ['words', { ...size, data: new Uint16Array(48) }],
    ['whole numbers of 32 bits', { ...size, data: new Int32Array(48) }],
    ['a list with a fraction', { ...size, data: list(0.5) }],
    ['a list with -1', { ...size, data: list(-1) }],
    ['a list with 256', { ...size, data: list(256) }],
    ['a list with NaN', { ...size, data: list(NaN) }],
    ['a list with a text', { ...size, data: list('7') }],
    ['a list with a bigint', { ...size, data: list(7n) }],
    ['a list with true', { ...size, data: list(true) }],
    ['a list with null', { ...size, data: list(null) }],
    ['a list with holes', { ...size, data: Array(48) }],
    ['other colours', { ...size, data, colorSpace: 'display-p3' }],
  ]) {
    refuses(what, () => model.predictImage(...values));
    assert.deepEqual([...model.activations().at(-1).data], expected, what);
    assert.deepEqual(right(), expected, what);
  }
});

test('createTrainer: options', async () => {
  const model = await loadModel(tensor_model().file);
  const before = model.weights();
  for (const [what, options] of without('an object', 'an object without a prototype', 'a function'))
    refuses(`options: ${what}`, () => model.createTrainer(options));
  for (const option of ['optimizer', 'learningRate', 'momentum', 'nesterov', 'seed'])
    for (const [what, value] of without('true', 'a number'))
      refuses(`${option}: ${what}`, () => model.createTrainer({ [option]: value }));
  for (const options of [
    { optimizer: 'magic' },
    { learningRate: '0.1' },
    { learningRate: 1e9 },
    { seed: -1 },
    { seed: 1.5 },
    { momentum: 2 },
    { nesterov: 1 },
    { rate: 1 },
  ])
    refuses(JSON.stringify(options), () => model.createTrainer(options));
  assert.deepEqual(model.weights(), before);
  const x = new Float32Array(random_numbers(8, 3));
  assert.ok(model.createTrainer({ seed: undefined }).step(x, [2, 4], [0, 1]).loss > 0);
});

/** Steps of a fresh model, and the weights after them. */
async function trained(labels, steps = 3) {
  const model = await loadModel(tensor_model().file);
  const x = new Float32Array(random_numbers(12, 4));
  const trainer = model.createTrainer({ optimizer: 'sgd', learningRate: 0.5 });
  const losses = Array.from({ length: steps }, () => trainer.step(x, [3, 4], labels));
  return { losses, weights: model.weights() };
}

test('step: class numbers in any kind of array, and one-hot rows', async () => {
  const expected = await trained([2, 0, 1]);
  const rows = [
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ];
  for (const [what, labels] of Object.entries({
    Int8Array: Int8Array.of(2, 0, 1),
    Uint8Array: Uint8Array.of(2, 0, 1),
    Uint8ClampedArray: Uint8ClampedArray.of(2, 0, 1),
    Int16Array: Int16Array.of(2, 0, 1),
    Uint16Array: Uint16Array.of(2, 0, 1),
    Int32Array: Int32Array.of(2, 0, 1),
    Uint32Array: Uint32Array.of(2, 0, 1),
    BigInt64Array: BigInt64Array.of(2n, 0n, 1n),
    BigUint64Array: BigUint64Array.of(2n, 0n, 1n),
    Float32Array: Float32Array.of(2, -0, 1),
    Float64Array: Float64Array.of(2, 0, 1),
    bigints: [2n, 0n, 1n],
    'one number a row': [[2], [0], [1]],
    'one-hot rows': rows,
    'one-hot typed rows': rows.map((row) => Float32Array.from(row)),
    'one-hot rows of bytes': rows.map((row) => Uint8Array.from(row)),
    'one-hot, one row after another': Float32Array.from(rows.flat()),
    'one-hot, one row after another, a list': rows.flat(),
    'another realm': runInNewContext('[2, 0, 1]'),
  }))
    assert.deepEqual(await trained(labels), expected, what);
});

test('step: every other label is refused and changes nothing', async () => {
  const model = await loadModel(tensor_model().file);
  const x = new Float32Array(random_numbers(8, 3));
  const shape = [2, 4];
  const trainer = model.createTrainer({ optimizer: 'sgd', learningRate: 0 });
  const right = () => trainer.step(x, shape, [0, 1]);
  const expected = right();
  const before = model.weights();
  for (const [what, labels] of [
    ...without(),
    ['undefined', undefined],
    ...without('a bigint', 'a number').map(([what, value]) => [`one is ${what}`, [0, value]]),
    ['a text', '01'],
    ['class names', ['cat', 'dog']],
    ['numbers as texts', ['0', '1']],
    ['nothing in it', [undefined, undefined]],
    ['holes', Array(2)],
    ['fractions', [0.9, 0.1]],
    ['fractions of floats', Float32Array.of(0.5, 1)],
    ['true and false', [true, false]],
    ['too few', [0]],
    ['too many', [0, 1, 2]],
    ['none', []],
    ['out of range', [0, 3]],
    ['negative', [0, -1]],
    ['2^32', [0, 2 ** 32]],
    ['2^32 as a bigint', [0, 2n ** 32n]],
    ['1e300', [0, 1e300]],
    ['a set', new Set([0, 1])],
    [
      'soft rows',
      [
        [0.1, 0.9, 0],
        [1, 0, 0],
      ],
    ],
    ['empty rows', [[], []]],
    [
      'short rows',
      [
        [0, 1],
        [1, 0],
      ],
    ],
    [
      'long rows',
      [
        [0, 1, 0, 0],
        [1, 0, 0, 0],
      ],
    ],
    [
      'rows of zeros',
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
    [
      'two ones',
      [
        [1, 1, 0],
        [1, 0, 0],
      ],
    ],
    [
      'rows of texts',
      [
        ['0', '1', '0'],
        [1, 0, 0],
      ],
    ],
    [
      'rows with holes',
      [
        [, 1, ,],
        [1, 0, 0],
      ],
    ],
    [
      'rows with NaN',
      [
        [NaN, 1, 0],
        [1, 0, 0],
      ],
    ],
    [
      'rows of rows',
      [
        [[0], [1], [0]],
        [1, 0, 0],
      ],
    ],
    ['rows in one with fractions', Float32Array.of(0.2, 0.8, 0, 1, 0, 0)],
    ['detached', detached(Int32Array.of(0, 1))],
  ]) {
    refuses(what, () => trainer.step(x, shape, labels));
    assert.deepEqual(model.weights(), before, what);
    assert.deepEqual(right(), expected, what);
  }
  for (const [what, data, sizes] of [
    ...without().map(([what, value]) => [`x: ${what}`, value, shape]),
    ...without().map(([what, value]) => [`shape: ${what}`, x, value]),
    ['NaN', new Float32Array(8).fill(NaN), shape],
    ['infinity', new Float32Array(8).fill(Infinity), shape],
    ['too short', x.subarray(1), shape],
    ['another shape', x, [1, 8]],
    ['detached', detached(new Float32Array(8)), shape],
    ['bytes', new Uint8Array(8), shape],
    ['nothing', undefined, shape],
  ]) {
    refuses(what, () => trainer.step(data, sizes, [0, 1]));
    assert.deepEqual(model.weights(), before, what);
    assert.deepEqual(right(), expected, what);
  }
});

test('what calls return is a copy: changing it changes no later answer', async () => {
  const model = await loadModel(text_model().file);
  const first = model.predictText('makan enak');
  const { label, labels } = first;
  const kept = structuredClone(first.probabilities);
  first.labels.fill('x');
  first.probabilities.fill(0);
  model.info.labels.fill('y');
  model.weights().forEach(({ data }) => data.fill(0));
  model.activations().forEach(({ data }) => data.fill(0));
  const again = model.predictText('makan enak');
  assert.deepEqual([again.label, again.probabilities], [label, kept]);
  assert.notEqual(labels, again.labels);
  assert.deepEqual(again.labels, ['negative', 'neutral', 'positive']);
});
