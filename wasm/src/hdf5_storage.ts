// Where a data set's values are and whether the file holds as many as it declares; and their bytes, put together.
import { nowhere, type ByteReader } from './byte_reader.js';
import { check_type, sizes_of } from './hdf5_attribute.js';
import { message, type Message } from './hdf5_header.js';
import { inflate } from './inflate.js';

/** gzip reaches 1,000; whoever declares more declares what is not there. */
const most_expansion = 1000;
const small_data = 1 << 20;
const largest_data = 2 ** 31;

export interface Chunk {
  at: number;
  size: number;
  /** Bit i: filter i was not used here. */
  skipped_filters: number;
  offsets: number[];
}

export interface StoredData {
  shape: number[];
  element_bytes: number;
  /** As safetensors writes it, "F32"; null for what is no number, or big-endian. */
  dtype: string | null;
  /** In the file. */
  stored_bytes: number;
  /** Declared. */
  bytes: number;
  /** One piece, or chunks of one shape that have passed filters. */
  from: { at: number } | { chunks: Chunk[]; chunk_shape: number[]; filters: number[] };
}

const gzip = 1;
const shuffle = 2;
const fletcher32 = 3;
const known_filters = [gzip, shuffle, fletcher32];

/** Reads and checks a data set's messages; `chunks` reads the list of chunks at an address. */
export function stored_data(
  file: ByteReader,
  messages: Message[],
  chunks: (root: number, rank: number) => Chunk[],
): StoredData {
  const need = (type: number, what: string): Message =>
    messages.find((found) => found.type === type) ??
    file.fail(`a data set without ${what}: the file is damaged`);
  if (messages.some(({ type }) => type === message.external_files))
    file.fail(
      'a data set keeps its values in another file, which is not read; save the model with model.save()',
    );
  const shape = sizes_of(file, need(message.dataspace, 'a shape').at);
  const type = need(message.datatype, 'a type').at;
  const element_bytes = element_size(file, type);
  const bytes = shape.reduce((product, size) => product * size, element_bytes);
  if (!(bytes <= largest_data))
    file.fail(`a data set of shape [${shape.join(',')}] declares ${bytes} bytes, at most 2 GiB are read`);
  const { at } = need(message.layout, 'values');
  const version = file.u8(at);
  const kind = file.u8(at + 1);
  if (version === 4 && kind === 3)
    file.fail(
      'a virtual data set takes its values from other files, which are not read; save the model with model.save()',
    );
  if (version !== 3 && !(version === 4 && kind < 2))
    file.fail(
      `a data set is laid out in a way (version ${version}) that is not read; save the model again with Keras`,
    );
  const common = { shape, element_bytes, dtype: dtype_of(file, type), bytes };
  if (kind === 2) return { ...common, ...chunked(file, messages, at, common, chunks) };
  if (kind > 2) file.damaged(at + 1, 'how a data set is laid out');
  const begin = kind === 0 ? at + 4 : file.u64(at + 2);
  const size = kind === 0 ? file.u16(at + 2) : file.u64(at + 10);
  if (begin === nowhere && bytes > 0)
    file.fail(`a data set of shape [${shape.join(',')}] has no values: the model was not saved whole`);
  if (bytes === 0) return { ...common, stored_bytes: 0, from: { at: 0 } };
  if (size < bytes)
    file.fail(
      `a data set of shape [${shape.join(',')}] declares ${bytes} bytes but stores ${size}: the file is damaged`,
    );
  file.need(begin, bytes, `the ${bytes} bytes of a data set`);
  return { ...common, stored_bytes: bytes, from: { at: begin } };
}

/** Bytes of one element. */
function element_size(file: ByteReader, at: number): number {
  check_type(file, at);
  const size = file.u32(at + 4);
  const floating_point = 1;
  if ((file.u8(at) & 15) === floating_point) {
    const [exponent_bits, mantissa_bits] = [file.u8(at + 13), file.u8(at + 15)];
    const ieee: Record<number, string> = { 2: '5,10', 4: '8,23', 8: '11,52' };
    if (ieee[size] !== `${exponent_bits},${mantissa_bits}`)
      file.fail(
        `a data set holds floating-point numbers of ${size} bytes that are not IEEE 754's; save the model as float32`,
      );
  }
  return size;
}

function dtype_of(file: ByteReader, type: number): string | null {
  const [fixed_point, floating_point, enumerated] = [0, 1, 8];
  const kind = file.u8(type) & 15;
  // Truth values have names for their numbers.
  if (kind === enumerated) return dtype_of(file, type + 8);
  const size = file.u32(type + 4);
  const bits = file.u8(type + 1);
  if (![1, 2, 4, 8].includes(size) || ((bits & 1) !== 0 && size > 1)) return null;
  if (kind === fixed_point) return `${bits & 8 ? 'I' : 'U'}${8 * size}`;
  return kind === floating_point ? `F${8 * size}` : null;
}

function chunked(
  file: ByteReader,
  messages: Message[],
  at: number,
  { shape, element_bytes, bytes }: { shape: number[]; element_bytes: number; bytes: number },
  chunks: (root: number, rank: number) => Chunk[],
): Pick<StoredData, 'stored_bytes' | 'from'> {
  const rank = shape.length;
  if (file.u8(at + 2) !== rank + 1 || rank === 0)
    file.damaged(at + 2, 'chunks of as many axes as the data set');
  const chunk_shape = shape.map((_, axis) => file.u32(at + 11 + 4 * axis));
  const chunk_bytes = chunk_shape.reduce((product, size) => product * size, element_bytes);
  const filters = filters_of(
    file,
    messages.find(({ type }) => type === message.filters),
  );
  const expected = shape.reduce(
    (product, size, axis) => product * Math.ceil(size / (chunk_shape[axis] ?? 1)),
    1,
  );
  if (file.u32(at + 11 + 4 * rank) !== element_bytes || chunk_bytes === 0)
    file.damaged(at + 11, 'chunks of a shape');
  const root = file.u64(at + 3);
  const found = bytes === 0 || root === nowhere ? [] : chunks(root, rank);
  if (bytes > 0 && found.length !== expected)
    file.fail(
      `a data set of shape [${shape.join(',')}] has ${found.length} chunks of ${expected}: the model was not saved whole`,
    );
  if (new Set(found.map(({ offsets }) => offsets.join())).size !== found.length)
    file.damaged(at, 'each chunk once');
  const stored_bytes = found.reduce((sum, { size }) => sum + size, 0);
  if (found.length * chunk_bytes > Math.max(small_data, most_expansion * stored_bytes))
    file.fail(
      `a data set of shape [${shape.join(',')}] declares ${found.length * chunk_bytes} bytes but stores ${stored_bytes}: not a file that Keras saved`,
    );
  for (const { offsets } of found)
    if (
      offsets.some(
        (offset, axis) => offset % (chunk_shape[axis] ?? 1) !== 0 || !(offset < (shape[axis] ?? 0)),
      )
    )
      file.damaged(at, 'chunks within their data set');
  return { stored_bytes, from: { chunks: found, chunk_shape, filters } };
}

function filters_of(file: ByteReader, found: Message | undefined): number[] {
  if (!found) return [];
  const version = file.u8(found.at);
  if (version !== 1 && version !== 2) file.damaged(found.at, 'how a data set is compressed');
  const filters: number[] = [];
  let at = found.at + (version === 1 ? 8 : 2);
  for (let i = 0; i < file.u8(found.at + 1); i++) {
    const filter = file.u16(at);
    const has_name = version === 1 || filter > 255;
    const name_bytes = has_name ? file.u16(at + 2) : 0;
    const values = file.u16(at + (has_name ? 6 : 4));
    at +=
      (has_name ? 8 : 6) +
      (version === 1 ? Math.ceil(name_bytes / 8) * 8 + (values + (values % 2)) * 4 : name_bytes + values * 4);
    if (!known_filters.includes(filter) || filters.includes(filter))
      file.fail(
        `a data set is compressed by HDF5 filter ${filter}; read are gzip, shuffle and fletcher32: save it with one of them or with none`,
      );
    filters.push(filter);
  }
  return filters;
}

/** The values' bytes, row-major. Not a copy where they lie in one piece. */
export function bytes_of(file: ByteReader, data: StoredData, where: string): Uint8Array {
  const { from, bytes } = data;
  if ('at' in from) return file.bytes.subarray(from.at, from.at + bytes);
  const out = new Uint8Array(bytes);
  const chunk_bytes = from.chunk_shape.reduce((product, size) => product * size, data.element_bytes);
  for (const chunk of from.chunks) {
    let part = file.bytes.subarray(chunk.at, chunk.at + chunk.size);
    for (let i = from.filters.length - 1; i >= 0; i--) {
      if (chunk.skipped_filters & (1 << i)) continue;
      if (from.filters[i] === fletcher32) part = without_checksum(part, where, file);
      // What fletcher32 adds comes off after this where it was applied before.
      const checked_inside = from.filters.slice(0, i).includes(fletcher32) ? 4 : 0;
      if (from.filters[i] === gzip) part = inflate('zlib', part, chunk_bytes + checked_inside, where);
      if (from.filters[i] === shuffle) part = unshuffled(part, data.element_bytes);
    }
    if (part.length !== chunk_bytes)
      file.fail(`${where}: a chunk of ${part.length} bytes, expected ${chunk_bytes}: the file is damaged`);
    place(part, from.chunk_shape, chunk.offsets, data, out);
  }
  return out;
}

function without_checksum(part: Uint8Array, where: string, file: ByteReader): Uint8Array {
  const end = part.length - 4;
  if (end < 0) file.fail(`${where}: a chunk without its checksum: the file is damaged`);
  let low = 0;
  let high = 0;
  for (let i = 0; i < end; i += 2) {
    low = (low + (((part[i] ?? 0) << 8) | (i + 1 < end ? (part[i + 1] ?? 0) : 0))) % 65535;
    high = (high + low) % 65535;
  }
  const stored = new DataView(part.buffer, part.byteOffset + end, 4).getUint32(0, true);
  if ((stored >>> 16) % 65535 !== high || (stored & 0xffff) % 65535 !== low)
    file.fail(`${where}: a chunk's checksum differs: the file is damaged; copy or save it again`);
  return part.subarray(0, end);
}

/** The filter stands all first bytes of the elements together, then all second ones, and so on. */
function unshuffled(part: Uint8Array, element_bytes: number): Uint8Array {
  const out = new Uint8Array(part.length);
  const count = Math.floor(part.length / element_bytes);
  for (let byte = 0; byte < element_bytes; byte++)
    for (let i = 0; i < count; i++) out[i * element_bytes + byte] = part[byte * count + i] ?? 0;
  const rest = count * element_bytes;
  out.set(part.subarray(rest), rest);
  return out;
}

/** Copies a chunk's part of the data set, run by run along the last axis; what sticks out is left out. */
function place(
  part: Uint8Array,
  chunk_shape: number[],
  offsets: number[],
  data: StoredData,
  out: Uint8Array,
): void {
  const { shape, element_bytes } = data;
  const last = shape.length - 1;
  const size = (axis: number): number => shape[axis] ?? 1;
  const run = Math.min(chunk_shape[last] ?? 1, size(last) - (offsets[last] ?? 0)) * element_bytes;
  const copy = (axis: number, from: number, to: number): void => {
    if (axis === last) {
      const begin = from * (chunk_shape[last] ?? 1) * element_bytes;
      out.set(part.subarray(begin, begin + run), (to * size(last) + (offsets[last] ?? 0)) * element_bytes);
      return;
    }
    const offset = offsets[axis] ?? 0;
    const rows = Math.min(chunk_shape[axis] ?? 1, size(axis) - offset);
    for (let i = 0; i < rows; i++)
      copy(axis + 1, from * (chunk_shape[axis] ?? 1) + i, to * size(axis) + offset + i);
  };
  copy(0, 0, 0);
}
