// The measuring itself, as node.mjs does it: in a worker, as a page would use it. A classic one, for the peers' own
// builds for browsers are scripts. Gets the options, answers with a message for each result, then 'done'.
/* global tf, ort */
importScripts(
  '/bench/node_modules/@tensorflow/tfjs/dist/tf.min.js',
  '/bench/node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js',
  '/bench/node_modules/onnxruntime-web/dist/ort.wasm.min.js',
);

async function load(file) {
  const response = await fetch(`/models/${file}`);
  if (!response.ok) throw new Error(`${file}: the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Each on one thread, though the page is isolated (which the clock needs) and could have more. */
async function libraries() {
  tf.env().set('PROD', true);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  tf.wasm.setWasmPaths('/bench/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs: the wasm back end does not start');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = '/bench/node_modules/onnxruntime-web/dist/';
  return { tf, ort, lapis: await import('/dist/index.js') };
}

async function measure(options) {
  const { measure_predictions } = await import('/bench/predict.mjs');
  const ready = await libraries();
  for (const batch of options.batches)
    for (const workload of options.workloads) {
      const result = await measure_predictions(ready, workload, batch, options, load);
      postMessage({ result: { workload, batch, threads: 1, ...result } });
    }
}

onmessage = ({ data }) =>
  measure(data).then(
    () => postMessage({ done: true }),
    (error) => postMessage({ done: true, error: String(error.stack ?? error) }),
  );
