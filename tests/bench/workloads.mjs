// The networks that are measured, each as a list of Keras layers with seeded random weights, and their inputs. This is
// the only description of them: to_lapis.mjs, to_tfjs.mjs and to_onnx.mjs turn it into what each library reads, and the
// Python peers read lapis's file. No import: a browser's worker uses it too.

/** Equal numbers everywhere: a linear congruential generator, its upper 24 bits as [0, 1). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function random_values(count, seed, scale) {
  const next = generator(seed);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (next() * 2 - 1) * scale;
  return values;
}

const size_of = (shape) => shape.reduce((product, size) => product * size, 1);
const tensor = (shape, seed, scale) => ({ shape, data: random_values(size_of(shape), seed, scale) });
/** Keeps the variance of what flows through: uniform, with variance 1 / fan_in. */
const kernel = (shape, fan_in, seed) => tensor(shape, seed, Math.sqrt(3 / fan_in));

const layer = (class_name, config, weights = {}) => ({ class_name, config, weights });

const conv = (name, inputs, filters, seed) =>
  layer(
    'Conv2D',
    { name, filters, kernel_size: 3, padding: 'same', activation: 'relu' },
    { kernel: kernel([3, 3, inputs, filters], 9 * inputs, seed), bias: tensor([filters], seed + 1, 0.05) },
  );

const pool = (name, strides) => layer('MaxPooling2D', { name, pool_size: 2, strides });

const dense = (name, inputs, units, activation, seed) =>
  layer(
    'Dense',
    { name, units, activation },
    { kernel: kernel([inputs, units], inputs, seed), bias: tensor([units], seed + 1, 0.05) },
  );

/** Weights of an LSTM (4 gates: i, f, c, o) or a SimpleRNN (1), in Keras's order. */
const recurrent_weights = (cell, gates, inputs, units, seed) => ({
  [`${cell}/kernel`]: kernel([inputs, gates * units], inputs, seed),
  [`${cell}/recurrent_kernel`]: kernel([units, gates * units], units, seed + 1),
  [`${cell}/bias`]: tensor([gates * units], seed + 2, 0.1),
});

const lstm = (name, inputs, units, return_sequences, seed) =>
  layer('LSTM', { name, units, return_sequences }, recurrent_weights('lstm_cell', 4, inputs, units, seed));

function cnn(filters, units) {
  const [a, b, c] = filters;
  return {
    input_shape: [32, 32, 3],
    classes: 10,
    layers: [
      conv('conv2d', 3, a, 100),
      pool('max_pooling2d', 2),
      conv('conv2d_1', a, b, 102),
      pool('max_pooling2d_1', 2),
      conv('conv2d_2', b, c, 104),
      pool('max_pooling2d_2', 1),
      layer('Flatten', { name: 'flatten' }),
      dense('dense', 7 * 7 * c, units, 'relu', 106),
      dense('dense_1', units, 10, 'softmax', 108),
    ],
  };
}

function bilstm() {
  const forward = recurrent_weights('forward_lstm/lstm_cell', 4, 100, 64, 20);
  const backward = recurrent_weights('backward_lstm/lstm_cell', 4, 100, 64, 30);
  const child = { class_name: 'LSTM', config: { name: 'lstm', units: 64 } };
  return {
    input_shape: [100],
    words: 3000,
    classes: 3,
    layers: [
      layer(
        'Embedding',
        { name: 'embedding', input_dim: 3000, output_dim: 100 },
        { embeddings: tensor([3000, 100], 7, 0.05) },
      ),
      layer('Bidirectional', { name: 'bidirectional', layer: child }, { ...forward, ...backward }),
      dense('dense', 128, 3, 'softmax', 40),
    ],
  };
}

/** `full`: the whole sequence comes out; else the last step, as a classifier needs it. */
const stacked_lstm = (full) => ({
  input_shape: [100, 100],
  layers: [
    lstm('lstm', 100, 64, true, 50),
    lstm('lstm_1', 64, 128, true, 60),
    lstm('lstm_2', 128, 256, full, 70),
  ],
});

const simple_rnn = () => ({
  input_shape: [100, 100],
  layers: [
    layer(
      'SimpleRNN',
      { name: 'simple_rnn', units: 64 },
      recurrent_weights('simple_rnn_cell', 1, 100, 64, 80),
    ),
  ],
});

/** A network that puts out features, with a classifier on top: a loss needs one. */
const classifier = (network, units) => ({
  ...network,
  classes: 3,
  layers: [...network.layers, dense('classifier', units, 3, 'softmax', 90)],
});

/**
 * `mflop`: millions of floating-point operations (2 for each multiply-accumulate) of one sample. `train`: the network
 * that training steps are measured on, where it is not the same.
 */
const definitions = {
  W1: { title: 'CNN 64-128-256', mflop: 91.8, make: () => cnn([64, 128, 256], 512) },
  W2: { title: 'CNN 32-64-128', mflop: 23.9, make: () => cnn([32, 64, 128], 256) },
  W3: { title: 'BiLSTM 64', mflop: 16.8, make: bilstm },
  W4: { title: 'LSTM 64-128-256', mflop: 106.7, make: () => stacked_lstm(true), train: 'W4_classifier' },
  W5: { title: 'SimpleRNN 64', mflop: 2.1, make: simple_rnn, train: 'W5_classifier' },
  W4_classifier: { title: 'W4 + Dense 3', mflop: 106.7, make: () => classifier(stacked_lstm(false), 256) },
  W5_classifier: { title: 'W5 + Dense 3', mflop: 2.1, make: () => classifier(simple_rnn(), 64) },
  LSTM64: {
    title: 'LSTM 64 + Dense 3',
    mflop: 8.4,
    make: () => classifier({ input_shape: [100, 100], layers: [lstm('lstm', 100, 64, false, 50)] }, 64),
  },
};

/** The five that everything is measured on. */
export const workload_names = ['W1', 'W2', 'W3', 'W4', 'W5'];
export const title_of = (name) => definitions[name].title;
export const training_network = (name) => definitions[name].train ?? name;

/** { name, input_shape, layers, words?, classes? }, with its weights. Without a batch anywhere. */
export function workload(name) {
  return { name, mflop: definitions[name].mflop, ...definitions[name].make() };
}

/** The same samples for every batch: a smaller batch has the first ones. Ids of words are whole numbers. */
export function input_of(network, batch) {
  const shape = [batch, ...network.input_shape];
  if (!network.words) return { shape, data: random_values(size_of(shape), 999, 1) };
  const next = generator(5);
  return {
    shape,
    data: Float32Array.from({ length: size_of(shape) }, () => Math.floor(next() * network.words)),
  };
}

/** A class for each sample of a training batch. */
export const labels_of = (network, batch) =>
  Int32Array.from({ length: batch }, (_, i) => i % network.classes);
