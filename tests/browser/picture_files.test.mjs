// The page's own decoding, run in Chromium on the pictures of tests/pictures: equal to what the command line is held to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium_of, require_web } from './support.mjs';

const typescript = require_web('typescript');
const folder = fileURLToPath(new URL('../pictures/', import.meta.url));
const source = fileURLToPath(new URL('../../web/src/', import.meta.url));
const index = JSON.parse(readFileSync(`${folder}pictures.json`, 'utf8'));
const expected = safetensors(readFileSync(`${folder}expected.safetensors`));
const tolerance = 2; // levels of 255

/** What Chromium shows of files that the command line refuses. It does not say that it made something up. */
const shown_all_the_same = ['bad_trns.png', 'cut_and_ended.jpg', 'one_scan.jpg', 'palette_short.png'];

/** name -> {shape, data} of a file that holds bytes alone. */
function safetensors(file) {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString());
  return new Map(
    Object.entries(header).map(([name, { shape, data_offsets: [from, to] }]) => [
      name,
      { shape, data: file.subarray(8 + length + from, 8 + length + to) },
    ]),
  );
}

/** Serves the sources of web/src as JavaScript, and an empty page. */
function serve_sources() {
  const server = createServer((request, response) => {
    const name = /^\/(\w+)$/.exec(request.url)?.[1];
    if (!name) {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html>');
      return;
    }
    const { outputText } = typescript.transpileModule(readFileSync(`${source}${name}.ts`, 'utf8'), {
      compilerOptions: { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 },
    });
    response.setHeader('Content-Type', 'text/javascript');
    response.end(outputText);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}/`));
  });
}

async function open_decoder() {
  const page = await (await chromium_of()).newPage();
  await page.goto(await serve_sources());
  return (name) =>
    page.evaluate(
      async ([base64, name]) => {
        const { decode_picture } = await import('/picture_decode');
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        try {
          const { pixels } = await decode_picture(new Blob([bytes]), name);
          return { width: pixels.width, height: pixels.height, data: [...pixels.data] };
        } catch (error) {
          return { name: error.name, message: error.message };
        }
      },
      [readFileSync(`${folder}files/${name}`).toString('base64'), name],
    );
}

function largest_difference(rgba, rgb) {
  let largest = 0;
  for (let i = 0; i < rgb.length; i++) {
    largest = Math.max(largest, Math.abs(rgb[i] - rgba[Math.floor(i / 3) * 4 + (i % 3)]));
  }
  return largest;
}

test('the page sees each picture as the command line does', { timeout: 60_000 }, async () => {
  const decode = await open_decoder();
  const largest = new Map();
  for (const [name, { shows }] of Object.entries(index)) {
    const seen = await decode(name);
    const kind = name.slice(name.lastIndexOf('.') + 1);
    if (kind === 'tif' || (!shows && !shown_all_the_same.includes(name))) {
      assert.equal(seen.name, 'PictureError', `${name} is refused in the page's own words`);
      assert.match(seen.message, kind === 'tif' ? /like a TIFF picture/ : /^“[^\n]*”[^\n]*$/, name);
      continue;
    }
    assert.equal(seen.message, undefined, name);
    if (!shows) continue;
    const { shape, data } = expected.get(shows);
    assert.deepEqual([seen.height, seen.width, 3], shape, name);
    const difference = largest_difference(seen.data, data);
    assert.ok(difference <= tolerance, `${name} is ${difference} levels off`);
    const known = largest.get(kind) ?? { pictures: 0, difference: 0 };
    largest.set(kind, {
      pictures: known.pictures + 1,
      difference: Math.max(known.difference, difference),
    });
  }
  for (const [kind, { pictures, difference }] of largest) {
    console.log(`# ${kind}: ${pictures} pictures, largest difference ${difference} of 255`);
  }
  assert.ok([...largest.values()].reduce((sum, { pictures }) => sum + pictures, 0) >= 100);
});
