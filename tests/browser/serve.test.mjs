// The small static server: types, policy, nothing outside its folder, a clear line when the port is taken.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { page_server } from '../../web/serve.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lapis-serve-'));
const dist = join(folder, 'dist');
let server;

before(async () => {
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  writeFileSync(join(dist, 'index.html'), '<!doctype html>');
  writeFileSync(join(dist, 'assets/a.wasm'), Buffer.from('\0asm'));
  writeFileSync(join(dist, 'assets/a.js'), 'export {};');
  server = page_server(dist);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});

after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** The path goes out exactly as written; fetch would tidy it up. */
function ask(path, options = {}) {
  return new Promise((resolve, reject) => {
    const { port } = server.address();
    const sent = request({ host: '127.0.0.1', port, path, ...options }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () =>
        resolve({ body: Buffer.concat(parts), headers: response.headers, status: response.statusCode }),
      );
    });
    sent.on('error', reject).end();
  });
}

test('files have their types and the policy', async () => {
  for (const [path, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/index.html?simd=0', 'text/html; charset=utf-8'],
    ['/assets/a.wasm', 'application/wasm'],
    ['/assets/a.js', 'text/javascript; charset=utf-8'],
  ]) {
    const { status, headers } = await ask(path);
    assert.equal(status, 200, path);
    assert.equal(headers['content-type'], type);
    assert.match(headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

test('nothing outside the folder', async () => {
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '//secret.txt',
    '/%00',
    '/%',
    '/nothing',
    '/assets',
  ]) {
    const { status, body } = await ask(path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(body.toString(), /outside/);
  }
  assert.equal((await ask('/', { method: 'POST' })).status, 405);
});

test('compressed where asked for, without a body for HEAD', async () => {
  const zipped = await ask('/', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  assert.equal((await ask('/')).headers['content-encoding'], undefined);
  const head = await ask('/', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.body.length, 0);
});

test('only requests that name this machine are answered', async () => {
  for (const host of ['localhost', 'localhost:8080', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]:8080'])
    assert.equal((await ask('/', { headers: { Host: host } })).status, 200, host);
  for (const host of [
    'example.com',
    'localhost.example.com',
    'example.com:8080',
    '127.0.0.1.example.com',
    '192.168.0.1',
  ]) {
    const { status, body } = await ask('/', { headers: { Host: host } });
    assert.equal(status, 403, host);
    assert.doesNotMatch(body.toString(), /doctype/);
  }
});

test('many requests for a large file at once: it is compressed once, and others are answered meanwhile', async () => {
  const bytes = Buffer.alloc(6_000_000);
  for (let i = 0, state = 1; i < bytes.length; i++)
    bytes[i] = (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 26;
  writeFileSync(join(dist, 'large.safetensors'), bytes);
  const cpu_before = process.cpuUsage();
  const zipped = gzipSync(bytes, { level: 9 });
  const { user: cpu_of_one } = process.cpuUsage(cpu_before);
  const cpu_start = process.cpuUsage();
  const headers = { 'Accept-Encoding': 'gzip' };
  let finished = 0;
  const large = Array.from({ length: 40 }, () =>
    ask('/large.safetensors', { headers }).then((answer) => {
      finished++;
      return answer;
    }),
  );
  await ask('/assets/a.js', { headers });
  assert.equal(finished, 0, 'the small file had to wait for the large one');
  for (const { status, body } of await Promise.all(large)) {
    assert.equal(status, 200);
    assert.equal(body.length, zipped.length);
  }
  const { user: cpu_of_all } = process.cpuUsage(cpu_start);
  assert.ok(cpu_of_all < 8 * cpu_of_one + 1e6, `${cpu_of_all} us of CPU, one compression ${cpu_of_one}`);
});

test('a taken port is said in one line', async () => {
  const taken = createServer();
  await new Promise((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address();
  const script = fileURLToPath(new URL('../../web/serve.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, '--port', String(port), '--dist', dist]);
  taken.close();
  assert.equal(status, 1);
  assert.equal(stderr.toString(), `Port ${port} is taken. Choose another: web/run --port ${port + 1}\n`);
});
