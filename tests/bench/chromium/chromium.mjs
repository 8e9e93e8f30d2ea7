// In headless Chromium, inside a worker, one thread: lapis-wasm, TensorFlow.js (wasm) and onnxruntime-web.
import { flags } from '../../browser/support.mjs';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { model_folder, repository, write_models } from '../files.mjs';
import { here } from '../node_libraries.mjs';

const folders = { bench: here.replace(/\/$/, ''), dist: `${repository}/wasm/dist`, models: model_folder };
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The clock of a page that is not cross-origin isolated is too coarse. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cache-Control': 'no-store',
};

function answer(request, response) {
  const [, folder, rest] = /^\/(\w+)\/([^?]*)/.exec(request.url) ?? [];
  const file = folders[folder] && normalize(`${folders[folder]}/${rest}`);
  if (request.url === '/') {
    response.writeHead(200, { ...headers, 'Content-Type': types['.html'] });
    response.end('<!doctype html><title>bench</title><link rel="icon" href="data:," />');
  } else if (file?.startsWith(folders[folder]) && statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(200, {
      ...headers,
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    });
    createReadStream(file).pipe(response);
  } else {
    response.writeHead(404).end();
  }
}

/** Runs in the page: starts the worker and hands its results on, until it is done. */
function run_worker(options) {
  return new Promise((resolve, reject) => {
    const worker = new Worker('/bench/chromium/worker.js');
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.result) window.report(data.result);
      else if (data.error) reject(new Error(data.error));
      else resolve(window.crossOriginIsolated);
    };
    worker.postMessage(options);
  });
}

export async function measure_chromium(options, add) {
  write_models(options.workloads);
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
  });
  try {
    const page = await browser.newPage();
    await page.exposeFunction('report', (result) => add({ part: 'chromium', kind: 'predict', ...result }));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    if (!(await page.evaluate(run_worker, options))) throw new Error('the page is not cross-origin isolated');
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
