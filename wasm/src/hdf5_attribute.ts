// A group's attributes: that their values lie in them, and their texts in the file; and the texts, which are UTF-8 also
// where the file calls them ASCII, as h5py does with Keras's.
import type { ByteReader } from './byte_reader.js';
import type { Message } from './hdf5_header.js';

const fixed_text = 3;
const variable_length = 9;
const most_heap_objects = 500_000;

/** Global heaps, where texts lie. Each is read again for every group that has a text in it. */
export class HeapBudget {
  private readonly file: ByteReader;
  private bytes = 0;
  private objects = 0;

  constructor(file: ByteReader) {
    this.file = file;
  }

  /** Checks a heap whose texts one attribute has. */
  use(address: number): void {
    const { file } = this;
    file.need_start(address, 'GCOL', 'texts of an attribute');
    const size = file.u64(address + 8);
    file.need(address, size, 'the texts of an attribute');
    this.bytes += size;
    if (this.bytes > 16 * file.size + (1 << 24)) file.damaged(address, 'texts that attributes do not share');
    for (let at = address + 16; at + 16 <= address + size; at += 16 + Math.ceil(file.u64(at + 8) / 8) * 8) {
      if (file.u16(at) === 0) break;
      if (at + 16 + file.u64(at + 8) > address + size) file.damaged(at, 'a text of an attribute');
      if (++this.objects > most_heap_objects) file.damaged(at, `at most ${most_heap_objects} texts`);
    }
  }
}

interface Attribute {
  name: string;
  /** Where its type and values are. */
  type: number;
  values: number;
  end: number;
  shape: number[];
}

function attribute_at(file: ByteReader, { at, size }: Message): Attribute {
  const version = file.u8(at);
  if (version !== 1 && version !== 3) file.damaged(at, 'an attribute of version 1 or 3');
  // Bit 0 and 1: its type or shape lies elsewhere.
  if (version === 3 && (file.u8(at + 1) & 3) !== 0)
    file.fail('shares types between attributes, which is not read; save the model again with Keras');
  const padded = (bytes: number): number => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes);
  const begin = at + (version === 1 ? 8 : 9);
  const name_bytes = file.u16(at + 2);
  const type = begin + padded(name_bytes);
  const space = type + padded(file.u16(at + 4));
  const values = space + padded(file.u16(at + 6));
  const end = at + size;
  if (values > end) file.damaged(at, 'a whole attribute');
  const name = file.text(begin, name_bytes, 'the name of an attribute');
  return { name, type, values, end, shape: sizes_of(file, space) };
}

export function check_attribute(file: ByteReader, heaps: HeapBudget, message: Message): void {
  const { type, values, end, shape } = attribute_at(file, message);
  const count = shape.reduce((product, size) => product * size, 1);
  const element = file.u32(type + 4);
  check_type(file, type);
  if (!(count * element <= end - values))
    file.damaged(values, `an attribute's ${count} values of ${element} bytes`);
  if ((file.u8(type) & 15) !== variable_length) return;
  // Lists of other things are nothing that Keras writes.
  if (element !== 16 || (file.u8(type + 1) & 1) !== 1) file.damaged(type, 'texts');
  const used = new Set<number>();
  for (let i = 0; i < count; i++) used.add(file.u64(values + 16 * i + 4));
  for (const heap of used) heaps.use(heap);
}

/** A text alone, or a list of texts; of numbers none. */
export type Texts = string | string[];

/** The attributes of a group whose messages check_attribute has seen, by name. */
export function attribute_texts(file: ByteReader, messages: Message[]): Map<string, Texts> {
  const heaps = new Map<number, Map<number, { at: number; size: number }>>();
  const all = new Map<string, Texts>();
  for (const message of messages) {
    const { name, type, values, shape } = attribute_at(file, message);
    const kind = file.u8(type) & 15;
    const element = file.u32(type + 4);
    const what = `the attribute "${name}"`;
    const is_text = kind === fixed_text || kind === variable_length;
    const count = is_text ? shape.reduce((product, size) => product * size, 1) : 0;
    const texts = Array.from({ length: count }, (_, i) => {
      const at = values + element * i;
      if (kind === fixed_text) return file.text(at, element, what);
      const heap = file.u64(at + 4);
      const objects = heaps.get(heap) ?? heap_objects(file, heap);
      heaps.set(heap, objects);
      const object = objects.get(file.u32(at + 12)) ?? { at, size: 0 };
      return file.text(object.at, Math.min(file.u32(at), object.size), what);
    });
    all.set(name, shape.length === 0 && texts.length === 1 ? (texts[0] ?? '') : texts);
  }
  return all;
}

/** Of a heap that HeapBudget has checked. */
function heap_objects(file: ByteReader, address: number): Map<number, { at: number; size: number }> {
  const objects = new Map<number, { at: number; size: number }>();
  const end = address + file.u64(address + 8);
  for (let at = address + 16; at + 16 <= end && file.u16(at) !== 0;) {
    const size = file.u64(at + 8);
    objects.set(file.u16(at), { at: at + 16, size });
    at += 16 + Math.ceil(size / 8) * 8;
  }
  return objects;
}

/** Of a datatype message: elements of a size, and no types made of types made of types. */
export function check_type(file: ByteReader, at: number): void {
  const enumerated = 8;
  if (file.u32(at + 4) === 0) file.damaged(at + 4, 'elements of at least one byte');
  if ((file.u8(at) & 15) === enumerated && (file.u8(at + 8) & 15) !== 0)
    file.damaged(at + 8, 'whole numbers');
}

/** Of a dataspace message. */
export function sizes_of(file: ByteReader, at: number): number[] {
  const version = file.u8(at);
  if (version !== 1 && version !== 2) file.damaged(at, 'a shape');
  const rank = file.u8(at + 1);
  if (rank > 32) file.damaged(at, 'a shape of at most 32 axes');
  // Version 2 says so where there are no values at all, not even one.
  if (version === 2 && file.u8(at + 3) === 2) return [0];
  const begin = at + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, axis) => file.u64(begin + 8 * axis));
}
