// The tree that lists the names of a group whose links or attributes lie in a heap: a B-tree of version 2.
// https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
import { nowhere, type ByteReader } from './byte_reader.js';

const most_records = 200_000;
const most_depth = 10;

export class NameTreeReader {
  private readonly file: ByteReader;
  private readonly visit_once: (address: number, what: string) => void;
  private records = 0;

  constructor(file: ByteReader, visit_once: (address: number, what: string) => void) {
    this.file = file;
    this.visit_once = visit_once;
  }

  /** Where the records of a tree are. */
  read(address: number, type: number, record_bytes: number): number[] {
    const { file } = this;
    this.visit_once(address, 'a tree of names');
    file.need_start(address, 'BTHD', 'tree of names');
    file.need(address, 38, 'the tree of names');
    const node_bytes = file.u32(address + 6);
    const depth = file.u16(address + 12);
    if (file.u8(address + 5) !== type || file.u16(address + 10) !== record_bytes || depth > most_depth)
      file.damaged(address, 'a tree of names');
    const records: number[] = [];
    const root = file.u64(address + 16);
    if (root !== nowhere) {
      const levels = levels_of(node_bytes, record_bytes, depth);
      const read = (node: number, level: number, count: number): void => {
        this.visit_once(node, 'a node of a tree');
        file.need_start(node, level === 0 ? 'BTLF' : 'BTIN', 'node of a tree of names');
        file.need(node, node_bytes, 'a node of a tree of names');
        const { most, pointer_bytes, count_bytes } = levels[level] as Level;
        if (file.u8(node + 5) !== type || count > most)
          file.damaged(node, `a node of a tree with ${count} records`);
        this.records += count;
        if (this.records > most_records)
          file.fail(`more than ${most_records} names in its groups: not a model that Keras saved`);
        for (let i = 0; i < count; i++) records.push(node + 6 + i * record_bytes);
        for (let i = 0; level > 0 && i <= count; i++) {
          const pointer = node + 6 + count * record_bytes + i * pointer_bytes;
          read(file.u64(pointer), level - 1, file.unsigned(pointer + 8, count_bytes));
        }
      };
      read(root, depth, file.u16(address + 24));
    }
    const expected = file.u64(address + 26);
    if (records.length !== expected) file.damaged(address, `${expected} names, found ${records.length}`);
    return records;
  }
}

interface Level {
  /** Records in a node. */
  most: number;
  /** Of a pointer to a node below: its address, its count of records, and of all below it unless it is a leaf. */
  pointer_bytes: number;
  count_bytes: number;
}

/** Of a tree's nodes, from the leaves up: how wide its numbers are follows from how much there may be. */
function levels_of(node_bytes: number, record_bytes: number, depth: number): Level[] {
  const around = 10;
  const most_in_leaf = Math.max(Math.floor((node_bytes - around) / record_bytes), 0);
  const count_bytes = width_of(most_in_leaf);
  const levels = [{ most: most_in_leaf, pointer_bytes: 0, count_bytes }];
  let below = most_in_leaf;
  for (let level = 1; level <= depth; level++) {
    const pointer_bytes = 8 + count_bytes + (level > 1 ? width_of(below) : 0);
    const room = node_bytes - around - pointer_bytes;
    const most = Math.max(Math.floor(room / (record_bytes + pointer_bytes)), 0);
    levels.push({ most, pointer_bytes, count_bytes });
    below = (most + 1) * below + most;
  }
  return levels;
}

/** The bytes that a number up to this one takes. */
export function width_of(largest: number): number {
  let bytes = 1;
  for (let rest = largest; rest >= 256; rest = Math.floor(rest / 256)) bytes++;
  return bytes;
}
