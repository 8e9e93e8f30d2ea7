// Cold starts in Node: fresh processes in turns, from import to the first result.
import { json_lines } from './child.mjs';
import { write_models } from './files.mjs';
import { check_outputs, interleaved, summary } from './measure.mjs';
import { here } from './node_libraries.mjs';

const workload = 'W3';
const peers = ['lapis-wasm', 'tfjs-wasm', 'onnxruntime-web', 'onnxruntime-node'];
const starts = 9;

export async function measure_cold_starts(_options, add) {
  write_models([workload]);
  const outputs = {};
  const times = await interleaved(peers, starts, async (peer) => {
    let answer;
    await json_lines(process.execPath, [`${here}cold_start.mjs`, peer, workload], (line) => (answer = line));
    outputs[peer] = answer.output;
    return [answer.ms];
  });
  const differences = check_outputs(`cold start, ${workload}`, outputs);
  const found = Object.fromEntries(peers.map((peer) => [peer, summary(times[peer])]));
  add({ part: 'cold', kind: 'start', workload, batch: 1, threads: 1, differences, peers: found });
}
