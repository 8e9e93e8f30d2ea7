// Copies the trained models into the built page and writes weights/models.json: what the page shows about each model
// before it loads one. Everything is read from the models' own files.
//
//   node tools/build_index.mjs [WEIGHTS_FOLDER] [DIST_FOLDER]
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const here = fileURLToPath(new URL('.', import.meta.url));
const [weights = join(here, '../../weights'), dist = join(here, '../dist')] = process.argv.slice(2);

/** The order of the cards; a model not named here comes after these. */
const order = ['nusax_simple_rnn', 'nusax_bi_simple_rnn', 'nusax_lstm', 'nusax_bilstm', 'cifar10_cnn'];

/** The header of a safetensors file: 8 bytes of length, then JSON. */
function read_header(file, bytes) {
  const length = bytes.length < 8 ? NaN : Number(bytes.readBigUInt64LE(0));
  if (!(length <= bytes.length - 8)) throw new Error(`${file}: not a safetensors file`);
  return JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
}

function index_line(file, bytes) {
  const { __metadata__: metadata, ...tensors } = read_header(file, bytes);
  const read = (key) => {
    if (metadata?.[key] === undefined) throw new Error(`${file}: its __metadata__ has no "${key}"`);
    return JSON.parse(metadata[key]);
  };
  const weights = Object.entries(tensors).filter(([name]) => !name.startsWith('selftest/'));
  const size_of = ({ shape }) => shape.reduce((product, size) => product * size, 1);
  return {
    name: file.replace(/\.safetensors$/, ''),
    file,
    version: createHash('sha256').update(bytes).digest('hex').slice(0, 12),
    kind: read('input').kind,
    bytes: bytes.length,
    parameters: weights.reduce((sum, [, tensor]) => sum + size_of(tensor), 0),
    labels: read('labels'),
    metrics: read('metrics'),
  };
}

/** Of a score on 100 validation rows: one row more or less says nothing. */
const as_good = 0.01;

/**
 * The page begins with the smallest of the models that were as good as the best on the validation rows (the test rows
 * choose nothing).
 */
function mark_defaults(lines) {
  const score = ({ metrics }) => metrics.val_macro_f1 ?? metrics.val_accuracy ?? 0;
  for (const kind of new Set(lines.map((line) => line.kind))) {
    const same_kind = lines.filter((line) => line.kind === kind);
    const best = Math.max(...same_kind.map(score));
    const candidates = same_kind.filter((line) => score(line) >= best - as_good);
    candidates.reduce((first, line) => (line.bytes < first.bytes ? line : first)).default = true;
  }
}

const rank = ({ name }) => (order.includes(name) ? order.indexOf(name) : order.length);

const files = (await readdir(weights)).filter((name) => name.endsWith('.safetensors')).sort();
const target = join(dist, 'weights');
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const lines = [];
for (const file of files) {
  const bytes = await readFile(join(weights, file));
  lines.push({ ...index_line(file, bytes), default: false });
  await writeFile(join(target, file), bytes);
}
lines.sort((a, b) => rank(a) - rank(b));
mark_defaults(lines);
await writeFile(join(target, 'models.json'), JSON.stringify(lines));
console.log(`${lines.length} models: ${lines.map(({ name }) => name).join(', ') || 'none yet'}`);
