// A network as a TensorFlow.js layers model. No import: the browser's worker hands its own `tf`.

/** TensorFlow.js draws start values at once; zeros are quick, and are overwritten here. */
const zeros = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros', embeddingsInitializer: 'zeros' };
/** Its default for recurrentActivation is Keras 1's. */
const lstm = ({ units, return_sequences }) => ({
  units,
  returnSequences: return_sequences,
  recurrentActivation: 'sigmoid',
  unitForgetBias: false,
  ...zeros,
});

const make_layer = {
  Conv2D: (tf, { filters, kernel_size, padding, activation }) =>
    tf.layers.conv2d({ filters, kernelSize: kernel_size, padding, activation, ...zeros }),
  MaxPooling2D: (tf, { pool_size, strides }) => tf.layers.maxPooling2d({ poolSize: pool_size, strides }),
  Flatten: (tf) => tf.layers.flatten(),
  Dense: (tf, { units, activation }) => tf.layers.dense({ units, activation, ...zeros }),
  Embedding: (tf, { input_dim, output_dim }) =>
    tf.layers.embedding({ inputDim: input_dim, outputDim: output_dim, ...zeros }),
  LSTM: (tf, config) => tf.layers.lstm(lstm(config)),
  SimpleRNN: (tf, { units }) => tf.layers.simpleRNN({ units, ...zeros }),
  Bidirectional: (tf, { layer }) =>
    tf.layers.bidirectional({ layer: tf.layers.lstm(lstm(layer.config)), mergeMode: 'concat' }),
};

export function to_tfjs(tf, network) {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: network.input_shape }));
  for (const { class_name, config, weights } of network.layers) {
    const layer = make_layer[class_name](tf, config);
    model.add(layer);
    const values = Object.values(weights).map(({ shape, data }) => tf.tensor(data, shape));
    if (values.length) layer.setWeights(values);
    values.forEach((value) => value.dispose());
  }
  return model;
}
