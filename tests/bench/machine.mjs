// What is measured on and with: figures say little without it.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { build_folder } from './files.mjs';
import { here, package_version } from './node_libraries.mjs';

/** A program's first line, or nothing where it is not there. */
function first_line(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')[0]
      .trim();
  } catch {
    return undefined;
  }
}

/** Of the Python packages that `install --python` put into its folder. */
function python_versions() {
  const versions = Object.fromEntries(
    ['torch', 'keras', 'jax', 'tensorflow_cpu'].map((name) => [name, undefined]),
  );
  try {
    const [version] = readdirSync(`${build_folder}/venv/lib`).filter((name) => name.startsWith('python3'));
    for (const file of readdirSync(`${build_folder}/venv/lib/${version}/site-packages`)) {
      const [, name, found] = /^(\w+)-(.*)\.dist-info$/.exec(file) ?? [];
      if (name in versions) versions[name] = found;
    }
  } catch {
    // No such folder: nothing is installed.
  }
  return versions;
}

export function machine() {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    load: loadavg()[0],
    versions: {
      lapis: first_line('git', '-C', here, 'describe', '--always', '--dirty'),
      node: process.version.slice(1),
      chromium: first_line(process.env.CHROMIUM ?? 'chromium', '--version')?.match(/[\d.]+/)?.[0],
      '@tensorflow/tfjs': package_version('@tensorflow/tfjs'),
      'onnxruntime-web': package_version('onnxruntime-web'),
      'onnxruntime-node': package_version('onnxruntime-node', 'native/'),
      ...python_versions(),
    },
  };
}

export function describe(machine) {
  const versions = Object.entries(machine.versions).map(
    ([name, version]) => `${name} ${version ?? 'not installed'}`,
  );
  return `${machine.cpu}, ${machine.cores} cores, load ${machine.load.toFixed(2)}, ${machine.date}\n${versions.join(', ')}`;
}
