// The text tab: typing, samples, unknown words, long and odd texts, and that no stale answer is ever painted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, bars, open_page, serve_page, skip, text_painted, verdict } from './support.mjs';

const url = skip ? '' : await serve_page();
const options = { skip, timeout: 60_000 };

test('the first visit shows an answer without a click', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const rows = await bars(page);
  assert.deepEqual(
    rows.map((row) => row.label),
    ['negative', 'neutral', 'positive'],
    'fixed order of classes',
  );
  assert.equal(rows.filter((row) => row.best).length, 1);
  const total = rows.reduce((sum, row) => sum + row.width, 0);
  assert.ok(Math.abs(total - 1) < 0.001, `the bars add up to ${total}`);
  for (const row of rows) assert.match(row.share, /^[<>]? ?\d+\.\d %$/);
  assert.match(await page.locator('#text-result .timing').textContent(), /ms in the network.*ms round trip/);
  assert.deepEqual(page.trouble, []);
});

test('typing changes the bars and the words', options, async () => {
  const page = await open_page(url);
  await answered(page);
  await page.fill('#text', 'jelek sekali, saya sangat kecewa');
  await text_painted(page);
  const before = await bars(page);
  await page.fill('#text', 'bagus sekali, saya sangat senang');
  await text_painted(page);
  const after = await bars(page);
  assert.notDeepEqual(
    after.map((row) => row.width),
    before.map((row) => row.width),
  );
  await page.locator('#text').press('End');
  await page.keyboard.type(' hari ini');
  await text_painted(page);
  assert.equal(await page.locator('#text-tokens .chip').count(), 7);
});

test('every sample sentence is read, and its expected class is judged honestly', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const samples = page.locator('#sentences button');
  const count = await samples.count();
  assert.ok(count >= 6, `${count} sentences`);
  for (let i = 0; i < count; i++) {
    await samples.nth(i).click();
    await text_painted(page);
    const text = await samples.nth(i).locator('.sentence-text').textContent();
    assert.equal(await page.inputValue('#text'), text);
    assert.equal(await samples.nth(i).locator('[lang=id]').count(), 1, 'the Indonesian is marked as such');
    const expected = await page.locator('#text-result .expected').textContent();
    const made_as = /made as “(\w+)”/.exec(expected)?.[1];
    if (made_as) assert.equal(expected.startsWith('Right'), made_as === (await verdict(page)), expected);
  }
});

test('an unknown word is marked by more than colour', options, async () => {
  const page = await open_page(url);
  await answered(page);
  await page.fill('#text', 'makanan zorbatik enak');
  await text_painted(page);
  const chip = page.locator('#text-tokens .chip', { hasText: 'zorbatik' });
  assert.match(await chip.getAttribute('class'), /unknown/);
  assert.match(await chip.textContent(), /\?.*unknown word/);
  assert.equal(await chip.evaluate((element) => getComputedStyle(element).borderStyle), 'dashed');
  await chip.focus();
  assert.match(await page.locator('.chip-detail').textContent(), /Word 2, “zorbatik”, is not among/);
  await page.keyboard.press('ArrowRight');
  assert.match(await page.locator('.chip-detail').textContent(), /Word 3, “enak”/);
  assert.match(await page.locator('.tokens-summary').textContent(), /3 words.*(1 word is|words are) unknown/);
});

test('a text of 1 MB is read as far as the model reads, and says so', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const words = 180_000;
  await page.evaluate((count) => {
    const area = document.querySelector('#text');
    area.value = 'bagus '.repeat(count);
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }, words);
  await page.locator('.left-out').waitFor();
  const summary = await page.locator('.tokens-summary').textContent();
  const read = Number(/first ([\d,]+) of 180,000 words/.exec(summary)?.[1]);
  assert.equal(await page.locator('#text-tokens .chip').count(), read, summary);
  assert.match(
    await page.locator('.left-out').textContent(),
    new RegExp(`${(words - read).toLocaleString('en')} more`),
  );
  assert.deepEqual(page.trouble, []);
});

test('empty text and text without words get a message, not an answer', options, async () => {
  const page = await open_page(url);
  await answered(page);
  for (const [text, message] of [
    ['', 'Type a sentence'],
    ['   \n ', 'Type a sentence'],
    ['!!! ... ???', 'No words in this text'],
  ]) {
    await page.fill('#text', text);
    await page.locator('#text-result .verdict-empty', { hasText: message }).waitFor();
    assert.deepEqual(
      (await bars(page)).map((row) => row.share),
      ['–', '–', '–'],
    );
  }
  await page.fill('#text', 'enak');
  await answered(page);
  assert.deepEqual(page.trouble, []);
});

test('a megabyte of punctuation or of one word never blocks the page', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const type = (value) =>
    page.evaluate((value) => {
      const area = document.querySelector('#text');
      area.value = value;
      const start = performance.now();
      area.dispatchEvent(new Event('input', { bubbles: true }));
      return performance.now() - start;
    }, value);
  const took = await type('!'.repeat(1_000_000));
  await page.locator('#text-result .verdict-empty', { hasText: 'No words in this text' }).waitFor();
  assert.ok(took < 500, `${took} ms`);
  await type('a'.repeat(1_000_000));
  await page.locator('#text-status [role=alert]', { hasText: 'at most 100000' }).waitFor();
  await page.fill('#text', 'bagus');
  await text_painted(page);
  assert.deepEqual(page.trouble, []);
});

test('odd texts: lone surrogate, zero byte, emoji, right to left, one endless word', options, async () => {
  const page = await open_page(url);
  await answered(page);
  for (const text of [
    'bagus \ud800 sekali',
    'bagus\0sekali',
    'bagus 😀😀 👩‍👩‍👧',
    'bagus مرحبا',
    'a'.repeat(100_000),
  ]) {
    await page.evaluate((value) => {
      const area = document.querySelector('#text');
      area.value = value;
      area.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
    await page.waitForTimeout(150);
    assert.equal(
      await page.locator('#text-status [role=alert]').count(),
      0,
      JSON.stringify(text.slice(0, 20)),
    );
  }
  assert.deepEqual(page.trouble, []);
});

test('a text file opens; one that is empty or not UTF-8 is refused and the text stays', options, async () => {
  const page = await open_page(url);
  await answered(page);
  const open = (name, buffer) => page.setInputFiles('#text-file', { name, mimeType: 'text/plain', buffer });
  await open('good.txt', Buffer.from('pelayanan bagus'));
  await page.waitForFunction(() => document.querySelector('#text').value === 'pelayanan bagus');
  await text_painted(page);
  const before = await bars(page);
  for (const [name, buffer, message] of [
    ['latin.txt', Buffer.from([0x63, 0x61, 0x66, 0xe9]), /“latin.txt” is not UTF-8 text/],
    ['utf16.txt', Buffer.from('\ufeffbagus', 'utf16le'), /“utf16.txt” is not UTF-8 text/],
    ['empty.txt', Buffer.alloc(0), /“empty.txt” is empty/],
    ['huge.txt', Buffer.alloc(6_000_000, 'a '), /“huge.txt” is larger than 5 MB/],
  ]) {
    await open(name, buffer);
    await page.locator('#text-notice', { hasText: name }).waitFor();
    assert.match(await page.locator('#text-notice').textContent(), message);
    assert.equal(await page.inputValue('#text'), 'pelayanan bagus');
    assert.deepEqual(await bars(page), before);
  }
});

test('fast typing over a slow worker: one job at a time, and never a stale answer', options, async () => {
  const page = await open_page(url, { before: (page) => page.addInitScript(slow_worker) });
  await answered(page);
  await page.evaluate(watch_paints);
  await page.fill('#text', '');
  await page.locator('#text').focus();
  // A pause in between, so that there are two answers to paint however busy the machine is.
  for (const part of ['saya suka sekali makanan ini ', 'karena enak dan murah tapi tempatnya jauh']) {
    await page.keyboard.type(part, { delay: 12 });
    await text_painted(page);
  }
  const seen = await page.evaluate(() => window.seen);
  assert.deepEqual(seen.stale, []);
  assert.ok(seen.paints >= 2, `${seen.paints} paints`);
  assert.ok(seen.replies > seen.paints, 'some answers came too late and were not painted');
  assert.ok(seen.sent < 71, `${seen.sent} jobs for 70 keys`);
  assert.equal(seen.most_in_flight, 1);
});

/** In the page: every answer of the worker arrives up to 60 ms late. */
function slow_worker() {
  window.seen = { paints: 0, stale: [], replies: 0, sent: 0, in_flight: 0, most_in_flight: 0 };
  const { addEventListener, postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message.method === 'classify_text') {
      window.seen.sent++;
      window.seen.in_flight++;
      window.seen.most_in_flight = Math.max(window.seen.most_in_flight, window.seen.in_flight);
    }
    return postMessage.call(this, message, ...rest);
  };
  Worker.prototype.addEventListener = function (type, listener) {
    if (type !== 'message') return addEventListener.call(this, type, listener);
    return addEventListener.call(this, type, (event) => {
      setTimeout(() => {
        if (event.data.value?.tokens) {
          window.seen.replies++;
          window.seen.in_flight--;
        }
        listener(event);
      }, Math.random() * 60);
    });
  };
}

/** In the page: compares, at every paint, the words shown with the words in the text area at that moment. */
function watch_paints() {
  Object.assign(window.seen, { paints: 0, replies: 0, sent: 0 });
  new MutationObserver(() => {
    const chips = [...document.querySelectorAll('#text-tokens .chip')]
      .map((chip) => chip.dataset.text)
      .join(' ');
    const text = document.querySelector('#text').value.trim();
    if (chips === '') return;
    window.seen.paints++;
    if (chips !== text) window.seen.stale.push({ chips, text });
  }).observe(document.querySelector('#text-tokens ol'), { childList: true });
}
