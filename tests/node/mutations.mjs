// Model files damaged in ways that reach deep: bytes, numbers and words inside JSON, members of zips put back with right
// checksums. The same seed makes the same files.
import { createRequire } from 'node:module';

const { unzipSync, zipSync } = createRequire(new URL('../../wasm/package.json', import.meta.url))('fflate');

export class Random {
  constructor(seed) {
    this.state = seed >>> 0 || 1;
  }

  /** A whole number from 0 to count - 1. */
  below(count) {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * count);
  }

  of(list) {
    return list[this.below(list.length)];
  }
}

const numbers = [
  0,
  1,
  2,
  3,
  7,
  64,
  255,
  4096,
  65535,
  65536,
  2 ** 20,
  2 ** 24,
  2 ** 28,
  2 ** 30,
  2 ** 31 - 1,
  2 ** 31,
];
const large = [
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 33,
  2 ** 40,
  2 ** 53,
  2 ** 62,
  2 ** 63,
  2 ** 64,
  1e30,
  1e308,
];
const odd = [-1, -2, -(2 ** 31), -(2 ** 63), 0.5, 1e-320, -0.0];
const words = [
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '"same"',
  '"Dense"',
  '"relu"',
  '[[[]]]',
  '"\\u0000"',
  '"\\ud800"',
];

/** A number or text of a JSON text (bytes), a whole member of a list, or a digit, is another. */
function mutated_json(bytes, random) {
  const text = Buffer.from(bytes).toString('latin1');
  const find = random.of([
    /-?\d+(\.\d+)?/g,
    /"[^"\\]{1,40}"/g,
    /[{}[\],:]/g,
    /true|false|null/g,
    /-?\d+(\.\d+)?/g,
  ]);
  const all = [...text.matchAll(find)];
  if (all.length === 0) return mutated_bytes(bytes, random);
  const found = random.of(all);
  const others = [
    () => String(random.of([...numbers, ...large, ...odd])),
    () => String(Number(found[0]) * random.of([2, 4, 16, -1, 1000]) || random.of(numbers)),
    () => random.of(words),
    () => random.of(all)[0],
    () => '',
    () => `${found[0]},${found[0]}`,
  ];
  const other = random.of(others)();
  return Buffer.from(
    `${text.slice(0, found.index)}${other}${text.slice(found.index + found[0].length)}`,
    'latin1',
  );
}

function mutated_bytes(bytes, random) {
  const out = Buffer.from(bytes);
  const changes = 1 + random.below(4);
  for (let i = 0; i < changes; i++) {
    if (out.length < 16) return out;
    // Headers lie at the beginning, directories of zips at the end.
    const near = random.of([64, 512, 4096, out.length]);
    const span = Math.min(near, out.length - 8);
    const at = random.below(4) === 0 ? out.length - 8 - random.below(span) : random.below(span);
    const kind = random.below(7);
    if (kind === 0) out[at] ^= 1 << random.below(8);
    else if (kind === 1) out[at] = random.of([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    else if (kind === 2)
      out.writeUInt32LE(random.of([0, 1, 0x7fffffff, 0x80000000, 0xffffffff, out.length]), at);
    else if (kind === 3)
      out.writeBigUInt64LE(random.of([0n, 1n, 0xffffffffffffffffn, 1n << 32n, 1n << 63n]), at);
    else if (kind === 4) out.copy(out, random.below(out.length), at, at + random.below(64));
    else if (kind === 5) return out.subarray(0, at);
    else return Buffer.concat([out.subarray(0, at), out.subarray(at + random.below(32))]);
  }
  return out;
}

function mutated_safetensors(file, random) {
  const bytes = Buffer.from(file);
  const header = Number(bytes.readBigUInt64LE(0));
  if (random.below(3) === 0) return mutated_bytes(bytes, random);
  let json = mutated_json(bytes.subarray(8, 8 + header), random);
  if (random.below(3) === 0) json = mutated_json(json, random);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, bytes.subarray(8 + header)]);
}

function mutated_keras(file, random) {
  if (random.below(2) === 0) return mutated_bytes(file, random);
  const members = unzipSync(file);
  const name = random.of(['config.json', 'config.json', 'model.weights.h5', random.of(Object.keys(members))]);
  const mutate = name.endsWith('.json') ? mutated_json : mutated_bytes;
  return Buffer.from(
    zipSync({ ...members, [name]: mutate(members[name], random) }, { level: random.of([0, 6]) }),
  );
}

function mutated_h5(file, random) {
  const bytes = Buffer.from(file);
  const begin = bytes.indexOf('{"');
  if (begin < 0 || random.below(2) === 0) return mutated_bytes(bytes, random);
  // The config in its place, of its length.
  const end = begin + random.below(2000);
  const part = mutated_json(bytes.subarray(begin, end), random).subarray(0, end - begin);
  return Buffer.concat([
    bytes.subarray(0, begin),
    part,
    Buffer.alloc(end - begin - part.length, 32),
    bytes.subarray(end),
  ]);
}

/** `kind`: "safetensors", "keras" or "h5". */
export function mutated(kind, file, random) {
  const mutate = { safetensors: mutated_safetensors, keras: mutated_keras, h5: mutated_h5 }[kind];
  return new Uint8Array(mutate(file, random));
}
