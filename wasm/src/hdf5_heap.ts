// Many links or attributes of a group: they lie in a fractal heap, and a tree (a B-tree of version 2) lists them by name.
// HDF5 writes this from the ninth link on where a name is not ASCII, and always in its newest way.
// https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
import { nowhere, type ByteReader } from './byte_reader.js';
import { message, type Message } from './hdf5_header.js';
import { NameTreeReader, width_of } from './hdf5_names.js';

/** What differs between the two lists. */
const kinds = {
  links: { type: message.link, tree: 5, id_at: 4, after_id: 0, index_bytes: 8 },
  attributes: { type: message.attribute, tree: 8, id_at: 0, after_id: 9, index_bytes: 2 },
} as const;

/** A direct block: a part of the heap's own addresses, and where the file has it. */
interface Block {
  /** In the heap. */
  begin: number;
  end: number;
  /** In the file. */
  address: number;
}

interface Heap {
  address: number;
  id_bytes: number;
  /** Of an object's place in the heap, and of its size. */
  place_bytes: number;
  size_bytes: number;
  /** Columns of the table of blocks. The sizes of its rows are first, first, 2 first, 4 first and so on. */
  width: number;
  first: number;
  largest: number;
  /** What stands in a direct block before its objects. */
  block_header: number;
  blocks: Block[];
}

export class DenseReader {
  private readonly file: ByteReader;
  private readonly visit_once: (address: number, what: string) => void;
  private readonly trees: NameTreeReader;
  /** Of all blocks and of all objects: more than the file has means that they lie on one another. */
  private block_bytes = 0;
  private object_bytes = 0;

  constructor(file: ByteReader, visit_once: (address: number, what: string) => void) {
    this.file = file;
    this.visit_once = visit_once;
    this.trees = new NameTreeReader(file, visit_once);
  }

  /** The messages that the content of a link info or attribute info message leads to; none where there is no heap. */
  read({ at, size }: Message, of: keyof typeof kinds): Message[] {
    const { file } = this;
    const kind = kinds[of];
    const flags = file.u8(at + 1);
    const where = at + 2 + (flags & 1 ? kind.index_bytes : 0);
    if (file.u8(at) !== 0 || where + 16 > at + size) file.damaged(at, `where a group's ${of} lie`);
    if (file.u64(where) === nowhere) return [];
    const heap = this.heap(file.u64(where));
    const record_bytes = kind.id_at + heap.id_bytes + kind.after_id;
    const records = this.trees.read(file.u64(where + 8), kind.tree, record_bytes);
    return records.map((record) => {
      // Then its identifier is one of a heap for the whole file.
      if (of === 'attributes' && (file.u8(record + heap.id_bytes) & 2) !== 0)
        file.fail(
          'shares attributes between its objects, which is not read; save the model again with Keras',
        );
      return this.object(heap, record + kind.id_at, kind.type);
    });
  }

  private heap(address: number): Heap {
    const { file } = this;
    this.visit_once(address, 'a heap');
    file.need_start(address, 'FRHP', 'heap of a group');
    file.need(address, 146, 'the heap of a group');
    if (file.u16(address + 7) !== 0) this.refuse('compressed');
    const width = file.u16(address + 110);
    const first = file.u64(address + 112);
    const largest = file.u64(address + 120);
    const bits = file.u16(address + 128);
    const powers = [width, first, largest].every((value) => Number.isInteger(Math.log2(value)));
    if (file.u8(address + 4) !== 0 || !powers || first > largest || largest > 2 ** 32 || bits > 64)
      file.damaged(address, "the sizes of a heap's blocks");
    const place_bytes = Math.ceil(bits / 8);
    // As HDF5 counts them: of a block's places, and of the largest size of an object.
    const size_bytes = Math.min(
      Math.ceil(Math.log2(largest) / 8),
      width_of(Math.max(file.u32(address + 10), 1)),
    );
    const id_bytes = file.u16(address + 5);
    if (size_bytes === 0 || place_bytes === 0 || 1 + place_bytes + size_bytes > id_bytes || id_bytes > 64)
      file.damaged(address + 5, "the size of a heap's addresses");
    const block_header = 13 + place_bytes + (file.u8(address + 9) & 2 ? 4 : 0);
    const blocks: Block[] = [];
    const heap = { address, id_bytes, place_bytes, size_bytes, width, first, largest, block_header, blocks };
    const root = file.u64(address + 132);
    const rows = file.u16(address + 140);
    if (root === nowhere) return heap;
    if (rows === 0) this.direct_block(heap, root, 0, first);
    else this.indirect_block(heap, root, 0, rows);
    return heap;
  }

  private direct_block(heap: Heap, address: number, begin: number, size: number): void {
    this.block(heap, address, 'FHDB', begin, size);
    heap.blocks.push({ begin, end: begin + size, address });
  }

  /** A table of blocks, each row of it one of direct blocks, or beyond the largest of these one of more tables. */
  private indirect_block(heap: Heap, address: number, begin: number, rows: number): void {
    const { file } = this;
    const { width, first, largest } = heap;
    if (rows > 64) file.damaged(address, 'a table of at most 64 rows');
    const entries = address + 13 + heap.place_bytes;
    this.block(heap, address, 'FHIB', begin, entries - address + rows * width * 8);
    let place = begin;
    for (let row = 0; row < rows; row++) {
      const size = first * 2 ** Math.max(row - 1, 0);
      for (let column = 0; column < width; column++, place += size) {
        const child = file.u64(entries + (row * width + column) * 8);
        if (child === nowhere) continue;
        // A table's rows are so many that all of its blocks together have its size.
        if (size <= largest) this.direct_block(heap, child, place, size);
        else this.indirect_block(heap, child, place, Math.log2(size / (first * width)) + 1);
      }
    }
  }

  /** Checks a block's beginning, and that all of it is there. */
  private block(heap: Heap, address: number, signature: string, begin: number, size: number): void {
    const { file } = this;
    this.visit_once(address, 'a block of a heap');
    file.need_start(address, signature, 'block of a heap');
    file.need(address, size, 'a block of a heap');
    if (
      file.u8(address + 4) !== 0 ||
      file.u64(address + 5) !== heap.address ||
      file.unsigned(address + 13, heap.place_bytes) !== begin
    )
      file.damaged(address, `the block of a heap that begins at its byte ${begin}`);
    this.block_bytes += size;
    if (this.block_bytes > file.size) file.damaged(address, 'blocks of heaps that do not overlap');
  }

  /** What an identifier in a tree's record names. */
  private object(heap: Heap, id: number, type: number): Message {
    const { file } = this;
    const kind = file.u8(id) >> 4;
    if (kind === 1) this.refuse('huge');
    if (kind === 2) this.refuse('tiny');
    const place = file.unsigned(id + 1, heap.place_bytes);
    const size = file.unsigned(id + 1 + heap.place_bytes, heap.size_bytes);
    const what = 'a place in the heap of a group';
    const block = block_of(heap.blocks, place) ?? file.damaged(id, what);
    if (kind !== 0 || place < block.begin + heap.block_header || place + size > block.end)
      file.damaged(id, what);
    this.object_bytes += size;
    if (this.object_bytes > file.size) file.damaged(id, 'objects of heaps that do not overlap');
    return { type, at: block.address + place - block.begin, size };
  }

  private refuse(what: string): never {
    return this.file.fail(
      `keeps a group's links or attributes in a heap with ${what} objects, which are not read; save the model again with Keras`,
    );
  }
}

/** By bisection: the blocks stand in the order of their places. */
function block_of(blocks: Block[], place: number): Block | undefined {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle] as Block).end <= place) low = middle + 1;
    else high = middle;
  }
  const found = blocks[low];
  return found && found.begin <= place ? found : undefined;
}
