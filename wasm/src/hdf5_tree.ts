// The groups and data sets of an HDF5 file by their names, every byte of the way checked: nothing contains itself, nothing
// lies outside, nothing declares more than there is.
import type { ByteReader } from './byte_reader.js';
import { HeaderReader, message, type Message } from './hdf5_header.js';
import { check_attribute, HeapBudget } from './hdf5_attribute.js';
import { DenseReader } from './hdf5_heap.js';
import { stored_data, type Chunk, type StoredData } from './hdf5_storage.js';

const most_objects = 20_000;
const most_depth = 64;
const longest_name = 1024;

export interface Group {
  /** Groups and data sets by name. */
  children: Map<string, Group | StoredData>;
  attributes: Message[];
}

export function is_group(found: Group | StoredData): found is Group {
  return 'children' in found;
}

/** The root. */
export function hdf5_tree(file: ByteReader): Group {
  return new TreeReader(file).run();
}

/** A name in a group, and where the header of what it names lies. */
interface Link {
  name: string;
  address: number;
}

class TreeReader {
  private readonly file: ByteReader;
  private objects = 0;
  /** Addresses of everything visited: each is visited once, so nothing contains itself. */
  private readonly visited = new Set<number>();
  private readonly headers: HeaderReader;
  private readonly heaps: HeapBudget;
  private readonly dense: DenseReader;
  private stored_bytes = 0;
  private heap_bytes = 0;

  constructor(file: ByteReader) {
    this.file = file;
    this.headers = new HeaderReader(file);
    this.heaps = new HeapBudget(file);
    this.dense = new DenseReader(file, (address, what) => {
      this.visit_once(address, what);
    });
  }

  run(): Group {
    const root = this.read_object(this.root());
    if (!is_group(root.object)) this.file.fail('an HDF5 file whose root is no group: the file is damaged');
    let level = [root];
    for (let depth = 0; level.length > 0; depth++) {
      if (depth > most_depth)
        this.file.fail(`groups in more than ${most_depth} levels: not a model that Keras saved`);
      level = level.flatMap(({ object, links }) =>
        is_group(object) ? links.map((link) => this.add(object, link)) : [],
      );
    }
    return root.object;
  }

  private add(group: Group, { name, address }: Link): { object: Group | StoredData; links: Link[] } {
    if (name === '' || name === '.' || name.includes('/'))
      this.file.fail(`a group holds the name ${JSON.stringify(name)}, which is none; the file is damaged`);
    if (group.children.has(name))
      this.file.fail(`a group holds the name ${JSON.stringify(name)} twice; the file is damaged`);
    const found = this.read_object(address);
    group.children.set(name, found.object);
    return found;
  }

  private root(): number {
    const { file } = this;
    file.need_start(0, '\x89HDF\r\n\x1a\n', 'start of an HDF5 file');
    const version = file.u8(8);
    if (![0, 2, 3].includes(version))
      file.fail(
        `HDF5 superblock version ${version} is not read (0, 2 and 3 are); save the model again with Keras`,
      );
    const [sizes, base, end, root] = version === 0 ? [13, 24, 40, 64] : [9, 12, 28, 36];
    if (file.u8(sizes) !== 8 || file.u8(sizes + 1) !== 8)
      file.fail('HDF5 with addresses of other than 8 bytes is not read; save the model again with Keras');
    if (file.u64(base) !== 0) file.damaged(base, 'an HDF5 file that begins at its first byte');
    if (file.u64(end) > file.size)
      file.fail(`ends early: ${file.size} bytes of ${file.u64(end)}; copy or download the file again`);
    return file.u64(root);
  }

  private read_object(address: number): { object: Group | StoredData; links: Link[] } {
    this.visit_once(address, 'a group or data set');
    if (this.objects++ >= most_objects)
      this.file.fail(`more than ${most_objects} groups and data sets: not a model that Keras saved`);
    const messages = this.headers.read(address);
    if (messages.some(({ type }) => type === message.dataspace))
      return { object: this.data_of(messages), links: [] };
    const attributes = messages.flatMap((found) => {
      if (found.type === message.attribute_info) return this.dense.read(found, 'attributes');
      return found.type === message.attribute ? [found] : [];
    });
    for (const attribute of attributes) check_attribute(this.file, this.heaps, attribute);
    return {
      object: { children: new Map(), attributes },
      links: messages.flatMap((found) => this.links_of(found)),
    };
  }

  private visit_once(address: number, what: string): void {
    if (this.visited.has(address))
      this.file.fail(
        `${what} at byte ${address} is reached in two ways (a hard link or a circle), which Keras never writes`,
      );
    this.visited.add(address);
  }

  private data_of(messages: Message[]): StoredData {
    const stored = stored_data(this.file, messages, (root, rank) => this.chunks(root, rank));
    this.stored_bytes += stored.stored_bytes;
    if (this.stored_bytes > this.file.size)
      this.file.fail('data sets that lie on one another: not a model that Keras saved');
    return stored;
  }

  private links_of(found: Message): Link[] {
    const { file } = this;
    const { type, at, size } = found;
    if (type === message.link_info)
      return this.dense.read(found, 'links').map((link) => this.link(link.at, link.size));
    if (type === message.link) return [this.link(at, size)];
    if (type !== message.symbol_table) return [];
    if (size !== 16) file.damaged(at, 'the list of a group');
    const names = this.local_heap(file.u64(at + 8));
    return this.leaves(file.u64(at), 0, 16, 8).flatMap(({ address }) => this.symbols(address, names));
  }

  private link(at: number, size: number): Link {
    const { file } = this;
    const flags = file.u8(at + 1);
    const kind = flags & 8 ? file.u8(at + 2) : 0;
    if (kind !== 0) this.refuse_link(kind === 1 ? 'a soft' : 'an external');
    const next = at + 2 + (flags & 8 ? 1 : 0) + (flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0);
    const width = 1 << (flags & 3);
    const name_size = width === 1 ? file.u8(next) : width === 2 ? file.u16(next) : longest_name + 1;
    const end = next + width + name_size;
    if (file.u8(at) !== 1 || name_size > longest_name || end + 8 > at + size)
      file.damaged(at, 'a link of a group');
    return { name: file.text(next + width, name_size, 'a name in a group'), address: file.u64(end) };
  }

  private refuse_link(kind: string): never {
    return this.file.fail(
      `contains ${kind} link, which is not followed: a model file brings all that it needs; save it with model.save()`,
    );
  }

  /** Where names end: the end of the heap's data. */
  private local_heap(address: number): { begin: number; end: number } {
    const { file } = this;
    this.visit_once(address, 'the names of a group');
    file.need_start(address, 'HEAP', 'names of a group');
    const begin = file.u64(address + 24);
    const size = file.u64(address + 8);
    file.need(begin, size, 'the names of a group');
    this.heap_bytes += size;
    if (this.heap_bytes > file.size) file.damaged(address, "groups' names that do not overlap");
    return { begin, end: begin + size };
  }

  /** The objects of a symbol table node. */
  private symbols(address: number, names: { begin: number; end: number }): Link[] {
    const { file } = this;
    this.visit_once(address, 'a part of a group');
    file.need_start(address, 'SNOD', 'part of a group');
    const found: Link[] = [];
    for (let i = 0; i < file.u16(address + 6); i++) {
      const entry = address + 8 + i * 40;
      const name = names.begin + file.u64(entry);
      const kind = file.u32(entry + 16);
      if (kind === 2) this.refuse_link('a soft');
      if (kind > 2) file.damaged(entry + 16, 'a link of a group');
      const end = name < names.end ? file.bytes.indexOf(0, name) : -1;
      if (end < 0 || end >= names.end || end - name > longest_name) file.damaged(entry, 'a name in a group');
      found.push({
        name: file.text(name, end - name, 'a name in a group'),
        address: file.u64(entry + 8),
      });
    }
    return found;
  }

  /** A version 1 B-tree's leaf entries: of groups (`type` 0) or chunks (1), with keys of `key_bytes`. */
  private leaves(
    root: number,
    type: number,
    entry_bytes: number,
    key_bytes: number,
  ): { address: number; key: number }[] {
    const { file } = this;
    const read = (address: number, level: number | null): { address: number; key: number }[] => {
      this.visit_once(address, 'a node of a tree');
      file.need_start(address, 'TREE', type === 0 ? 'list of a group' : 'list of chunks');
      const own_level = file.u8(address + 5);
      if (file.u8(address + 4) !== type || (level !== null && own_level !== level) || own_level > 20)
        file.damaged(address + 4, 'a node of a tree');
      const count = file.u16(address + 6);
      file.need(address + 24, count * entry_bytes + key_bytes, 'a node of a tree');
      const entries = Array.from({ length: count }, (_, i) => {
        const key = address + 24 + i * entry_bytes;
        return { key, address: file.u64(key + key_bytes) };
      });
      return own_level === 0 ? entries : entries.flatMap((entry) => read(entry.address, own_level - 1));
    };
    return read(root, null);
  }

  private chunks(root: number, rank: number): Chunk[] {
    const { file } = this;
    const key_bytes = 8 + 8 * (rank + 1);
    return this.leaves(root, 1, key_bytes + 8, key_bytes).map(({ address, key }) => {
      const size = file.u32(key);
      file.need(address, size, `a chunk of ${size} bytes`);
      return {
        at: address,
        size,
        skipped_filters: file.u32(key + 4),
        offsets: Array.from({ length: rank }, (_, axis) => file.u64(key + 8 + 8 * axis)),
      };
    });
  }
}
