// A network as an ONNX model, in ONNX's own layouts: pictures channels first, sequences time first.
import { constant, encode_model, float32, int64, node, value_info } from './onnx_proto.mjs';

/** A graph under construction: `value` is what came out of the layer before, `shape` its shape in Keras's layout. */
class Graph {
  nodes = [];
  constants = [];
  count = 0;
  value = 'x';
  time_first = false;

  constructor(shape) {
    this.shape = shape;
  }

  /** Adds a node that reads the current value and `inputs`; output number `output` becomes the current value. */
  add(op_type, inputs = [], attributes = {}, output = 0) {
    const value = `v${this.count++}`;
    this.nodes.push(node(op_type, [this.value, ...inputs], [...Array(output).fill(''), value], attributes));
    this.value = value;
  }

  constant(dims, data) {
    const name = `c${this.count++}`;
    this.constants.push(constant(name, dims, data));
    return name;
  }

  activation(name) {
    if (name === 'relu') this.add('Relu');
    if (name === 'softmax') this.add('Softmax', [], { axis: 1 });
  }
}

/** [rows, columns] -> [columns, rows]. */
function transposed(data, rows, columns) {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column];
  return result;
}

function conv(graph, { config, weights }) {
  const [height, width, inputs] = graph.shape;
  const filters = config.filters;
  const kernel = transposed(weights.kernel.data, 9 * inputs, filters); // [filters, 3 * 3, inputs]
  const channels_first = new Float32Array(kernel.length);
  for (let filter = 0; filter < filters; filter++) {
    const [from, to] = [filter * 9 * inputs, (filter + 1) * 9 * inputs];
    channels_first.set(transposed(kernel.subarray(from, to), 9, inputs), from);
  }
  graph.add(
    'Conv',
    [graph.constant([filters, inputs, 3, 3], channels_first), graph.constant([filters], weights.bias.data)],
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] },
  );
  graph.activation(config.activation);
  graph.shape = [height, width, filters];
}

function max_pool(graph, { config: { pool_size, strides } }) {
  graph.add('MaxPool', [], { kernel_shape: [pool_size, pool_size], strides: [strides, strides] });
  const [height, width, channels] = graph.shape;
  const out = (size) => Math.floor((size - pool_size) / strides) + 1;
  graph.shape = [out(height), out(width), channels];
}

function dense(graph, { config: { units, activation }, weights }) {
  let kernel = weights.kernel.data;
  if (graph.shape.length === 3) {
    // After a Flatten, Keras's rows are [pixel, channel], ONNX's [channel, pixel].
    const [height, width, channels] = graph.shape;
    kernel = new Float32Array(kernel.length);
    for (let pixel = 0; pixel < height * width; pixel++)
      for (let channel = 0; channel < channels; channel++) {
        const row = pixel * channels + channel;
        kernel.set(
          weights.kernel.data.subarray(row * units, (row + 1) * units),
          (channel * height * width + pixel) * units,
        );
      }
  }
  const inputs = [graph.constant(weights.kernel.shape, kernel), graph.constant([units], weights.bias.data)];
  graph.add('Gemm', inputs);
  graph.activation(activation);
  graph.shape = [units];
}

/** [rows, gates * units] in Keras's gate order (i, f, c, o) -> [gates, units, rows] in ONNX's (i, o, f, c). */
function gates_of(data, rows, units) {
  const gates = data.length / rows / units;
  const turned = transposed(data, rows, gates * units);
  if (gates === 1) return turned;
  const result = new Float32Array(data.length);
  [0, 3, 1, 2].forEach((from, to) =>
    result.set(turned.subarray(from * units * rows, (from + 1) * units * rows), to * units * rows),
  );
  return result;
}

function joined(arrays) {
  const result = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    result.set(array, at);
    at += array.length;
  }
  return result;
}

/** `prefixes` lead to the weights of each direction. */
function recurrent(graph, op_type, { units, return_sequences }, weights, prefixes) {
  const inputs = graph.shape[1];
  if (!graph.time_first) graph.add('Transpose', [], { perm: [1, 0, 2] });
  const directions = prefixes.length;
  const all = (name, rows) =>
    joined(prefixes.map((prefix) => gates_of(weights[`${prefix}/${name}`].data, rows, units)));
  const bias = joined(
    prefixes.map((prefix) => {
      const own = gates_of(weights[`${prefix}/bias`].data, 1, units);
      return joined([own, new Float32Array(own.length)]); // ONNX has a second bias
    }),
  );
  const gates = bias.length / directions / 2;
  graph.add(
    op_type,
    [
      graph.constant([directions, gates, inputs], all('kernel', inputs)),
      graph.constant([directions, gates, units], all('recurrent_kernel', units)),
      graph.constant([directions, 2 * gates], bias),
    ],
    { hidden_size: units, ...(directions === 2 ? { direction: 'bidirectional' } : {}) },
    return_sequences ? 0 : 1,
  );
  if (return_sequences) {
    graph.add('Squeeze', [graph.constant([1], [1])]); // [time, 1, batch, units]
    graph.time_first = true;
    graph.shape = [graph.shape[0], units];
  } else {
    graph.add('Transpose', [], { perm: [1, 0, 2] }); // from [directions, batch, units]
    graph.add('Reshape', [graph.constant([2], [-1, directions * units])]);
    graph.time_first = false;
    graph.shape = [directions * units];
  }
}

const add_layer = {
  Conv2D: conv,
  MaxPooling2D: max_pool,
  Flatten: (graph) => graph.add('Flatten', [], { axis: 1 }), // the shape stays for the Dense that follows
  Dense: dense,
  Embedding: (graph, { config: { input_dim, output_dim }, weights }) => {
    const table = graph.constant([input_dim, output_dim], weights.embeddings.data);
    graph.nodes.push(node('Gather', [table, graph.value], ['embedded'], { axis: 0 }));
    graph.value = 'embedded';
    graph.shape = [graph.shape[0], output_dim];
  },
  LSTM: (graph, { config, weights }) => recurrent(graph, 'LSTM', config, weights, ['lstm_cell']),
  SimpleRNN: (graph, { config, weights }) => recurrent(graph, 'RNN', config, weights, ['simple_rnn_cell']),
  Bidirectional: (graph, { config, weights }) =>
    recurrent(graph, 'LSTM', config.layer.config, weights, [
      'forward_lstm/lstm_cell',
      'backward_lstm/lstm_cell',
    ]),
};

const is_picture = ({ input_shape }) => input_shape.length === 3;

export function to_onnx(network) {
  const graph = new Graph(network.input_shape);
  for (const layer of network.layers) add_layer[layer.class_name](graph, layer);
  if (graph.time_first) graph.add('Transpose', [], { perm: [1, 0, 2] });
  graph.nodes.at(-1).output = graph.nodes.at(-1).output.map((name) => name && 'y');
  const [height, width, channels] = network.input_shape;
  const shape = is_picture(network) ? [channels, height, width] : network.input_shape;
  return encode_model({
    name: network.name,
    node: graph.nodes,
    initializer: graph.constants,
    input: [value_info('x', ['batch', ...shape], network.words ? int64 : float32)],
    output: [value_info('y', ['batch', ...graph.shape])],
  });
}
