// node load_hostile.mjs FILE: loads it in a process of its own and prints, as JSON, how that ended and what it took.
import { readFileSync } from 'node:fs';
import { LapisError, loadModel } from '../../wasm/dist/index.js';

const bytes = new Uint8Array(readFileSync(process.argv[2]));
const before = process.cpuUsage();
let outcome = 'loaded';
let message = '';
try {
  const model = await loadModel(bytes);
  if (process.argv[3] === 'predict') model.predictText('a b');
  model.dispose();
} catch (error) {
  outcome = error instanceof LapisError ? 'LapisError' : String(error?.constructor?.name);
  message = error.message;
}
const { user, system } = process.cpuUsage(before);
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ outcome, message, seconds: (user + system) / 1e6, megabytes }));
