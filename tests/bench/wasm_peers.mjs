// The three that run as WebAssembly, each ready to predict one batch: used in Node and in a browser's worker. Each gets
// its library and returns { run, dispose }; run() resolves to the output.
import { onnx_input } from './onnx_input.mjs';
import { to_tfjs } from './to_tfjs.mjs';

/** `load`: (extension) -> the bytes of this network's file. */
export const wasm_peers = {
  'lapis-wasm': async ({ lapis }, network, input, load) => {
    const model = await lapis.loadModel(await load('safetensors'));
    return { run: () => model.predict(input.data, input.shape), dispose: () => model.dispose() };
  },

  'tfjs-wasm': async ({ tf }, network, input) => {
    const model = to_tfjs(tf, network);
    const x = tf.tensor(input.data, input.shape, network.words ? 'int32' : 'float32');
    const run = () => {
      const y = model.predict(x);
      const values = y.dataSync();
      y.dispose();
      return values;
    };
    return { run, dispose: () => [model, x].forEach((one) => one.dispose()) };
  },

  'onnxruntime-web': async ({ ort }, network, input, load) => {
    const session = await ort.InferenceSession.create(await load('onnx'), {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    });
    const feeds = { x: onnx_input(ort, network, input) };
    return { run: async () => (await session.run(feeds)).y.data, dispose: () => session.release() };
  },
};
