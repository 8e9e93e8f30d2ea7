// What must be reached: lapis's time / the best peer's, at most, for W1..W5.
const wasm_latency = [0.72, 0.75, 0.65, 0.65, 0.5];
const wasm_throughput = [0.7, 0.7, 0.65, 0.65, 0.5];
const native_throughput = [1.0, 1.0, 0.6, 0.75, 0.5];

const targets = {
  'node/predict/1/1': wasm_latency,
  'chromium/predict/1/1': wasm_latency,
  'node/predict/64/1': wasm_throughput,
  'chromium/predict/64/1': wasm_throughput,
  'native/predict/1/1': [0.95, 1.0, 0.9, 0.9, 0.7],
  'native/predict/64/1': native_throughput,
  'native/predict/64/2': native_throughput,
  'train/step/64/2': [0.9, 0.9, 0.5, 0.6, 0.4],
};

/** Milliseconds at most, where the target is a time: by part and workload. */
export const time_targets = { 'train-wasm': { W2: 250, LSTM64: 150 }, cold: { W3: 40 } };

/** The row that a result belongs to: what is measured where, at which batch size and how many threads. */
export const row_key = ({ part, kind, batch, threads }) => `${part}/${kind}/${batch}/${threads}`;

/** undefined: none was set. */
export const ratio_target = (result) => targets[row_key(result)]?.[Number(result.workload.slice(1)) - 1];
