// In Node, one thread: lapis-wasm, TensorFlow.js (wasm) and onnxruntime-web.
//
//   node node.mjs '{"workloads": [...], "batches": [...], "rounds": N, "seconds": S}'
//
// A process of its own, which prints one JSON line for each result: what the other parts do leaves no trace here.
import { readFileSync } from 'node:fs';
import { model_folder } from './files.mjs';
import { load_library } from './node_libraries.mjs';
import { measure_predictions } from './predict.mjs';

const options = JSON.parse(process.argv[2]);
const libraries = {
  lapis: await load_library.lapis(),
  tf: await load_library.tf(),
  ort: await load_library.ort(),
};
const load = (file) => new Uint8Array(readFileSync(`${model_folder}/${file}`));
for (const batch of options.batches)
  for (const workload of options.workloads) {
    const result = await measure_predictions(libraries, workload, batch, options, load);
    console.log(JSON.stringify({ workload, batch, threads: 1, ...result }));
  }
process.exit(0);
