// Times of the built page in Chromium, for people to read; nothing fails here, because the numbers depend on the machine.
//
//   node tests/browser/bench.mjs [--slow]      --slow: 1.6 Mbit/s, 150 ms, a processor four times slower
import { answered, close_all, open_page, serve_page } from './support.mjs';

const slow = process.argv.includes('--slow');
const url = await serve_page();

async function slow_down(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const throughput = (1.6e6 / 8) * 0.9;
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

/** In the page: the time from every input event to the paint of its answer, and every task over 50 ms. */
function watch() {
  window.times = [];
  window.long_tasks = [];
  let typed = 0;
  addEventListener('input', () => (typed = performance.now()), true);
  new MutationObserver(() => window.times.push(performance.now() - typed)).observe(
    document.querySelector('#text-tokens ol'),
    { childList: true },
  );
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.long_tasks.push(Math.round(duration));
  }).observe({ type: 'longtask' });
}

const at = (values, part) => [...values].sort((a, b) => a - b)[Math.floor(values.length * part)]?.toFixed(1);

const page = await open_page('about:blank', { before: slow ? slow_down : undefined });
await page.goto(url);
await answered(page);
const first = await page.evaluate(() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return { paint: paint?.startTime, answer: performance.now() };
});
console.log(`first paint ${first.paint?.toFixed(0)} ms, first answer within ${first.answer.toFixed(0)} ms`);

await page.evaluate(watch);
await page.fill('#text', '');
await page.locator('#text').focus();
await page.keyboard.type('saya suka sekali makanan di sini karena enak murah dan pelayannya ramah', {
  delay: 50,
});
await page.waitForTimeout(500);
const { times, long_tasks } = await page.evaluate(() => ({
  times: window.times,
  long_tasks: window.long_tasks,
}));
console.log(
  `key to answer: median ${at(times, 0.5)} ms, 95 % ${at(times, 0.95)} ms over ${times.length} answers`,
);
console.log(`tasks over 50 ms while typing: ${long_tasks.length > 0 ? long_tasks.join(', ') : 'none'}`);
console.log(await page.locator('#text-result .timing').innerText());

await page.locator('#tab-picture').click();
await page.locator('.sample').first().click();
await answered(page, 'picture');
const networks = [];
for (let i = 0; i < 20; i++) {
  await page.locator(i % 2 ? 'input[value=crop]' : 'input[value=fit]').check();
  await page.waitForTimeout(50);
  networks.push(parseFloat(await page.locator('#picture-result .timing').innerText()));
}
console.log(`picture, in the network: median ${at(networks, 0.5)} ms, 95 % ${at(networks, 0.95)} ms`);
await close_all();
