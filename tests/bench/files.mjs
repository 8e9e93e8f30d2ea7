// Where this benchmark keeps what it makes, and the files that the peers read.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { safetensors, to_lapis } from './to_lapis.mjs';
import { to_onnx } from './to_onnx.mjs';
import { input_of, workload } from './workloads.mjs';

export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const build_folder = `${repository}/build/bench`;
export const model_folder = `${build_folder}/models`;
/** Of throughput and of training steps; the input files have as many samples. */
export const large_batch = 64;

/** All or nothing, for another run may be reading the file. */
function write_whole(path, bytes) {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, path);
}

/** For each network: NAME.safetensors, NAME.onnx, and NAME.input.safetensors with `x` for the Python peers. */
export function write_models(names) {
  mkdirSync(model_folder, { recursive: true });
  for (const name of names) {
    const network = workload(name);
    write_whole(`${model_folder}/${name}.safetensors`, to_lapis(network));
    write_whole(`${model_folder}/${name}.onnx`, to_onnx(network));
    const x = input_of(network, large_batch);
    write_whole(`${model_folder}/${name}.input.safetensors`, safetensors({ x }));
  }
}
