// The picture tab: every way in, what the network sees, crop and fit, photographs held sideways.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { png, red_and_blue, with_orientation } from './pictures.mjs';
import { answered, bars, dist, give_file, open_page, serve_page, skip, verdict } from './support.mjs';

const url = skip ? '' : await serve_page();
const options = { skip, timeout: 60_000 };
const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const caption = (page) => page.locator('#picture-caption').textContent();

async function open_picture_tab() {
  const page = await open_page(`${url}#tab=picture`);
  await page.locator('#panel-picture').waitFor();
  return page;
}

/** One pixel of what the network sees. */
function seen_pixel(page, x, y) {
  return page
    .locator('#picture-seen')
    .evaluate(
      (canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data.slice(0, 3)],
      [x, y],
    );
}

test('upload: a file becomes ten bars and the exact 32 x 32 pixels', options, async () => {
  const page = await open_picture_tab();
  await page.setInputFiles('#picture-file', {
    name: 'halves.png',
    mimeType: 'image/png',
    buffer: red_and_blue,
  });
  await answered(page, 'picture');
  const rows = await bars(page, 'picture');
  assert.deepEqual(
    rows.map((row) => row.label),
    classes,
  );
  assert.equal(rows.filter((row) => row.best).length, 1);
  assert.equal(await caption(page), 'halves.png, 64 × 64 pixels');
  const canvas = page.locator('#picture-seen');
  assert.deepEqual(await canvas.evaluate(({ width, height }) => [width, height]), [32, 32]);
  assert.equal(await canvas.evaluate((element) => getComputedStyle(element).imageRendering), 'pixelated');
  const [left, right] = [await seen_pixel(page, 4, 16), await seen_pixel(page, 28, 16)];
  assert.ok(left[0] > 200 && left[2] < 60, `left is red: ${left}`);
  assert.ok(right[2] > 200 && right[0] < 60, `right is blue: ${right}`);
  assert.deepEqual(page.trouble, []);
});

for (const how of ['drop', 'paste']) {
  test(`${how}: a picture given anywhere on the page opens the picture tab`, options, async () => {
    const page = await open_page(url);
    await answered(page);
    await give_file(page, how, { name: `${how}ped.png`, type: 'image/png', bytes: red_and_blue });
    await answered(page, 'picture');
    assert.equal(await page.locator('#tab-picture').getAttribute('aria-selected'), 'true');
    assert.match(await caption(page), new RegExp(`^${how}ped.png`));
    assert.equal(await page.locator('html.dropping').count(), 0, 'the drop overlay is gone');
  });
}

test('drop: a text file goes to the text tab', options, async () => {
  const page = await open_picture_tab();
  await give_file(page, 'drop', { name: 'note.txt', type: 'text/plain', bytes: Buffer.from('sangat bagus') });
  await page.waitForFunction(() => document.querySelector('#text').value === 'sangat bagus');
  assert.equal(await page.locator('#tab-text').getAttribute('aria-selected'), 'true');
});

test('every drawn sample is shown, and its class is judged honestly', options, async () => {
  const page = await open_picture_tab();
  let right = 0;
  for (const name of classes) {
    await page.locator('.sample', { hasText: name }).click();
    await page.locator('#picture-caption', { hasText: `${name}.webp, 160 × 160 pixels` }).waitFor();
    await page.locator('#picture-result .expected', { hasText: `“${name}”` }).waitFor();
    const expected = await page.locator('#picture-result .expected').textContent();
    const is_right = (await verdict(page, 'picture')) === name;
    assert.equal(expected.startsWith('Right'), is_right, expected);
    right += is_right;
  }
  console.log(`# the image model knows ${right} of the ${classes.length} drawings`);
  assert.ok(right >= 8, `the image model knows only ${right} of the ten drawings`);
});

test('crop keeps the middle, fit keeps the whole picture', options, async () => {
  const page = await open_picture_tab();
  const wide = png(96, 32, (x) => (x < 32 ? [230, 20, 20] : x < 64 ? [20, 200, 20] : [20, 20, 230]));
  await page.setInputFiles('#picture-file', { name: 'wide.png', mimeType: 'image/png', buffer: wide });
  await answered(page, 'picture');
  const middle = await seen_pixel(page, 2, 16);
  assert.ok(middle[1] > 150 && middle[0] < 90, `cropped to the green middle: ${middle}`);
  await page.getByLabel('Keep the whole picture').check();
  await page.waitForFunction(() => {
    const [red, green] = document
      .querySelector('#picture-seen')
      .getContext('2d')
      .getImageData(2, 16, 1, 1).data;
    return red > 150 && green < 90;
  });
});

test('a photograph held sideways is turned upright', options, async () => {
  const page = await open_picture_tab();
  const data = await page.evaluate(() => {
    const canvas = new OffscreenCanvas(80, 40);
    const context = canvas.getContext('2d');
    context.fillStyle = '#2a2';
    context.fillRect(0, 0, 80, 40);
    return canvas
      .convertToBlob({ type: 'image/jpeg' })
      .then(async (blob) => [...new Uint8Array(await blob.arrayBuffer())]);
  });
  const jpeg = Buffer.from(data);
  await page.setInputFiles('#picture-file', { name: 'flat.jpg', mimeType: 'image/jpeg', buffer: jpeg });
  await page.locator('#picture-caption', { hasText: 'flat.jpg, 80 × 40 pixels' }).waitFor();
  const turned = with_orientation(jpeg, 6);
  await page.setInputFiles('#picture-file', { name: 'turned.jpg', mimeType: 'image/jpeg', buffer: turned });
  await page.locator('#picture-caption', { hasText: 'turned.jpg, 40 × 80 pixels' }).waitFor();
});

test('a large photograph is made smaller first and still answered', options, async () => {
  const page = await open_picture_tab();
  const large = png(6_000, 2_400, (x) => [x % 256, 90, 120]);
  await page.setInputFiles('#picture-file', { name: 'large.png', mimeType: 'image/png', buffer: large });
  await page
    .locator('#picture-caption', { hasText: '6,000 × 2,400 pixels, first made 2,048 × 819' })
    .waitFor();
  await answered(page, 'picture');
});

test('the newest picture wins, whichever was ready first', options, async () => {
  const page = await open_picture_tab();
  const slow = png(4_000, 4_000, (x, y) => [x % 256, y % 256, (x * y) % 256]);
  await page.setInputFiles('#picture-file', { name: 'slow.png', mimeType: 'image/png', buffer: slow });
  await page.setInputFiles('#picture-file', {
    name: 'quick.png',
    mimeType: 'image/png',
    buffer: red_and_blue,
  });
  await page.locator('#picture-caption', { hasText: 'quick.png' }).waitFor();
  await answered(page, 'picture');
  await page.waitForTimeout(1_500);
  assert.match(await caption(page), /^quick\.png/);
  assert.equal(await page.locator('#picture-notice [role=alert]').count(), 0);
  assert.equal(await page.locator('#picture-status [role=alert]').count(), 0);
});

test('what each layer makes of the picture follows the picture', options, async () => {
  const page = await open_picture_tab();
  const look = async (name) => {
    await page.locator('.sample', { hasText: name }).click();
    await page.locator('#picture-result .expected', { hasText: `“${name}”` }).waitFor();
    await page.waitForTimeout(300);
    return page
      .locator('#picture-maps canvas')
      .evaluateAll((canvases) => canvases.map((canvas) => canvas.toDataURL()));
  };
  assert.deepEqual(await look('ship'), [], 'nothing is computed for a closed view');
  await page.locator('#picture-inside summary').click();
  await page.locator('#picture-maps canvas').first().waitFor();
  const [ship, frog] = [await look('ship'), await look('frog')];
  assert.ok(ship.length >= 2, `${ship.length} layers`);
  ship.forEach((maps, i) => assert.notEqual(maps, frog[i], `layer ${i} sees another picture`));
});

test('a transparent picture is seen on white', options, async () => {
  const page = await open_picture_tab();
  const data = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 40);
    canvas.getContext('2d').clearRect(0, 0, 40, 40);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
  });
  await page.setInputFiles('#picture-file', {
    name: 'clear.png',
    mimeType: 'image/png',
    buffer: Buffer.from(data),
  });
  await answered(page, 'picture');
  assert.deepEqual(await seen_pixel(page, 10, 10), [255, 255, 255]);
});

test('a sample of the built page is a WebP of this project', options, async () => {
  for (const name of classes) {
    const bytes = readFileSync(`${dist}/samples/${name}.webp`);
    assert.equal(bytes.subarray(8, 12).toString('latin1'), 'WEBP');
    assert.ok(bytes.length < 10_000, `${name}.webp is ${bytes.length} bytes`);
  }
});
