// Loads damaged model files with all three builds of the module, and uses what loads: only LapisErrors come of it, and models
// loaded before answer as before.
//
//   node tests/node/mutated_files.mjs [--count 20000] [--seed 1] [--keep FOLDER]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { image_model, tensor_model, text_model, untrained_cnn, untrained_rnn } from './models.mjs';
import { mutated, Random } from './mutations.mjs';

const committed = fileURLToPath(new URL('../golden/files/', import.meta.url));
const builds = [{ simd: true }, { simd: false }, { threads: 2 }];
/** Processor time of one file. A damaged file may make more work than the one it came from, but not for long. */
const most_seconds = 5;

/** [kind, bytes] of good files. */
function seeds() {
  const own = [tensor_model().file, text_model().file, image_model().file, untrained_cnn(), untrained_rnn()];
  const keras = readdirSync(committed)
    .filter((name) => /\.(keras|h5)$/.test(name))
    .map((name) => [name.split('.').at(-1), readFileSync(join(committed, name))]);
  return [...own.map((file) => ['safetensors', file]), ...keras];
}

/** What can be done with a model that loaded, as far as it is no great work. */
function use(model) {
  const { input, macs } = model.info;
  const shape = input.shape.map((size, axis) => (axis === 0 ? 1 : (size ?? 8)));
  const size = shape.reduce((product, size) => product * size, 1);
  if (!(size <= 1e6 && macs <= 1e9)) return;
  const attempts = [
    () => model.predict(new Float32Array(size), shape),
    () => model.activations(),
    () => model.predictText('makan enak'),
    () => model.predictImage({ data: new Uint8Array(27), width: 3, height: 3 }),
    () => model.createTrainer().step(new Float32Array(size), shape, [0]),
    () => model.weights(),
    () => model.save(),
  ];
  for (const attempt of attempts)
    try {
      attempt();
    } catch (error) {
      check(error);
    }
}

/** Throws what is no LapisError of one line, or one that a trap became. */
function check(error) {
  if (!(error instanceof LapisError)) throw error;
  if (/[\p{Cc}\p{Cs}]/u.test(error.message)) throw new Error(`no clean line: ${error.message}`);
  if (/broke down/.test(error.message)) throw new Error(error.message);
}

const x = new Float32Array([0.5, -1, 2, 0.25]);

/** { files, loaded, refused, findings: [{ number, kind, what }] }. */
export async function run({ count, seed, keep, report = () => {} }) {
  const random = new Random(seed);
  const all = seeds();
  const good = await Promise.all(builds.map((options) => loadModel(tensor_model().file, options)));
  const expected = good.map((model) => model.predict(x, [1, 4]));
  const found = { files: 0, loaded: 0, refused: 0, slowest: 0, findings: [] };
  for (; found.files < count; found.files++) {
    const [kind, file] = random.of(all);
    const damaged = mutated(kind, file, random);
    const options = builds[found.files % builds.length];
    const started = process.cpuUsage();
    let what = null;
    try {
      const model = await loadModel(damaged, options);
      found.loaded++;
      use(model);
      model.dispose();
    } catch (error) {
      found.refused++;
      try {
        check(error);
      } catch (error) {
        what = `${error.constructor?.name}: ${error.message ?? error}`;
      }
    }
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1e6;
    found.slowest = Math.max(found.slowest, seconds);
    if (seconds > most_seconds) what ??= `${seconds} s`;
    if (found.files % 100 === 99 || what !== null)
      good.forEach((model, i) => {
        if (!isDeepStrictEqual(model.predict(x, [1, 4]), expected[i]))
          what = `another model's answer changed`;
      });
    if (what !== null) {
      found.findings.push({ number: found.files, kind, what });
      if (keep) {
        mkdirSync(keep, { recursive: true });
        writeFileSync(join(keep, `${seed}_${found.files}.${kind}`), damaged);
      }
    }
    if (found.files % 1000 === 999) report(found);
  }
  for (const model of good) model.dispose();
  return found;
}

function argument(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = await run({
    count: Number(argument('--count', '20000')),
    seed: Number(argument('--seed', '1')),
    keep: argument('--keep'),
    report: ({ files, loaded, refused, findings }) =>
      console.log(`${files + 1} files: ${loaded} loaded, ${refused} refused, ${findings.length} findings`),
  });
  for (const { number, kind, what } of found.findings) console.log(`file ${number} (.${kind}): ${what}`);
  console.log(
    `${found.files} files: ${found.loaded} loaded, ${found.refused} refused, slowest ${found.slowest.toFixed(2)} s, ${found.findings.length} findings`,
  );
  process.exitCode = found.findings.length > 0 ? 1 : 0;
}
