// Training steps in Node as WebAssembly, one thread: lapis and TensorFlow.js, with Adam, batch 64.
//
//   node train_wasm.mjs '{"rounds": N, "seconds": S, "workloads": [...]}'
//
// A process of its own, which prints one JSON line for each result.
import { readFileSync } from 'node:fs';
import { large_batch, model_folder } from './files.mjs';
import { check_losses, compared_steps, interleaved, learning_rate, summary, time_slice } from './measure.mjs';
import { load_library } from './node_libraries.mjs';
import { to_tfjs } from './to_tfjs.mjs';
import { input_of, labels_of, workload } from './workloads.mjs';

/** Each returns a function that does one step and returns the loss. */
const trainers = {
  'lapis-wasm': async (network, x, labels) => {
    const { loadModel } = await load_library.lapis();
    const file = new Uint8Array(readFileSync(`${model_folder}/${network.name}.safetensors`));
    const trainer = (await loadModel(file)).createTrainer({ optimizer: 'adam', learningRate: learning_rate });
    return () => trainer.step(x.data, x.shape, labels).loss;
  },

  'tfjs-wasm': async (network, { data, shape }, labels) => {
    const tf = await load_library.tf();
    const model = to_tfjs(tf, network);
    model.compile({ optimizer: tf.train.adam(learning_rate), loss: 'categoricalCrossentropy' });
    const x = tf.tensor(data, shape, network.words ? 'int32' : 'float32');
    const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), network.classes).toFloat());
    return () => model.trainOnBatch(x, y);
  },
};

async function measure(name, { rounds, seconds }) {
  const network = workload(name);
  const x = input_of(network, large_batch);
  const labels = labels_of(network, large_batch);
  const steps = {};
  const losses = {};
  const peers = {};
  for (const [peer, make] of Object.entries(trainers)) {
    try {
      const step = await make(network, x, labels);
      losses[peer] = [];
      for (let i = 0; i < compared_steps; i++) losses[peer].push(await step());
      steps[peer] = step;
    } catch (error) {
      const [, kernel] = /Kernel '(\w+)' not registered/.exec(error.message) ?? [];
      if (!kernel) throw error;
      delete losses[peer];
      peers[peer] = { missing: `no kernel (${kernel})` };
    }
  }
  check_losses(name, losses);
  const times = await interleaved(Object.keys(steps), rounds, (peer) => time_slice(steps[peer], seconds));
  for (const peer of Object.keys(steps)) peers[peer] = summary(times[peer]);
  return { losses, peers: Object.fromEntries(Object.keys(trainers).map((peer) => [peer, peers[peer]])) };
}

const options = JSON.parse(process.argv[2]);
for (const name of options.workloads) {
  const result = await measure(name, options);
  console.log(JSON.stringify({ workload: name, batch: large_batch, threads: 1, ...result }));
}
process.exit(0);
