// Predictions and training steps of the native peers, in turns.
import { large_batch, write_models } from './files.mjs';
import {
  check_losses,
  check_outputs,
  compared_steps,
  interleaved,
  learning_rate,
  summary,
} from './measure.mjs';
import { with_other_load } from './other_load.mjs';
import { is_installed, NativePeer, predicting, training } from './native_peers.mjs';
import { training_network } from './workloads.mjs';

/** Calls work(peers) with a process for each name; ends them all afterwards. */
async function with_peers(names, threads, work) {
  if (!is_installed('lapis'))
    throw new Error('lapis_bench_serve is not built: cmake --build build/native --target lapis_bench_serve');
  const peers = names.filter(is_installed).map((name) => new NativePeer(name, threads));
  try {
    return await work(peers);
  } finally {
    for (const peer of peers) await peer.end();
  }
}

/** A slice counts as disturbed where others kept more of a core busy than this. */
const allowed_load = 0.25;
const pause_ms = 300;

/**
 * Times all in turns. After a disturbed slice this waits a little and takes it again, for `patience` seconds in all.
 * Returns the summaries, with those not installed, and how many cores others kept busy in the slices that count, on
 * average.
 */
async function timed(names, peers, { rounds, seconds, patience }) {
  const by_name = Object.fromEntries(peers.map((peer) => [peer.name, peer]));
  const loads = [];
  let patience_ms = patience * 1000;
  const slice = async (name) => {
    const peer = by_name[name];
    for (;;) {
      const started = performance.now();
      const { result, cores } = await with_other_load(peer.child.pid, () => peer.ask('run', seconds));
      if (cores <= allowed_load || patience_ms <= 0) {
        loads.push(cores);
        return result.ms;
      }
      await new Promise((resolve) => setTimeout(resolve, pause_ms));
      patience_ms -= performance.now() - started;
    }
  };
  await interleaved(Object.keys(by_name), 1, async (name) => (await by_name[name].ask('run', seconds)).ms);
  const times = await interleaved(Object.keys(by_name), rounds, slice);
  const found = names.map((name) => [
    name,
    times[name] ? summary(times[name]) : { missing: 'not installed' },
  ]);
  return { other_load: loads.reduce((a, b) => a + b) / loads.length, peers: Object.fromEntries(found) };
}

/** Predictions with 1 and 2 threads. */
export async function measure_native(options, add) {
  write_models(options.workloads);
  for (const threads of options.threads)
    await with_peers(predicting, threads, async (peers) => {
      for (const batch of options.batches)
        for (const workload of options.workloads) {
          const outputs = {};
          for (const peer of peers) outputs[peer.name] = await peer.predict(workload, batch);
          const differences = check_outputs(`${workload}, batch ${batch}`, outputs);
          const found = await timed(predicting, peers, options);
          add({ part: 'native', kind: 'predict', workload, batch, threads, differences, ...found });
        }
    });
}

/** Training steps with Adam, batch 64, 2 threads. */
export async function measure_training(options, add) {
  const threads = 2;
  write_models(options.workloads.map(training_network));
  await with_peers(training, threads, async (peers) => {
    for (const workload of options.workloads) {
      const network = training_network(workload);
      const losses = {};
      for (const peer of peers)
        losses[peer.name] = (
          await peer.ask('train', network, large_batch, learning_rate, compared_steps)
        ).losses;
      check_losses(network, losses);
      const found = await timed(training, peers, options);
      add({
        part: 'train',
        kind: 'step',
        workload,
        network,
        batch: large_batch,
        threads,
        losses,
        ...found,
      });
    }
  });
}
