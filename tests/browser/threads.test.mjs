// Threads: only on a page that its host isolates, and with the same answers; no other page fetches their module.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { test } from 'node:test';
import { answered, isolation, models, open_page, sample_answers, serve_page, skip } from './support.mjs';

const options = { skip, timeout: 120_000 };

/** File names of a kind that the page or its workers have asked for, each once, without the build's eight letters. */
function requested(page, kind) {
  const names = page.requested.map((address) => new URL(address).pathname.split('/').at(-1));
  return [...new Set(names.filter((name) => kind.test(name)))].map((name) =>
    name.replace(/-.{8}(?=\.\w+$)/, ''),
  );
}

/** What the page makes of its samples, and with what. */
async function answers_of(page) {
  const answers = await sample_answers(page);
  const timing = await page.locator('#picture-result .timing').textContent();
  assert.deepEqual(page.trouble, []);
  return { answers, machinery: /WebAssembly .*/.exec(timing)[0] };
}

test('an isolated page calculates with threads, another with one: the same answers', options, async (t) => {
  const plain = await open_page(await serve_page({ without: isolation }));
  const alone = await answers_of(plain);
  assert.equal(await plain.evaluate(() => crossOriginIsolated), false);
  assert.equal(alone.machinery, 'WebAssembly with SIMD');
  assert.deepEqual(requested(plain, /\.wasm$|^helper/), ['lapis-simd.wasm']);

  const isolated = await open_page(await serve_page());
  const processors = await isolated.evaluate(() => navigator.hardwareConcurrency);
  if (processors === 1) return t.skip('this machine has one processor');
  const threads = Math.min(4, processors);
  const together = await answers_of(isolated);
  assert.equal(await isolated.evaluate(() => crossOriginIsolated), true);
  assert.equal(together.machinery, `WebAssembly with SIMD, ${threads} threads`);
  assert.deepEqual(requested(isolated, /\.wasm$|^helper/).sort(), ['helper.js', 'lapis-threads.wasm']);
  // Both models, one set of helpers.
  assert.equal(isolated.workers().length, threads);
  assert.deepEqual(together.answers, alone.answers);
});

test('where helpers cannot be started, one thread answers', options, async () => {
  const answer = (path, response) => {
    if (!path.includes('/helper-')) return false;
    response.writeHead(404).end();
    return true;
  };
  const page = await open_page(await serve_page({ answer }));
  assert.equal((await answers_of(page)).machinery, 'WebAssembly with SIMD');
});

test("on an isolated page's own thread, which may not wait, there is one thread", options, async () => {
  const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
  const answer = (path, response) => {
    const [, file] = /^\/package\/([\w.-]+)$/.exec(path) ?? [];
    if (!file) return false;
    const body = readFileSync(new URL(`../../wasm/dist/${file}`, import.meta.url));
    response.writeHead(200, { 'Content-Type': types[extname(file)] }).end(body);
    return true;
  };
  const page = await open_page(await serve_page({ answer }));
  await answered(page);
  page.requested.length = 0;
  const { file } = models.find((model) => model.kind === 'text');
  const found = await page.evaluate(async (address) => {
    const { loadModel } = await import('/package/index.js');
    const model = await loadModel(address, { threads: 2 });
    model.predictText('enak');
    return { isolated: crossOriginIsolated, threads: model.threads };
  }, `/weights/${file}`);
  assert.deepEqual(found, { isolated: true, threads: 1 });
  assert.deepEqual(requested(page, /\.wasm$/), ['lapis-simd.wasm']);
});
