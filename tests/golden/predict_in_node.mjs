// For check_version_files.py: [[MODEL, SAFETENSORS WITH `input`]...] as JSON on standard input; the npm package's outputs,
// or the line that refuses a file, as JSON on standard output.
import { readFileSync } from 'node:fs';
import { loadModel } from '../../wasm/dist/index.js';
import { read_safetensors } from '../node/safetensors_file.mjs';

const answers = [];
for (const [path, golden] of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    const { shape, data } = read_safetensors(readFileSync(golden)).tensors.input;
    const model = await loadModel(path);
    answers.push({ data: [...model.predict(Float32Array.from(data), shape)] });
    model.dispose();
  } catch (error) {
    if (error?.name !== 'LapisError') throw error;
    answers.push({ error: error.message });
  }
}
process.stdout.write(JSON.stringify(answers));
