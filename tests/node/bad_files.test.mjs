// Whatever is wrong, the promise rejects or the call throws with one clear line, and the next model loads as if nothing
// had been.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LapisError, loadModel } from '../../wasm/dist/index.js';
import { header_bytes, image_model, model_file, tensor_model, text_model } from './models.mjs';

/** Rejects with one line of the library's, never with a bare number or a trap. */
async function rejects(promise, text = /./) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof LapisError, `${error?.constructor?.name}: ${error}`);
    assert.match(error.message, text);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}
const throws = (call, text) => rejects((async () => call())(), text);

test('a model file truncated at every byte of its header, and in its data', async () => {
  const { file } = tensor_model();
  const header = header_bytes(file);
  for (let length = 0; length <= header; length++) await rejects(loadModel(file.subarray(0, length)));
  for (const length of [header + 1, file.length - 4, file.length - 1])
    await rejects(loadModel(file.subarray(0, length)));
  await rejects(loadModel(new Uint8Array([...file, 0])));
  await loadModel(file);
});

test('a model file with one bit turned in every byte of its header never traps', async () => {
  const { file } = text_model();
  const header = header_bytes(file);
  let loaded = 0;
  for (let i = 0; i < header; i += 3) {
    const damaged = file.slice();
    damaged[i] ^= 1 << (i % 8);
    try {
      await loadModel(damaged);
      loaded++;
    } catch (error) {
      assert.ok(error instanceof LapisError, `byte ${i}: ${error}`);
    }
  }
  assert.ok(loaded < header / 3, 'every damaged file loaded');
});

test('model files that are wrong in one way', async () => {
  const { description } = tensor_model();
  const { tensors, layers } = description;
  const with_changes = (changes) => model_file({ ...description, ...changes });
  const kernel = tensors['hidden/kernel'];
  await rejects(
    loadModel(with_changes({ tensors: { ...tensors, 'hidden/kernel': { ...kernel, shape: [5, 4] } } })),
    /hidden\/kernel.*\[5,4\].*\[4,5\]/,
  );
  const not_a_number = kernel.data.map((value, i) => (i === 3 ? NaN : value));
  await rejects(
    loadModel(with_changes({ tensors: { ...tensors, 'hidden/kernel': { ...kernel, data: not_a_number } } })),
    /hidden\/kernel/,
  );
  const { 'last/bias': _, ...missing } = tensors;
  await rejects(loadModel(with_changes({ tensors: missing })), /last\/bias/);
  await rejects(
    loadModel(with_changes({ tensors: { ...tensors, extra: { shape: [1], data: [0] } } })),
    /extra/,
  );
  await rejects(
    loadModel(with_changes({ layers: [{ class_name: 'Dance', config: { name: 'hidden' } }, layers[1]] })),
    /Dance/,
  );
  await rejects(
    loadModel(
      with_changes({ layers: [{ ...layers[0], config: { ...layers[0].config, unitz: 1 } }, layers[1]] }),
    ),
    /unitz/,
  );
  const turned = kernel.data.map((value, i) => (i === 0 ? value + 1 : value));
  await rejects(
    loadModel(with_changes({ tensors: { ...tensors, 'hidden/kernel': { ...kernel, data: turned } } })),
    /self-?test/i,
  );
  await rejects(loadModel(with_changes({ labels: ['one'] })), /label/);
});

test('inputs that do not fit', async () => {
  const tensor = await loadModel(tensor_model().file);
  await throws(() => tensor.predict(new Float32Array(5), [1, 5]), /\[1,5\].*small_tensor/);
  await throws(() => tensor.predict(new Float32Array(5), [1, 4]), /does not fit/);
  await throws(() => tensor.predict(new Float32Array(4), [1, 2, 2]), /shape/);
  await throws(() => tensor.predict(new Float32Array(0), [0, 4]), /shape/);
  await throws(() => tensor.predict(new Float32Array(4), [-1, -4]), /shape/);
  await throws(() => tensor.predict([1, 2, 3, 4], [1, 4]), /Float32Array/);
  await throws(() => tensor.predictText('x'), /does not take texts/);
  await throws(
    () => tensor.predictImage({ data: new Uint8Array(3), width: 1, height: 1, channels: 3 }),
    /pictures/,
  );

  const text = await loadModel(text_model().file);
  await throws(() => text.predictText(''), /empty/);
  await throws(() => text.predictText('... !!'), /word/);
  await throws(() => text.predictText('enak '.repeat(200_000)), /1000000 bytes.*shorten/);
  assert.equal(text.predictText('enak '.repeat(2000)).truncated, 1994);
  for (const id of [-1, 6, 0.5, NaN, Infinity, 1e20])
    await throws(() => text.predict(new Float32Array([id, 0, 0, 0, 0, 0]), [1, 6]), /token/);

  const image = await loadModel(image_model().file);
  const picture =
    (width, height, channels = 3, bytes = width * height * channels) =>
    () =>
      image.predictImage({ data: new Uint8Array(bytes), width, height, channels });
  await throws(picture(0, 10));
  await throws(picture(10, 0));
  await throws(picture(20_000, 1, 3), /20000/);
  await throws(picture(-4, -4));
  await throws(picture(4.5, 4, 3, 54));
  await throws(picture(NaN, 4, 3, 48));
  await throws(picture(4, 4, 3, 47), /48 bytes, found 47/);
  await throws(picture(4, 4, 2));
  picture(4, 4)();
});

test('a disposed model says so, and disposing twice is nothing', async () => {
  const model = await loadModel(tensor_model().file);
  const trainer = model.createTrainer();
  model.dispose();
  model.dispose();
  await throws(() => model.predict(new Float32Array(4), [1, 4]), /disposed/);
  trainer.dispose();
  await throws(() => trainer.step(new Float32Array(4), [1, 4], [0]), /disposed/);
});

let server;
let address;
const folder = mkdtempSync(join(tmpdir(), 'lapis-node-'));
const { file } = tensor_model();
before(async () => {
  writeFileSync(join(folder, 'model.safetensors'), file);
  server = createServer((request, response) => {
    if (request.url === '/model.safetensors') {
      response.setHeader('content-length', file.length);
      response.write(file.subarray(0, 100));
      setTimeout(() => response.end(file.subarray(100)), 20);
    } else if (request.url === '/broken.safetensors') {
      response.setHeader('content-length', file.length);
      response.write(file.subarray(0, 100), () => setTimeout(() => response.destroy(), 20));
    } else if (request.url?.startsWith('/page')) {
      response.setHeader('content-type', 'text/html');
      response.end('<!DOCTYPE html><title>not found</title>');
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('models from an address, with progress, from a path and from a file: URL', async () => {
  const seen = [];
  const model = await loadModel(`${address}/model.safetensors`, {
    onProgress: (progress) => seen.push(progress),
  });
  assert.equal(model.info.name, 'small_tensor');
  assert.ok(seen.length >= 2);
  assert.deepEqual(seen.at(-1), { loaded: file.length, total: file.length });
  assert.ok(seen.every(({ loaded }, i) => i === 0 || loaded >= seen[i - 1].loaded));
  await loadModel(join(folder, 'model.safetensors'));
  await loadModel(new URL(`file://${folder}/model.safetensors`));
});

test('addresses that do not lead to a model', async () => {
  await rejects(loadModel(`${address}/gone.safetensors`), /gone\.safetensors.*404/);
  await rejects(loadModel(`${address}/page.safetensors`), /HTML/);
  await rejects(loadModel(`${address}/broken.safetensors`), /broken\.safetensors.*100 bytes/);
  await rejects(loadModel('http://127.0.0.1:1/x.safetensors'), /cannot be fetched/);
  await rejects(loadModel(join(folder, 'none.safetensors')), /none\.safetensors/);
  await rejects(loadModel(42), /address/);
});

test('a .wasm that is none, or a server that answers with a page', async () => {
  await rejects(loadModel(file, { wasm: `${address}/page.wasm` }), /server sent HTML/);
  await rejects(loadModel(file, { wasm: `${address}/gone.wasm` }), /404/);
  await rejects(loadModel(file, { wasm: new Uint8Array([1, 2, 3]) }), /not a WebAssembly file/);
  await rejects(loadModel(file, { wasm: new Uint8Array([0, 0x61, 0x73, 0x6d, 9, 9, 9, 9]) }), /cannot run/);
  // An empty but valid module of somebody else's.
  await rejects(
    loadModel(file, { wasm: new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) }),
    /another version/,
  );
  await loadModel(file);
});
