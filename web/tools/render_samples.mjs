// Renders samples/*.svg to public/samples/*.webp (160 x 160) with Chromium. Run after changing a drawing:
//
//   node tools/render_samples.mjs
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const here = fileURLToPath(new URL('..', import.meta.url));
const target = join(here, 'public/samples');
const side = 160;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
await mkdir(target, { recursive: true });
for (const file of (await readdir(join(here, 'samples'))).filter((name) => name.endsWith('.svg')).sort()) {
  const svg = await readFile(join(here, 'samples', file), 'utf8');
  const webp = await page.evaluate(
    async ({ svg, side }) => {
      const image = new Image(side, side);
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = side;
      canvas.getContext('2d').drawImage(image, 0, 0, side, side);
      return canvas.toDataURL('image/webp', 0.86).split(',')[1];
    },
    { svg, side },
  );
  const bytes = Buffer.from(webp, 'base64');
  await writeFile(join(target, file.replace('.svg', '.webp')), bytes);
  console.log(`${file}: ${bytes.length} bytes`);
}
await browser.close();
