// lapis against its peers. See README.md; `tests/bench/run` starts this.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { measure_chromium } from './chromium/chromium.mjs';
import { json_lines } from './child.mjs';
import { measure_cold_starts } from './cold.mjs';
import { build_folder, large_batch, write_models } from './files.mjs';
import { describe, machine } from './machine.mjs';
import { measure_native, measure_training } from './native.mjs';
import { here } from './node_libraries.mjs';
import { grouped, ratio_table, time_target_table, times_table } from './tables.mjs';
import { workload_names } from './workloads.mjs';

const wasm_training = ['W2', 'LSTM64'];

/** Runs a script of this folder in a process of its own, so that no part leaves traces in another. */
const script = (name, options, add, common) =>
  json_lines(process.execPath, [`${here}${name}`, JSON.stringify(options)], (line) =>
    add({ ...common, ...line }),
  );

/** Each measures and calls `add(result)` for every { part, kind, workload, batch, threads, peers }. */
const parts = {
  node: async (options, add) => {
    write_models(options.workloads);
    await script('node.mjs', options, add, { part: 'node', kind: 'predict' });
  },
  chromium: measure_chromium,
  native: measure_native,
  train: async (options, add) => {
    await measure_training(options, add);
    write_models(wasm_training);
    const own_options = { ...options, workloads: wasm_training };
    await script('train_wasm.mjs', own_options, add, { part: 'train-wasm', kind: 'step' });
  },
  cold: measure_cold_starts,
};

function usage_error(message) {
  console.error(`tests/bench/run: ${message}`);
  process.exit(2);
}

function arguments_of(words) {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      workloads: { type: 'string', default: workload_names.join(',') },
      batches: { type: 'string', default: `1,${large_batch}` },
      threads: { type: 'string', default: '1,2' },
      seconds: { type: 'string', default: '0.2' },
      rounds: { type: 'string', default: '5' },
      patience: { type: 'string', default: '5' },
      p10: { type: 'boolean', default: false },
      json: { type: 'string', default: `${build_folder}/results.json` },
    },
  });
  const wanted = positionals.length ? positionals : Object.keys(parts);
  const workloads = values.workloads.split(',');
  const [batches, threads] = [values.batches, values.threads].map((list) => list.split(',').map(Number));
  const [seconds, rounds, patience] = [values.seconds, values.rounds, values.patience].map(Number);
  const unknown_part = wanted.find((part) => !parts[part]);
  if (unknown_part) usage_error(`no part "${unknown_part}"; there are: ${Object.keys(parts).join(' ')}`);
  const unknown = workloads.find((name) => !workload_names.includes(name));
  if (unknown) usage_error(`no workload "${unknown}"; there are: ${workload_names.join(' ')}`);
  if (!batches.every((batch) => batch >= 1 && batch <= large_batch && Number.isInteger(batch)))
    usage_error(`--batches takes whole numbers from 1 to ${large_batch}`);
  if (!threads.every((count) => count >= 1 && Number.isInteger(count)))
    usage_error('--threads takes whole numbers');
  if (!(seconds > 0) || !(rounds >= 1) || !(patience >= 0))
    usage_error('--seconds, --rounds and --patience take positive numbers');
  const statistic = values.p10 ? 'p10_ms' : 'median_ms';
  return {
    wanted,
    statistic,
    json: values.json,
    options: { workloads, batches, threads, seconds, rounds, patience },
  };
}

const { wanted, statistic, json, options } = (() => {
  try {
    return arguments_of(process.argv.slice(2));
  } catch (error) {
    return usage_error(error.message);
  }
})();

const started = performance.now();
const setting = machine();
console.log(`${describe(setting)}\n${options.rounds} rounds of ${options.seconds} s each\n`);
const results = [];
const failures = [];
for (const part of wanted) {
  const found = [];
  try {
    await parts[part](options, (result) => {
      found.push(result);
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${part}: ${found.length} done`);
    });
  } catch (error) {
    failures.push(`${part}: ${error.message}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const group of grouped(found)) console.log(`${times_table(group, statistic)}\n`);
  results.push(...found);
}
for (const text of [ratio_table(results, statistic), time_target_table(results, statistic)])
  if (text) console.log(`${text}\n`);
mkdirSync(dirname(json), { recursive: true });
writeFileSync(json, JSON.stringify({ machine: setting, options, failures, results }, null, 1));
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
console.log(`${minutes} minutes, load ${loadavg()[0].toFixed(2)} at the end; ${json}`);
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exit(failures.length ? 1 : 0);
