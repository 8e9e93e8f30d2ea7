// Small model files made here byte by byte, with what they must put out computed here too, and not by the library.

/** A safetensors file: { name: { shape, data } } as F32, and the metadata. */
export function safetensors(tensors, metadata) {
  const names = Object.keys(tensors).sort();
  const header = { __metadata__: metadata };
  let offset = 0;
  for (const name of names) {
    const bytes = tensors[name].data.length * 4;
    header[name] = { dtype: 'F32', shape: tensors[name].shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const head = Buffer.from(text);
  const file = Buffer.alloc(8 + head.length + offset);
  file.writeBigUInt64LE(BigInt(head.length), 0);
  head.copy(file, 8);
  for (const name of names) {
    const at = 8 + head.length + header[name].data_offsets[0];
    tensors[name].data.forEach((value, i) => file.writeFloatLE(value, at + i * 4));
  }
  return new Uint8Array(file);
}

/** Length of a file's header with its eight bytes of length. */
export const header_bytes = (file) => 8 + Number(Buffer.from(file).readBigUInt64LE(0));

/** Equal numbers in every run: a linear congruential generator, [-1, 1). */
export function random_numbers(count, seed) {
  let state = seed >>> 0 || 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.fround(state / 2 ** 31 - 1);
  });
}

export function softmax(values) {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** x W + b for one row. */
export function dense(x, { kernel, bias }) {
  return bias.map((b, j) => x.reduce((sum, value, i) => sum + value * kernel[i * bias.length + j], b));
}

const layer = (class_name, config) => ({ class_name, config });
const dense_layer = (name, units, activation = 'softmax') => layer('Dense', { name, units, activation });

/** The file of a model: `run` says what the network makes of one row; needed for the self-test inside the file. */
export function model_file({
  name,
  input_shape,
  layers,
  tensors,
  input,
  labels,
  rows,
  run,
  metrics,
  training,
}) {
  const output = rows.map(run);
  return safetensors(
    {
      ...tensors,
      'selftest/input': { shape: [rows.length, ...input_shape], data: rows.flat() },
      'selftest/output': { shape: [rows.length, output[0].length], data: output.flat() },
    },
    {
      format: 'lapis',
      format_version: '1',
      config: JSON.stringify({
        class_name: 'Sequential',
        config: {
          name,
          layers: [layer('InputLayer', { batch_shape: [null, ...input_shape], name: 'input' }), ...layers],
        },
      }),
      input: JSON.stringify(input),
      ...(labels ? { labels: JSON.stringify(labels) } : {}),
      ...(metrics ? { metrics: JSON.stringify(metrics) } : {}),
      ...(training ? { training: JSON.stringify(training) } : {}),
    },
  );
}

/** [?,4] -> Dense 5 relu -> Dense 3 softmax. */
export function tensor_model() {
  const hidden = { kernel: random_numbers(20, 1), bias: random_numbers(5, 2) };
  const last = { kernel: random_numbers(15, 3), bias: random_numbers(3, 4) };
  const run = (x) =>
    softmax(
      dense(
        dense(x, hidden).map((value) => Math.max(value, 0)),
        last,
      ),
    );
  const tensors = {
    'hidden/kernel': { shape: [4, 5], data: hidden.kernel },
    'hidden/bias': { shape: [5], data: hidden.bias },
    'last/kernel': { shape: [5, 3], data: last.kernel },
    'last/bias': { shape: [3], data: last.bias },
  };
  const description = {
    name: 'small_tensor',
    input_shape: [4],
    layers: [dense_layer('hidden', 5, 'relu'), dense_layer('last', 3)],
    tensors,
    input: { kind: 'tensor' },
    rows: [random_numbers(4, 5), [0, 0, 0, 0]],
    run,
    metrics: { accuracy: 0.5 },
    training: { epochs: 3 },
  };
  return { description, file: model_file(description), run };
}

export const words = ['', '[UNK]', 'enak', 'tidak', 'sekali', 'makan'];

/** Ids [?,6] -> Embedding 4 -> Flatten -> Dense 3 softmax. */
export function text_model() {
  const table = random_numbers(words.length * 4, 6);
  const last = { kernel: random_numbers(72, 7), bias: random_numbers(3, 8) };
  const run = (ids) =>
    softmax(
      dense(
        ids.flatMap((id) => table.slice(id * 4, id * 4 + 4)),
        last,
      ),
    );
  const file = model_file({
    name: 'small_text',
    input_shape: [6],
    layers: [
      layer('Embedding', { name: 'embedding', input_dim: words.length, output_dim: 4 }),
      layer('Flatten', { name: 'flatten' }),
      dense_layer('last', 3),
    ],
    tensors: {
      'embedding/embeddings': { shape: [words.length, 4], data: table },
      'last/kernel': { shape: [24, 3], data: last.kernel },
      'last/bias': { shape: [3], data: last.bias },
    },
    input: { kind: 'text', sequence_length: 6, vocabulary: words },
    labels: ['negative', 'neutral', 'positive'],
    rows: [
      [0, 0, 0, 0, 0, 0],
      [2, 1, 5, 3, 4, 2],
    ],
    run,
  });
  return { file, run };
}

/** Pixels [?,4,4,3], scaled by 1/255 -> Flatten -> Dense 2 softmax. */
export function image_model() {
  const last = { kernel: random_numbers(96, 9), bias: random_numbers(2, 10) };
  const run = (x) => softmax(dense(x, last));
  const rows = [random_numbers(48, 11)];
  // A self-test's input has the network's shape; model_file takes rows flat and the shape beside them.
  const file = model_file({
    name: 'small_image',
    input_shape: [4, 4, 3],
    layers: [layer('Flatten', { name: 'flatten' }), dense_layer('last', 2)],
    tensors: {
      'last/kernel': { shape: [48, 2], data: last.kernel },
      'last/bias': { shape: [2], data: last.bias },
    },
    input: { kind: 'image', width: 4, height: 4, channels: 3 },
    labels: ['cat', 'dog'],
    rows,
    run,
  });
  return { file, run: (bytes) => run(bytes.map((byte) => byte / 255)) };
}

/**
 * Networks of every layer family whose last layer starts at zero: before training they put out softmax(bias), whatever
 * comes before; the tests train them a little through the package and save them.
 */
export function untrained_cnn() {
  const bias = [0.1, -0.2, 0.3, 0];
  return model_file({
    name: 'small_cnn',
    input_shape: [9, 7, 3],
    layers: [
      layer('Conv2D', { name: 'conv', filters: 6, kernel_size: 3, padding: 'same', activation: 'relu' }),
      layer('MaxPooling2D', { name: 'pool', pool_size: 2 }),
      layer('Conv2D', { name: 'conv_1', filters: 5, kernel_size: [2, 3], strides: 1, activation: 'tanh' }),
      layer('AveragePooling2D', { name: 'average', pool_size: [3, 1], strides: 1, padding: 'same' }),
      layer('Dropout', { name: 'dropout', rate: 0.25 }),
      layer('Flatten', { name: 'flatten' }),
      dense_layer('last', 4),
    ],
    tensors: {
      'conv/kernel': { shape: [3, 3, 3, 6], data: random_numbers(162, 21).map((x) => x / 3) },
      'conv/bias': { shape: [6], data: random_numbers(6, 22) },
      'conv_1/kernel': { shape: [2, 3, 6, 5], data: random_numbers(180, 23).map((x) => x / 3) },
      'conv_1/bias': { shape: [5], data: random_numbers(5, 24) },
      'last/kernel': { shape: [15, 4], data: Array(60).fill(0) },
      'last/bias': { shape: [4], data: bias },
    },
    input: { kind: 'tensor' },
    rows: [random_numbers(189, 25)],
    run: () => softmax(bias),
  });
}

export function untrained_rnn(vocabulary_size = 40) {
  const bias = [0, 0.5, -0.5];
  const lstm = (direction, seed) => ({
    [`both/${direction}_lstm/lstm_cell/kernel`]: { shape: [7, 20], data: random_numbers(140, seed) },
    [`both/${direction}_lstm/lstm_cell/recurrent_kernel`]: {
      shape: [5, 20],
      data: random_numbers(100, seed + 1),
    },
    [`both/${direction}_lstm/lstm_cell/bias`]: { shape: [20], data: random_numbers(20, seed + 2) },
  });
  return model_file({
    name: 'small_rnn',
    input_shape: [12],
    layers: [
      layer('Embedding', { name: 'embedding', input_dim: vocabulary_size, output_dim: 7, mask_zero: true }),
      layer('Bidirectional', {
        name: 'both',
        layer: layer('LSTM', { name: 'lstm', units: 5, return_sequences: true }),
      }),
      layer('SimpleRNN', { name: 'rnn', units: 6 }),
      dense_layer('last', 3),
    ],
    tensors: {
      'embedding/embeddings': { shape: [vocabulary_size, 7], data: random_numbers(vocabulary_size * 7, 31) },
      ...lstm('forward', 32),
      ...lstm('backward', 35),
      'rnn/simple_rnn_cell/kernel': { shape: [10, 6], data: random_numbers(60, 38) },
      'rnn/simple_rnn_cell/recurrent_kernel': { shape: [6, 6], data: random_numbers(36, 39) },
      'rnn/simple_rnn_cell/bias': { shape: [6], data: random_numbers(6, 40) },
      'last/kernel': { shape: [6, 3], data: Array(18).fill(0) },
      'last/bias': { shape: [3], data: bias },
    },
    input: { kind: 'tensor' },
    rows: [
      [1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0],
      [39, 38, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ],
    run: () => softmax(bias),
  });
}
