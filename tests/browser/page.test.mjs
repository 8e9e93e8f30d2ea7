// The page as a whole: no other host, accessibility, keyboard, phones, the address, the scalar build, the bytes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { slices } from '../../web/tools/sizes.mjs';
import {
  answered,
  dist,
  foreign_server,
  isolation,
  models,
  open_page,
  require_web,
  sample_answers,
  security_policy,
  serve_page,
  skip,
  text_painted,
  verdict,
} from './support.mjs';

const options = { skip, timeout: 120_000 };
const url = skip ? '' : await serve_page();

for (const without of [[], [...security_policy, ...isolation]]) {
  const where = without.length ? 'a static host without headers' : "the page's own server";
  test(`no request to any other host, not even from the worker: ${where}`, options, async () => {
    const own = await serve_page({ without });
    const foreign = await foreign_server();
    assert.equal(await (await fetch(foreign.url)).text(), 'here', 'the other host can be reached from here');
    foreign.hits.length = 0;

    const page = await open_page(own);
    await answered(page);
    await page.locator('#tab-picture').click();
    await page.locator('.sample').first().click();
    await answered(page, 'picture');
    for (const asked of page.requested) {
      assert.ok(asked.startsWith(own) || asked.startsWith(`blob:${own}`), `asked for ${asked}`);
    }

    const probe = async (address) => {
      const tries = { fetch: () => fetch(address, { mode: 'no-cors' }), import: () => import(address) };
      tries.socket = () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(address.replace('http', 'ws'));
          socket.onopen = resolve;
          socket.onerror = () => reject(new Error('refused'));
        });
      const through = [];
      for (const [name, attempt] of Object.entries(tries)) {
        await attempt().then(
          () => through.push(name),
          () => {},
        );
      }
      return through;
    };
    assert.deepEqual(await page.evaluate(probe, foreign.url), [], 'from the page');
    const [worker, ...others] = page.workers().filter((found) => found.url().startsWith('blob:'));
    assert.deepEqual(others, []);
    assert.deepEqual(await worker.evaluate(probe, foreign.url), [], 'from the worker');
    // A helper waits for work inside WebAssembly and cannot be asked; what binds it is the policy of its script.
    for (const helper of page.workers().filter((found) => found !== worker)) {
      const policy = (await fetch(helper.url())).headers.get('Content-Security-Policy');
      assert.match(policy, /default-src 'none'.*connect-src 'self'/);
    }
    assert.deepEqual(foreign.hits, []);
  });
}

test('the policy allows no inline script, style or eval', options, async () => {
  const html = readFileSync(`${dist}/index.html`, 'utf8');
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1].replaceAll('&#39;', "'") ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
  assert.doesNotMatch(html, /<style| style=|<script(?![^>]*src=)/);
  assert.ok(html.indexOf('Content-Security-Policy') < html.indexOf('<script'), 'the policy comes first');
});

test('no accessibility violation: both tabs, light and dark, desktop and phone', options, async () => {
  const axe = readFileSync(require_web.resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 375]) {
      const page = await open_page(`${url}#text=${encodeURIComponent('makanan zorbatik enak')}`, {
        colorScheme,
        viewport: { width, height: 720 },
        reducedMotion: 'reduce',
      });
      await answered(page);
      await page.evaluate(axe);
      const check = async (where) => {
        const { violations } = await page.evaluate(() =>
          window.axe.run({
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          }),
        );
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(', ')}`,
        );
        assert.deepEqual(found, [], `${where}, ${colorScheme}, ${width} px`);
      };
      await page.locator('#panel-text summary').click();
      await check('text');
      await page.locator('#tab-picture').click();
      await page.locator('.sample').nth(3).click();
      await answered(page, 'picture');
      for (const summary of await page.locator('#panel-picture summary').all()) await summary.click();
      await page.locator('#picture-maps canvas').first().waitFor();
      await page.setInputFiles('#picture-file', {
        name: 'x.png',
        mimeType: 'image/png',
        buffer: Buffer.from('no'),
      });
      await page.locator('#picture-notice [role=alert]').waitFor();
      await check('picture');
      await page.context().close();
    }
  }
});

/** Presses Tab until the focus is where it should be, as somebody without a mouse would. */
async function tab_to(page, selector) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) {
      const outline = await page.evaluate(() => {
        const element = document.activeElement;
        const shown = [element, element.parentElement].map((candidate) => getComputedStyle(candidate));
        return shown.some(
          ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px',
        );
      });
      assert.ok(outline, `the focus on ${selector} can be seen`);
      return;
    }
  }
  assert.fail(`the keyboard never reached ${selector}`);
}

test('everything by keyboard alone', options, async () => {
  const page = await open_page(url);
  await answered(page);
  await tab_to(page, '#tab-text');
  await tab_to(page, '#text-file');
  await tab_to(page, '#text');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('zorbatik bagus');
  await text_painted(page);
  await tab_to(page, '.sentence');
  await tab_to(page, '.sentence');
  await page.keyboard.press('Enter');
  await text_painted(page);
  assert.equal(await page.inputValue('#text'), await page.locator('.sentence-text').nth(1).textContent());
  await tab_to(page, '.chip');
  await page.keyboard.press('ArrowRight');
  assert.match(await page.locator('.chip-detail').textContent(), /^Word 2/);
  await tab_to(page, 'input[name=text-model]');
  const chosen = () => page.locator('input[name=text-model]:checked').inputValue();
  const before = await chosen();
  await page.keyboard.press('ArrowDown');
  await page.waitForFunction(
    (old) => document.querySelector('input[name=text-model]:checked').value !== old,
    before,
  );
  await answered(page);
  await tab_to(page, 'summary');
  await page.keyboard.press('Enter');
  await tab_to(page, '.scroller');
  await tab_to(page, '#text-model-file');

  await page.locator('#tab-text').focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('#panel-picture').isVisible(), true);
  await tab_to(page, '#picture-file');
  await tab_to(page, '.sample');
  await page.keyboard.press('Space');
  await answered(page, 'picture');
  await tab_to(page, 'input[name=fit]');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByLabel('Keep the whole picture').isChecked(), true);
  assert.deepEqual(page.trouble, []);
});

test('the best answer is announced once typing pauses', options, async () => {
  const page = await open_page(url);
  await answered(page);
  await page.fill('#text', 'bagus');
  await text_painted(page);
  const best = await verdict(page);
  await page.locator('#announcer', { hasText: `${best}, ` }).waitFor();
});

for (const width of [360, 375]) {
  test(`a phone of ${width} px: nothing sticks out, every target is large enough`, options, async () => {
    const page = await open_page(url, { viewport: { width, height: 667 }, hasTouch: true, isMobile: true });
    await answered(page);
    for (const tab of ['text', 'picture']) {
      await page.locator(`#tab-${tab}`).tap();
      if (tab === 'picture') {
        await page.locator('.sample').first().tap();
        await answered(page, 'picture');
      }
      for (const summary of await page.locator(`#panel-${tab} summary`).all()) await summary.tap();
      assert.ok(
        (await page.evaluate(() => document.documentElement.scrollWidth)) <= width,
        `${tab} scrolls sideways`,
      );
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('button, summary, label.button, .model-card, .choices label, textarea')]
          .filter((element) => element.checkVisibility())
          .map((element) => ({
            id: element.id || element.className || element.tagName,
            box: element.getBoundingClientRect(),
          }))
          .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
          .map(({ id, box }) => `${id} ${box.width.toFixed(0)} x ${box.height.toFixed(0)}`),
      );
      assert.deepEqual(small, []);
    }
  });
}

test('the address keeps tab, model and text, and brings them back', options, async () => {
  const other = models.find((model) => model.kind === 'text' && !model.default);
  const page = await open_page(url);
  await answered(page);
  await page.fill('#text', 'bagus & murah #1');
  if (other) await page.locator(`input[value=${other.name}]`).check();
  await page.waitForFunction((name) => location.hash.includes(name), other?.name ?? 'murah');
  const again = await open_page(page.url());
  await answered(again);
  assert.equal(await again.inputValue('#text'), 'bagus & murah #1');
  if (other) assert.equal(await again.locator('input[name=text-model]:checked').inputValue(), other.name);
  await again.fill('#text', 'x'.repeat(501));
  await again.waitForFunction(() => !location.hash.includes('text='));

  const picture = await open_page(`${url}#tab=picture&sample=frog&fit=fit`);
  await answered(picture, 'picture');
  assert.match(await picture.locator('#picture-caption').textContent(), /^frog/);
  assert.equal(await picture.getByLabel('Keep the whole picture').isChecked(), true);
  const nonsense = await open_page(`${url}#tab=%FF&text_model=none&sample=unicorn&fit=7`);
  await answered(nonsense);
  assert.deepEqual(nonsense.trouble, []);
});

test('every model can be chosen, shows its layers and answers', options, async () => {
  const page = await open_page(url);
  await answered(page);
  for (const model of models) {
    const tab = model.kind === 'text' ? 'text' : 'picture';
    await page.locator(`#tab-${tab}`).click();
    if (tab === 'picture') await page.locator('.sample').first().click();
    await page.locator(`input[value=${model.name}]`).check();
    await answered(page, tab);
    const rows = page.locator(`#${tab}-details .layers tbody tr`);
    assert.ok((await rows.count()) >= 3, `${model.name} shows its layers`);
    const facts = await page.locator(`#${tab}-details .facts`).textContent();
    assert.match(facts, new RegExp(`Parameters${model.parameters.toLocaleString('en')}`));
    const card = await page.locator(`.model-card:has(input[value=${model.name}])`).textContent();
    assert.match(card, /\d (kB|MB) · [\d.]+[KM] parameters(Test|Validation): \d+\.\d % · F1 0\.\d\d/);
  }
});

test("a model file of one's own joins the cards of its tab and answers", options, async () => {
  const page = await open_page(`${url}#tab=picture`);
  await page.locator('#panel-picture').waitFor();
  const model = models.find((candidate) => candidate.kind === 'text');
  const buffer = readFileSync(`${dist}/weights/${model.file}`);
  await page.locator('#panel-picture .model-block summary').click();
  await page.setInputFiles('#picture-model-file', { name: 'mine.safetensors', mimeType: '', buffer });
  await page.locator('.model-card', { hasText: 'mine.safetensors' }).waitFor();
  assert.equal(await page.locator('#tab-text').getAttribute('aria-selected'), 'true', 'it reads text');
  await answered(page);
  assert.match(await page.locator('.model-card:has(:checked)').first().textContent(), /^mine\.safetensors/);
  assert.deepEqual(page.trouble, []);
});

test('without SIMD the answers are the same', options, async () => {
  const collect = async (address) => {
    const page = await open_page(address);
    await answered(page);
    const timing = await page.locator('#text-result .timing').textContent();
    return [timing, ...(await sample_answers(page))];
  };
  const [simd_timing, ...simd] = await collect(url);
  const [scalar_timing, ...scalar] = await collect(`${url}?simd=0`);
  assert.match(simd_timing, /with SIMD/);
  assert.match(scalar_timing, /without SIMD/);
  simd.forEach((rows, i) => {
    rows.forEach((row, j) => {
      assert.equal(row.best, scalar[i][j].best);
      assert.ok(Math.abs(row.width - scalar[i][j].width) <= 0.0002, `${row.width} and ${scalar[i][j].width}`);
    });
  });
});

test('every slice of the page is within its limit', options, async () => {
  for (const { name, bytes, limit } of await slices()) {
    console.log(`# ${name}: ${bytes} of ${limit} bytes`);
    assert.ok(bytes <= limit, `${name}: ${bytes} bytes, limit ${limit}`);
  }
});

/** In the page: when the first answer is painted. */
function note_first_answer() {
  new MutationObserver((_, observer) => {
    if (!document.querySelector('#text-result[data-state=painted]')) return;
    window.painted_at = Date.now();
    observer.disconnect();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-state'] });
}

test('measured on the wire: bytes and requests until the first text prediction', options, async () => {
  const page = await open_page('about:blank');
  const done = [];
  page.context().on('requestfinished', (request) => done.push(request));
  await page.addInitScript(note_first_answer);
  await page.goto(url);
  await answered(page);
  // What the idle page fetches afterwards may be here already.
  const painted = await page.evaluate(() => window.painted_at);
  const by_then = done.filter((request) => request.timing().startTime <= painted);
  let total = 0;
  for (const request of by_then) {
    if (request.url().startsWith(url)) total += (await request.sizes()).responseBodySize;
  }
  const asked = by_then.filter((request) => request.url().startsWith(url));
  console.log(`# ${total} bytes in ${new Set(asked.map((request) => request.url())).size} requests`);
  assert.ok(
    asked.some((request) => request.url().endsWith('.wasm')),
    'the worker’s requests are counted too',
  );
  assert.ok(total <= 400_000, `${total} bytes`);
  const files = new Set(asked.map((request) => request.url()));
  assert.ok(files.size <= 9, [...files].join(' '));
});
