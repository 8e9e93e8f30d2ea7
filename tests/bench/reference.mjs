// The networks computed plainly, in double precision, for one sample. lapis's model files carry an input with its
// output, which the library checks when it loads one; this is where that output comes from: not from what is tested.

const activations = {
  relu: (x) => x.map((value) => Math.max(value, 0)),
  softmax: (x) => {
    const largest = Math.max(...x);
    const powers = x.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  },
};

/** sum += x W, W being [x.length, sum.length]. */
function add_product(sum, x, matrix) {
  const columns = sum.length;
  for (let row = 0; row < x.length; row++) {
    const value = x[row];
    for (let column = 0; column < columns; column++) sum[column] += value * matrix[row * columns + column];
  }
}

/** 3x3, padding same: [height, width, inputs] -> [height, width, filters]. */
function conv({ shape: [height, width, inputs], data }, { config, weights }) {
  const filters = config.filters;
  const kernel = weights.kernel.data;
  const y = new Float64Array(height * width * filters);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const sum = y.subarray((row * width + column) * filters, (row * width + column + 1) * filters);
      sum.set(weights.bias.data);
      for (let tap = 0; tap < 9; tap++) {
        const from_row = row + Math.floor(tap / 3) - 1;
        const from_column = column + (tap % 3) - 1;
        if (from_row < 0 || from_row >= height || from_column < 0 || from_column >= width) continue;
        const at = (from_row * width + from_column) * inputs;
        add_product(
          sum,
          data.subarray(at, at + inputs),
          kernel.subarray(tap * inputs * filters, (tap + 1) * inputs * filters),
        );
      }
    }
  return { shape: [height, width, filters], data: activations[config.activation](y) };
}

function max_pool({ shape: [height, width, channels], data }, { config: { pool_size, strides } }) {
  const out = (size) => Math.floor((size - pool_size) / strides) + 1;
  const shape = [out(height), out(width), channels];
  const y = new Float64Array(shape[0] * shape[1] * channels).fill(-Infinity);
  for (let row = 0; row < shape[0]; row++)
    for (let column = 0; column < shape[1]; column++)
      for (let i = 0; i < pool_size * pool_size; i++) {
        const from_row = row * strides + Math.floor(i / pool_size);
        const from_column = column * strides + (i % pool_size);
        for (let c = 0; c < channels; c++) {
          const to = (row * shape[1] + column) * channels + c;
          y[to] = Math.max(y[to], data[(from_row * width + from_column) * channels + c]);
        }
      }
  return { shape, data: y };
}

function dense({ data }, { config, weights }) {
  const y = Float64Array.from(weights.bias.data);
  add_product(y, data, weights.kernel.data);
  return { shape: [y.length], data: activations[config.activation](y) };
}

function embedding({ shape: [time], data }, { config: { output_dim }, weights }) {
  const y = new Float64Array(time * output_dim);
  const table = weights.embeddings.data;
  data.forEach((id, step) =>
    y.set(table.subarray(id * output_dim, (id + 1) * output_dim), step * output_dim),
  );
  return { shape: [time, output_dim], data: y };
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** One step: the gates' sums -> the new h, with the cell state c changed in place. */
const cells = {
  simple_rnn_cell: (sums) => sums.map(Math.tanh),
  lstm_cell: (sums, c) =>
    c.map((value, j) => {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => sums[gate * c.length + j]);
      c[j] = sigmoid(f) * value + sigmoid(i) * Math.tanh(g);
      return sigmoid(o) * Math.tanh(c[j]);
    }),
};

/** `prefix` leads to the weights. Returns the whole sequence, or the last step. */
function recurrent(
  { shape: [time, inputs], data },
  { units, return_sequences },
  cell,
  weights,
  prefix,
  turned,
) {
  const [kernel, recurrent_kernel, bias] = ['kernel', 'recurrent_kernel', 'bias'].map(
    (name) => weights[`${prefix}${cell}/${name}`].data,
  );
  let h = new Float64Array(units);
  const c = new Float64Array(units);
  const sequence = new Float64Array(time * units);
  for (let i = 0; i < time; i++) {
    const step = turned ? time - 1 - i : i;
    const sums = Float64Array.from(bias);
    add_product(sums, data.subarray(step * inputs, (step + 1) * inputs), kernel);
    add_product(sums, h, recurrent_kernel);
    h = cells[cell](sums, c);
    sequence.set(h, step * units);
  }
  return return_sequences ? { shape: [time, units], data: sequence } : { shape: [units], data: h };
}

const run_layer = {
  Conv2D: conv,
  MaxPooling2D: max_pool,
  Flatten: ({ data }) => ({ shape: [data.length], data }),
  Dense: dense,
  Embedding: embedding,
  LSTM: (x, { config, weights }) => recurrent(x, config, 'lstm_cell', weights, '', false),
  SimpleRNN: (x, { config, weights }) => recurrent(x, config, 'simple_rnn_cell', weights, '', false),
  Bidirectional: (x, { config, weights }) => {
    const halves = ['forward_lstm/', 'backward_lstm/'].map(
      (prefix, i) => recurrent(x, config.layer.config, 'lstm_cell', weights, prefix, i === 1).data,
    );
    return {
      shape: [halves[0].length * 2],
      data: Float64Array.from([...halves[0], ...halves[1]]),
    };
  },
};

/** Output of one sample: { shape, data }. */
export function reference(network, sample) {
  return network.layers.reduce((x, layer) => run_layer[layer.class_name](x, layer), {
    shape: network.input_shape,
    data: Float64Array.from(sample),
  });
}
