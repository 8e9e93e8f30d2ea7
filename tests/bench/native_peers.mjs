// The peers that run natively, each in a process of its own, for their thread pools disturb one another. All obey the
// same commands, one a line, in the folder of the models, and answer each with one line of JSON:
//
//   predict NAME BATCH OUTPUT       loads a network, runs it once, writes the output as raw float32   { ready: true }
//   train NAME BATCH RATE STEPS     loads it, does STEPS steps of Adam on the first samples           { losses: [...] }
//   run SECONDS                     times what was loaded last, call by call                          { ms: [...] }
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { build_folder, model_folder, repository } from './files.mjs';
import { here, package_version } from './node_libraries.mjs';

const native_build = process.env.LAPIS_BENCH_BUILD ?? `${repository}/build/native`;
const serve = `${native_build}/lapis_bench_serve`;
const python = `${build_folder}/venv/bin/python`;
const python_peer = (script, ...args) => ({
  is_installed: existsSync(python),
  command: (threads) => [python, `${here}python/${script}`, ...args.map((arg) => arg ?? threads)],
});

/** `trains`: also measured at training steps. */
const definitions = {
  lapis: { is_installed: existsSync(serve), command: (threads) => [serve, threads], trains: true },
  'onnxruntime-node': {
    is_installed: package_version('onnxruntime-node', 'native/') !== undefined,
    command: (threads) => [process.execPath, `${here}native/onnxruntime.mjs`, threads],
  },
  torch: { ...python_peer('torch_peer.py', null), trains: true },
  'torch.compile': { ...python_peer('torch_peer.py', null, 'compile'), trains: true, only_trains: true },
  'keras-jax': { ...python_peer('keras_peer.py', 'jax', null), trains: true },
  'keras-tensorflow': { ...python_peer('keras_peer.py', 'tensorflow', null), trains: true },
};

export const predicting = Object.keys(definitions).filter((name) => !definitions[name].only_trains);
export const training = Object.keys(definitions).filter((name) => definitions[name].trains);
export const is_installed = (name) => definitions[name].is_installed;

/** Whatever ends this program ends them too: a stopped process does not notice that nobody is there any more. */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** One peer's process. Stopped whenever it has nothing to do, for some wait by spinning. */
export class NativePeer {
  constructor(name, threads) {
    this.name = name;
    const [command, ...args] = definitions[name].command(threads).map(String);
    const env = { ...process.env, OMP_NUM_THREADS: String(threads), PYTHONDONTWRITEBYTECODE: '1' };
    this.child = spawn(command, args, { cwd: model_folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.child);
    this.complaints = '';
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.complaints = (this.complaints + text).slice(-2000);
    });
    this.ended = new Promise((resolve) => this.child.on('close', resolve)).then(() =>
      running.delete(this.child),
    );
    this.child.on('error', (error) => (this.complaints += error.message));
    this.child.stdin.on('error', () => {}); // told by `ended`
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Sends a command and returns the answer; throws the process's last words where it ended instead. */
  async ask(...words) {
    this.child.kill('SIGCONT');
    this.child.stdin.write(`${words.join(' ')}\n`);
    const { value, done } = await this.answers.next();
    if (done) {
      await this.ended;
      throw new Error(
        `${this.name}: ${words.join(' ')}: ${this.complaints.trim() || 'ended without a word'}`,
      );
    }
    this.child.kill('SIGSTOP');
    return JSON.parse(value);
  }

  /** Output of `predict`. */
  async predict(workload, batch) {
    const file = `${this.name}.${this.child.pid}.output`;
    await this.ask('predict', workload, batch, file);
    const bytes = readFileSync(`${model_folder}/${file}`);
    rmSync(`${model_folder}/${file}`);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  async end() {
    this.child.kill('SIGCONT');
    this.child.stdin.end();
    this.child.kill('SIGTERM');
    await this.ended;
  }
}
