// The package as somebody else's project sees it: exports, types, size, another thread.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import * as lapis from '../../wasm/dist/index.js';
import { text_model } from './models.mjs';

const wasm = fileURLToPath(new URL('../../wasm/', import.meta.url));
const read = (path) => readFileSync(join(wasm, path));
const package_json = JSON.parse(read('package.json'));

/** A project that has the package installed. */
function in_project(files, work) {
  const folder = mkdtempSync(join(tmpdir(), 'lapis-package-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(wasm, join(folder, 'node_modules/lapis'));
    for (const [name, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files }))
      writeFileSync(join(folder, name), text);
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the exports of package.json lead to files', () => {
  for (const target of Object.values(package_json.exports))
    for (const path of typeof target === 'string' ? [target] : Object.values(target))
      assert.ok(read(path).length > 0);
  assert.equal(Object.keys(package_json.exports['.'])[0], 'types');
});

test('the licence is packed', () => {
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--offline'], {
    cwd: wasm,
    encoding: 'utf8',
  });
  const paths = JSON.parse(listed)[0].files.map((file) => file.path);
  for (const path of ['LICENSE', 'README.md', 'dist/index.js']) assert.ok(paths.includes(path), path);
  assert.deepEqual(read('LICENSE'), readFileSync(join(wasm, '../LICENSE')));
});

test('a project imports it by its name', () => {
  const script = `import { loadModel } from 'lapis';
    import { readFileSync } from 'node:fs';
    const model = await loadModel(readFileSync('model.safetensors'), {
      wasm: new URL(import.meta.resolve('lapis/lapis-scalar.wasm')), simd: false });
    console.log(model.backend, model.predictText('enak').label);`;
  const output = in_project({ 'main.mjs': script, 'model.safetensors': text_model().file }, (cwd) =>
    execFileSync(process.execPath, ['main.mjs'], { cwd, encoding: 'utf8' }),
  );
  assert.match(output, /^scalar (negative|neutral|positive)\n$/);
});

test('the types are those of what is exported', () => {
  const values = [
    ...read('dist/index.d.ts')
      .toString()
      .matchAll(/^export \{ ([^}]+) \}/gm),
  ]
    .flatMap(([, names]) => names.split(', '))
    .sort();
  assert.deepEqual(Object.keys(lapis).sort(), values);
  const use = `import { loadModel, LapisError, type ModelInfo, type TextPrediction } from 'lapis';
    const model = await loadModel('x', { onProgress: ({ loaded, total }) => { const n: number = loaded; void [n, total]; } });
    const info: ModelInfo = model.info;
    const { tokens, probabilities }: TextPrediction = model.predictText('x');
    const floats: Float32Array = probabilities;
    const seen: Uint8ClampedArray = model.predictImage({ data: new Uint8Array(3), width: 1, height: 1, channels: 3 }).pixels;
    const { loss }: { loss: number } = model.createTrainer({ optimizer: 'sgd' }).step(floats, [1, 2], [0]);
    const kind: 'image' | 'text' | 'tensor' = info.input.kind;
    const error: Error = new LapisError('x');
    void [tokens[0]?.known, seen, loss, kind, error, model.activations()[0]?.shape, model.save().length];`;
  const check = (text) =>
    in_project({ 'use.mts': text }, (cwd) => {
      const options = [
        '--noEmit',
        '--strict',
        '--target',
        'es2022',
        '--module',
        'nodenext',
        '--lib',
        'es2022,dom',
      ];
      return execFileSync(join(wasm, 'node_modules/.bin/tsc'), [...options, 'use.mts'], {
        cwd,
        encoding: 'utf8',
      });
    });
  check(use);
  assert.throws(() => check(`${use}\nmodel.predictTxt('x');`), /Command failed/);
});

const modules = ['dist/lapis-simd.wasm', 'dist/lapis-scalar.wasm', 'dist/lapis-threads.wasm'];

/** The functions named in a source, each once, in order. */
const functions_in = (path, pattern) => [
  ...new Set([...read(path).toString().matchAll(pattern)].map(([, name]) => name)),
];

test('the modules export what the loader declares, and import only what it gives', () => {
  const declared = functions_in('src/module.ts', /^ {2}(lapis_\w+)\(/gm);
  const header = functions_in('api.h', /LAPIS_EXPORT\((lapis_\w+)\)/g);
  assert.ok(declared.length > 15);
  assert.deepEqual(declared.sort(), header.sort());
  // With threads there are a few more.
  const all = [...new Set([...declared, ...functions_in('src/helpers.ts', /^ {2}(lapis_\w+)\(/gm)])].sort();
  assert.deepEqual(all, [...header, ...functions_in('helpers.h', /LAPIS_EXPORT\((lapis_\w+)\)/g)].sort());
  const host = readFileSync(join(wasm, 'src/host.ts'), 'utf8');
  for (const file of modules) {
    const module = new WebAssembly.Module(read(file));
    const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
    const expected = file.includes('threads') ? all : declared;
    assert.deepEqual(exported.filter((name) => name.startsWith('lapis_')).sort(), expected, file);
    for (const { name, kind } of WebAssembly.Module.imports(module))
      if (kind === 'memory') assert.match(file, /threads/);
      else assert.ok(host.includes(` ${name}: `), `${file}: ${name}`);
  }
});

test('each module is at most 170 kB gzip', () => {
  for (const file of modules) {
    const bytes = gzipSync(read(file), { level: 9 }).length;
    assert.ok(bytes <= 170_000, `${file}: ${bytes} bytes`);
  }
});

test('only the SIMD module has SIMD: an engine without it can run the other', () => {
  const features = [
    'exception-handling',
    'mutable-globals',
    'sign-ext',
    'nontrapping-float-to-int',
    'bulk-memory',
  ];
  const options = ['--mvp-features', ...features.map((feature) => `--enable-${feature}`), '-o', '/dev/null'];
  const is_valid = (file) => spawnSync('wasm-opt', [join(wasm, file), ...options]).status === 0;
  assert.equal(is_valid('dist/lapis-scalar.wasm'), true);
  assert.equal(is_valid('dist/lapis-simd.wasm'), false);
});

test('it runs in a worker', async () => {
  const url = new URL('../../wasm/dist/index.js', import.meta.url).href;
  const script = `import { parentPort, workerData } from 'node:worker_threads';
    import { loadModel } from ${JSON.stringify(url)};
    const model = await loadModel(workerData);
    parentPort.postMessage(model.predictText('makan enak').probabilities);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
    workerData: text_model().file,
  });
  const probabilities = await new Promise((resolve, reject) =>
    worker.once('message', resolve).once('error', reject),
  );
  await worker.terminate();
  const model = await lapis.loadModel(text_model().file);
  assert.deepEqual(probabilities, model.predictText('makan enak').probabilities);
});
