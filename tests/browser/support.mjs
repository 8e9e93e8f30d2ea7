// What every browser test needs: the built page on a free port, Chromium, and a page that records its own trouble.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';
import { page_server } from '../../web/serve.mjs';

export const require_web = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require_web('playwright-core');

export const dist = fileURLToPath(new URL('../../web/dist', import.meta.url));
const index_file = `${dist}/weights/models.json`;
export const models = existsSync(index_file) ? JSON.parse(readFileSync(index_file, 'utf8')) : [];

/** For `test(name, { skip }, ...)`: false when the page and a model of each kind are there, else the reason. */
export const skip = !existsSync(`${dist}/index.html`)
  ? 'the page is not built: run web/run --build-only'
  : ['text', 'image'].every((kind) => models.some((model) => model.kind === kind))
    ? false
    : 'weights/ holds no text model or no image model yet';

export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser;
const cleanups = [];
/** Ends the browser and the servers. The test runner does it by itself. */
export async function close_all() {
  await browser?.close();
  for (const cleanup of cleanups) await cleanup();
}
if (process.argv[1]?.endsWith('.test.mjs')) after(close_all);

export async function chromium_of() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
  });
  return browser;
}

function listen(server) {
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}/`));
  });
}

/**
 * The page's own server. `answer(path, response)` may answer a request itself by returning true;
 * `without` names headers to leave out, as a static host does.
 */
export async function serve_page({ answer, without = [] } = {}) {
  const inner = page_server(dist);
  return listen(
    createServer((request, response) => {
      if (answer?.(new URL(request.url, 'http://localhost').pathname, response)) return;
      const write_head = response.writeHead.bind(response);
      response.writeHead = (status, headers) => {
        const sent = Object.entries(headers).filter(([name]) => !without.includes(name));
        return write_head(status, Object.fromEntries(sent));
      };
      inner.emit('request', request, response);
    }),
  );
}

export const security_policy = ['Content-Security-Policy'];
export const isolation = ['Cross-Origin-Opener-Policy', 'Cross-Origin-Embedder-Policy'];

/** A server that stands for the rest of the world: it answers everyone and counts. */
export async function foreign_server() {
  const hits = [];
  const server = createServer((request, response) => {
    hits.push(request.url);
    response.writeHead(200, {
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    response.end('here');
  });
  return { hits, url: await listen(server) };
}

/** Opens the page; `page.trouble` collects uncaught errors, `page.requested` every URL asked for. */
export async function open_page(url, { before, ...options } = {}) {
  const context = await (
    await chromium_of()
  ).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.trouble = [];
  page.requested = [];
  page.on('pageerror', (error) => page.trouble.push(error.message));
  context.on('request', (request) => page.requested.push(request.url()));
  await before?.(page);
  await page.goto(url);
  return page;
}

export async function answered(page, tab = 'text') {
  await page.locator(`#${tab}-result[data-state=painted]`).waitFor();
}

/** Resolves once the bars show the answer for the present text. */
export async function text_painted(page) {
  await page.waitForFunction(() => {
    const words =
      document
        .querySelector('#text')
        .value.toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? [];
    const chips = [...document.querySelectorAll('#text-tokens .chip')].map((chip) => chip.dataset.text);
    const whole = chips.length === words.length || document.querySelector('#text-tokens .left-out') !== null;
    return chips.length > 0 && whole && chips.every((chip, i) => chip === words[i]);
  });
}

/** The bars that the page shows for each of its sentences and for two of its pictures. */
export async function sample_answers(page) {
  await answered(page);
  const answers = [];
  const buttons = page.locator('#sentences button');
  for (let i = 0; i < (await buttons.count()); i++) {
    await buttons.nth(i).click();
    await text_painted(page);
    answers.push(await bars(page));
  }
  await page.locator('#tab-picture').click();
  for (const name of ['cat', 'ship']) {
    await page.locator('.sample', { hasText: name }).click();
    await page.locator('#picture-result .expected', { hasText: name }).waitFor();
    answers.push(await bars(page, 'picture'));
  }
  return answers;
}

/** The bars as the page shows them: [{ label, share, best }], share as printed. */
export function bars(page, tab = 'text') {
  return page.locator(`#${tab}-result .bars tbody tr`).evaluateAll((rows) =>
    rows.map((row) => ({
      label: row.querySelector('th').textContent,
      share: row.querySelector('.share').textContent,
      width: Number(row.querySelector('.bar').style.getPropertyValue('--share')),
      best: row.classList.contains('best'),
    })),
  );
}

export function verdict(page, tab = 'text') {
  return page.locator(`#${tab}-result .verdict-label`).textContent();
}

/** Drops or pastes one file the way the browser does. */
export function give_file(page, how, { name, type, bytes }) {
  return page.evaluate(
    ({ how, name, type, data }) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([content], name, { type }));
      const options = { bubbles: true, cancelable: true };
      if (how === 'paste') {
        document.body.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: transfer }));
        return;
      }
      document.body.dispatchEvent(new DragEvent('dragover', { ...options, dataTransfer: transfer }));
      document.body.dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: transfer }));
    },
    { how, name, type, data: Buffer.from(bytes).toString('base64') },
  );
}
