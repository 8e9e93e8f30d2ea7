// The libraries of the wasm peers as Node loads them, each on one thread.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('.', import.meta.url));

const require = createRequire(import.meta.url);

export const load_library = {
  lapis: () => import('../../wasm/dist/index.js'),

  tf: async () => {
    const tf = require('@tensorflow/tfjs');
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    tf.env().set('PROD', true); // no checks meant for development
    wasm.setWasmPaths(`${here}node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
    await tf.setBackend('wasm');
    return tf;
  },

  ort: async () => {
    const ort = await import('onnxruntime-web');
    ort.env.wasm.numThreads = 1;
    return ort;
  },

  /** From a folder of its own: see install. */
  ort_node: () => createRequire(`${here}native/package.json`)('onnxruntime-node'),
};

/** Of the npm packages here; undefined: not installed. */
export function package_version(name, folder = '') {
  try {
    return JSON.parse(readFileSync(`${here}${folder}node_modules/${name}/package.json`, 'utf8')).version;
  } catch {
    return undefined;
  }
}
