// One cold start: node cold_start.mjs PEER WORKLOAD. In a fresh process, from importing the library to the first result of
// one sample; prints { ms, output }. Nothing of the library is imported before the clock starts.
import { readFileSync } from 'node:fs';
import { model_folder } from './files.mjs';
import { load_library } from './node_libraries.mjs';
import { onnx_input } from './onnx_input.mjs';
import { to_tfjs } from './to_tfjs.mjs';
import { input_of, workload } from './workloads.mjs';

const [peer, name] = process.argv.slice(2);
const network = workload(name);
const input = input_of(network, 1);

async function run_onnx(ort, executionProviders) {
  const file = new Uint8Array(readFileSync(`${model_folder}/${name}.onnx`));
  const session = await ort.InferenceSession.create(file, { executionProviders, intraOpNumThreads: 1 });
  return (await session.run({ x: onnx_input(ort, network, input) })).y.data;
}

const first_result = {
  'lapis-wasm': async () => {
    const { loadModel } = await load_library.lapis();
    return (await loadModel(`${model_folder}/${name}.safetensors`)).predict(input.data, input.shape);
  },
  // It reads no file: its weights are in memory already.
  'tfjs-wasm': async () => {
    const tf = await load_library.tf();
    const x = tf.tensor(input.data, input.shape, network.words ? 'int32' : 'float32');
    return to_tfjs(tf, network).predict(x).dataSync();
  },
  'onnxruntime-web': async () => run_onnx(await load_library.ort(), ['wasm']),
  'onnxruntime-node': async () => run_onnx(load_library.ort_node(), ['cpu']),
};

const before = performance.now();
const output = await first_result[peer]();
const ms = performance.now() - before;
console.log(JSON.stringify({ ms, output: [...output] }));
process.exit(0);
