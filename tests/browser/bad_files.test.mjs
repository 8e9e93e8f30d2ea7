// Files that are no pictures, servers that answer with web pages, a worker that dies: a plain message, nothing lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { png, red_and_blue } from './pictures.mjs';
import { answered, bars, give_file, open_page, serve_page, skip, text_painted, verdict } from './support.mjs';

const options = { skip, timeout: 60_000 };
const url = skip ? '' : await serve_page();

const noise = Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919 + (i >> 3)) % 251));
const zero_wide = Buffer.from(png(1, 1));
zero_wide.writeUInt32BE(0, 16);
const damaged = Buffer.from(png(64, 64, (x, y) => [x * 3, y * 3, 99]));
damaged.fill(0, 50, 90);

const bad_pictures = [
  ['text.png', Buffer.from('This is a letter, not a picture.'), /not a picture this browser can read/],
  ['empty.png', Buffer.alloc(0), /is empty/],
  ['noise.jpg', noise, /not a picture this browser can read/],
  ['cut.png', red_and_blue.subarray(0, 90), /PNG picture but ends too early/],
  ['header_only.png', red_and_blue.subarray(0, 20), /PNG picture but ends too early/],
  ['cut.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), /JPEG picture but ends too early/],
  ['cut.gif', Buffer.from('GIF89a\x10\0\x10\0', 'latin1'), /GIF picture but ends too early/],
  ['cut.webp', Buffer.from('RIFF\xff\0\0\0WEBPVP8 ', 'latin1'), /WebP picture but ends too early/],
  ['damaged.png', damaged, /not a picture this browser can read/],
  ['wide.png', png(20_000, 1), /20,000 × 1 pixels, too large/],
  ['high.png', png(1, 20_000), /1 × 20,000 pixels, too large/],
  ['zero.png', zero_wide, /0 × 1 pixels: there is nothing to see/],
  [
    'drawing.svg',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    /not a picture this browser can read/,
  ],
];

test('a file that is no usable picture: its own message, and the last picture stays', options, async () => {
  const page = await open_page(`${url}#tab=picture&sample=ship`);
  await answered(page, 'picture');
  await page.locator('#picture-caption', { hasText: 'ship.webp' }).waitFor();
  const before = await bars(page, 'picture');
  for (const [name, bytes, message] of bad_pictures) {
    await page.setInputFiles('#picture-file', { name, mimeType: 'image/png', buffer: bytes });
    await page.locator('#picture-notice [role=alert]', { hasText: name }).waitFor();
    assert.match(await page.locator('#picture-notice').textContent(), message);
    assert.match(await page.locator('#picture-caption').textContent(), /^ship\.webp/);
    assert.deepEqual(await bars(page, 'picture'), before);
  }
  await page.locator('.sample', { hasText: 'cat' }).click();
  await page.locator('#picture-caption', { hasText: 'cat.webp' }).waitFor();
  assert.equal(
    await page.locator('#picture-notice [role=alert]').count(),
    0,
    'the message goes with a good picture',
  );
  assert.deepEqual(page.trouble, []);
});

test('a text renamed to a picture and dropped is refused on the picture tab', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const text = await page.inputValue('#text');
  await give_file(page, 'drop', { name: 'notes.png', type: 'image/png', bytes: Buffer.from('only words') });
  await page.locator('#picture-notice [role=alert]', { hasText: '“notes.png” is not a picture' }).waitFor();
  assert.equal(await page.inputValue('#text'), text, 'the text is untouched');
});

test('a dropped file that is no model is refused and the chosen model stays', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const before = await verdict(page);
  for (const [name, bytes] of [
    ['broken.safetensors', noise],
    ['empty.safetensors', Buffer.alloc(0)],
    ['page.keras', Buffer.from('<!doctype html><title>404</title>')],
    ['short.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')],
  ]) {
    await give_file(page, 'drop', { name, type: '', bytes });
    await page.locator('#text-model-notice [role=alert]', { hasText: `“${name}” cannot be used` }).waitFor();
    assert.equal(await verdict(page), before);
  }
  await page.fill('#text', 'masih bisa menjawab');
  await text_painted(page);
  assert.deepEqual(page.trouble, []);
});

for (const [what, pattern] of [
  ['the weights', /\/weights\/.*\.safetensors$/],
  ['the wasm file', /\.wasm$/],
  ['the worker script', /\/assets\/worker-.*\.js$/],
]) {
  test(
    `a server that answers ${what} with a web page: a message, and trying again works`,
    options,
    async () => {
      let broken = true;
      const answer = (path, response) => {
        if (!broken || !pattern.test(path)) return false;
        response.writeHead(200, { 'Content-Type': 'text/html' });
        response.end('<!doctype html><title>Sorry</title><h1>Not here</h1>');
        return true;
      };
      const page = await open_page(await serve_page({ answer }));
      const alert = page.locator('#text-status [role=alert]');
      await alert.waitFor();
      assert.match(await alert.textContent(), /could not be loaded|has stopped/);
      assert.ok((await alert.textContent()).length > 60, 'it also says why');
      const text = await page.inputValue('#text');
      broken = false;
      await alert.locator('button').click();
      await answered(page);
      assert.equal(await page.inputValue('#text'), text);
    },
  );
}

test('a list of models that is a web page: the page says that it could not start', options, async () => {
  const answer = (path, response) => {
    if (!path.endsWith('models.json')) return false;
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<!doctype html>');
    return true;
  };
  const page = await open_page(await serve_page({ answer }));
  await page.locator('#trouble').waitFor();
  assert.match(await page.locator('#trouble').textContent(), /could not start.*web page instead/s);
});

/** In the worker: an error nobody catches, as when the memory is used up. */
function die() {
  setTimeout(() => {
    throw new Error('out of memory');
  });
}

test('a worker that dies while it is asked: a message, a button, and the text stays', options, async () => {
  const lose_one_text = () => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message.params?.text !== 'tidak pernah dijawab') postMessage.call(this, message, ...rest);
    };
  };
  const page = await open_page(url, { before: (page) => page.addInitScript(lose_one_text) });
  await answered(page);
  await page.fill('#text', 'tidak pernah dijawab');
  await page.workers()[0].evaluate(die);
  const alert = page.locator('#text-status [role=alert]');
  await alert.waitFor();
  assert.match(await alert.textContent(), /The part of this page that calculates has stopped.*out of memory/);
  assert.equal(await page.inputValue('#text'), 'tidak pernah dijawab');
  await page.locator('#text').fill('sekarang dijawab');
  await text_painted(page);
  assert.equal(await alert.count(), 0, 'the next answer takes the message away');
});

test(
  'a worker that dies unnoticed: the next question starts another, the picture is still there',
  options,
  async () => {
    const page = await open_page(`${url}#sample=ship`);
    await answered(page);
    await page.locator('#tab-picture').click();
    await answered(page, 'picture');
    const before = await bars(page, 'picture');
    await page.workers()[0].evaluate(die);
    // Chromium gives a helper that waits inside WebAssembly two seconds before it ends it.
    for (let i = 0; i < 100 && page.workers().length > 0; i++) await page.waitForTimeout(100);
    assert.equal(page.workers().length, 0);
    await page.getByLabel('Keep the whole picture').check();
    await page.getByLabel('Cut out the middle').check();
    await answered(page, 'picture');
    assert.deepEqual(await bars(page, 'picture'), before);
    await page.locator('#tab-text').click();
    await page.fill('#text', 'pelayanan cepat dan ramah');
    await text_painted(page);
  },
);
