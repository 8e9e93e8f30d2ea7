// Prints what the built page weighs, gzip, and holds it to its limits. Exit status 1 where a limit is broken.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** Bytes after gzip, by path. */
export async function gzip_sizes(folder = dist) {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const sizes = new Map();
  for (const entry of names) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const body = await readFile(path);
    sizes.set(path.slice(folder.length + 1), gzipSync(body, { level: 9 }).length);
  }
  return sizes;
}

/** The slices with limits. What reads Keras's files comes in with the first of them. The first prediction needs the page, its workers, one wasm file and one text model. */
export async function slices(folder = dist) {
  const sizes = await gzip_sizes(folder);
  const sum = (wanted) => [...sizes].reduce((total, [path, size]) => total + (wanted(path) ? size : 0), 0);
  const largest = (wanted) =>
    Math.max(0, ...[...sizes].filter(([path]) => wanted(path)).map(([, size]) => size));
  const models = JSON.parse(await readFile(join(folder, 'weights/models.json'), 'utf8'));
  const first = models.find((model) => model.kind === 'text' && model.default);

  const page_script = sum((path) => /assets\/index-.*\.js$/.test(path));
  const worker = sum((path) => /assets\/(worker|helper)-.*\.js$/.test(path));
  const keras = sum((path) => /assets\/(keras|other)_file-.*\.js$/.test(path));
  const wasm = largest((path) => path.endsWith('.wasm'));
  const rest = sum(
    (path) => path === 'index.html' || /\.(css|svg)$/.test(path) || path === 'weights/models.json',
  );
  const model = first ? (sizes.get(`weights/${first.file}`) ?? 0) : null;
  return [
    { name: 'page script', bytes: page_script, limit: 35_000 },
    { name: 'worker scripts', bytes: worker, limit: 20_000 },
    { name: 'what reads Keras files, with the first of them', bytes: keras, limit: 45_000 },
    { name: 'largest wasm file', bytes: wasm, limit: 170_000 },
    { name: 'HTML, styles, icon, index of models', bytes: rest, limit: 15_000 },
    {
      name: `until the first text prediction (${first?.name ?? 'no text model yet'})`,
      bytes: page_script + worker + wasm + rest + (model ?? 0),
      limit: 400_000,
    },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let broken = false;
  for (const { name, bytes, limit } of await slices()) {
    const over = bytes > limit;
    broken ||= over;
    console.log(
      `${(bytes / 1000).toFixed(1).padStart(7)} kB of ${String(limit / 1000).padStart(3)} kB  ${name}${over ? '  TOO LARGE' : ''}`,
    );
  }
  process.exitCode = broken ? 1 : 0;
}
