// Predictions with the three wasm peers, in turns on one thread. Used in Node and in a browser's worker.
import { check_outputs, interleaved, summary, time_slice } from './measure.mjs';
import { wasm_peers } from './wasm_peers.mjs';
import { input_of, workload } from './workloads.mjs';

/** Times one workload at one batch size: { differences, peers: { name: summary } }. */
export async function measure_predictions(libraries, name, batch, { rounds, seconds }, load) {
  const network = workload(name);
  const input = input_of(network, batch);
  const ready = {};
  const outputs = {};
  for (const [peer, make] of Object.entries(wasm_peers)) {
    ready[peer] = await make(libraries, network, input, (extension) => load(`${name}.${extension}`));
    outputs[peer] = Float32Array.from(await ready[peer].run());
  }
  const differences = check_outputs(`${name}, batch ${batch}`, outputs);
  const names = Object.keys(ready);
  // Engines compile what is called often anew: not while it counts.
  await interleaved(names, 1, (peer) => time_slice(ready[peer].run, 2 * seconds));
  const times = await interleaved(names, rounds, (peer) => time_slice(ready[peer].run, seconds));
  for (const { dispose } of Object.values(ready)) await dispose();
  return { differences, peers: Object.fromEntries(names.map((peer) => [peer, summary(times[peer])])) };
}
