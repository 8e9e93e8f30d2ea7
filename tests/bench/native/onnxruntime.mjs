// onnxruntime-node as one of the native peers: node onnxruntime.mjs THREADS. ../native_peers.mjs says what the commands
// mean.
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import ort from 'onnxruntime-node';
import { time_slice } from '../measure.mjs';
import { onnx_input } from '../onnx_input.mjs';
import { input_of, workload } from '../workloads.mjs';

const threads = Number(process.argv[2]);
let run;

async function predict(name, batch, output) {
  const network = workload(name);
  const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(`${name}.onnx`)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
  });
  const feeds = { x: onnx_input(ort, network, input_of(network, Number(batch))) };
  run = async () => (await session.run(feeds)).y.data;
  writeFileSync(output, await run());
  return { ready: true };
}

const commands = { predict, run: async (seconds) => ({ ms: await time_slice(run, Number(seconds)) }) };

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(' ');
  console.log(JSON.stringify(await commands[command](...words)));
}
process.exit(0);
