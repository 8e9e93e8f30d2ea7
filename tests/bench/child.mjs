// Processes that this benchmark starts.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { here } from './node_libraries.mjs';

/** Runs a program that prints JSON lines; `on_line` gets each. Throws its last words where it fails. */
export async function json_lines(command, args, on_line, options = {}) {
  const child = spawn(command, args, { cwd: here, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints = (complaints + text).slice(-4000)));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for await (const line of createInterface({ input: child.stdout }))
    if (line[0] === '{') on_line(JSON.parse(line));
  const status = await ended;
  if (status !== 0) throw new Error(complaints.trim() || `${command} ended with status ${status}`);
}
