// Pictures of the page for people to look at: light, dark and phone, both tabs.
//
//   node tests/browser/screenshots.mjs FOLDER
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium_of, close_all, serve_page } from './support.mjs';

const folder = process.argv[2] ?? 'build/screenshots';
mkdirSync(folder, { recursive: true });
const url = await serve_page();
const browser = await chromium_of();
const looks = [
  ['light', { viewport: { width: 1280, height: 800 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ['tablet', { viewport: { width: 820, height: 1100 }, colorScheme: 'light' }],
  ['phone', { viewport: { width: 375, height: 667 }, colorScheme: 'light', hasTouch: true, isMobile: true }],
  [
    'phone-dark',
    { viewport: { width: 360, height: 640 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
  ],
];
for (const [look, options] of looks) {
  const context = await browser.newContext(options);
  for (const [name, hash, tab] of [
    ['text', '', 'text'],
    ['unknown', '#text=Pelayanan zorbatik itu lama sekali dan membuat saya kecewa.', 'text'],
    ['picture', '#tab=picture&sample=cat', 'picture'],
  ]) {
    const page = await context.newPage();
    await page.goto(url + hash);
    await page.locator(`#${tab}-result[data-state=painted]`).waitFor();
    if (name === 'unknown') await page.locator('#panel-text summary').click();
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(folder, `${look}-${name}.png`), fullPage: true });
    await page.close();
  }
  await context.close();
}
console.log(`screenshots in ${folder}`);
await close_all();
