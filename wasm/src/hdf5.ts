// An HDF5 file through jsfive, after hdf5_check.ts found nothing in it that could make jsfive run on.
import { Dataset, File, Group } from 'jsfive';
import { ByteReader } from './byte_reader.js';
import { LapisError, text_of } from './error.js';
import { attribute_texts, type Texts } from './hdf5_attribute.js';
import { check_hdf5, type CheckedFile } from './hdf5_check.js';
import { bytes_of } from './hdf5_storage.js';
import type { Tensor } from './pack.js';

/** As safetensors names numpy's types. */
const dtypes: Record<string, string> = {
  '<f2': 'F16',
  '<f4': 'F32',
  '<f8': 'F64',
  '<i1': 'I8',
  '<i2': 'I16',
  '<i4': 'I32',
  '<i8': 'I64',
  '<u1': 'U8',
  '<u2': 'U16',
  '<u4': 'U32',
  '<u8': 'U64',
};

export class Hdf5 {
  private readonly file: ByteReader;
  private readonly checked: CheckedFile;
  private readonly root: Group;
  private readonly what: string;
  /** By path: to jsfive, opening a group is reading all of its links. */
  private readonly opened = new Map<string, Group | Dataset>();
  private readonly names = new Map<Group, Set<string>>();
  private readonly texts_by_group = new Map<Group, Map<string, Texts>>();

  /** `what` opens the text of errors: "model.weights.h5", or nothing where the file is this one. */
  constructor(bytes: Uint8Array, what = '') {
    this.what = what;
    this.file = new ByteReader(bytes, what);
    this.checked = check_hdf5(this.file);
    // jsfive wants a buffer of its own: a member of a zip lies in the middle of another.
    const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    const buffer = (whole ? bytes.buffer : new Uint8Array(bytes).buffer) as ArrayBuffer;
    this.root = this.guard('', () => new File(buffer));
  }

  /** The text of an attribute of the root, or null where it has none of this name. */
  text(name: string): string | null {
    const value = this.attributes_of(this.root).get(name);
    return typeof value === 'string' ? value : null;
  }

  has(path: string): boolean {
    return this.find(path) !== null;
  }

  /** A list of texts at a group. Keras splits one beyond 64 kB into name0, name1, ...; null where there is none. */
  texts(path: string, name: string): string[] | null {
    const group = this.find(path);
    if (!(group instanceof Group))
      this.file.fail(`no group "${path}"; save the whole model with model.save()`);
    const attributes = this.attributes_of(group);
    const whole = attributes.get(name);
    if (whole !== undefined) return texts_of(whole);
    const all: string[] = [];
    for (let part = 0; ; part++) {
      const texts = attributes.get(`${name}${part}`);
      if (texts === undefined) return part === 0 ? null : all;
      for (const text of texts_of(texts)) all.push(text);
    }
  }

  private attributes_of(group: Group): Map<string, Texts> {
    const known = this.texts_by_group.get(group);
    if (known) return known;
    const messages = this.checked.attributes.get(group._dataobjects.offset) ?? [];
    const texts = attribute_texts(this.file, messages);
    this.texts_by_group.set(group, texts);
    return texts;
  }

  /** The data set of this path, under the name given. */
  tensor(path: string, name: string): Tensor {
    const found = this.find(path);
    if (!(found instanceof Dataset))
      this.file.fail(`no data set "${path}"; the file is incomplete: save the model again`);
    return this.tensor_of(found, path, name);
  }

  /** Every data set by its path, but what lies in the groups named. */
  tensors(without: string[]): Tensor[] {
    const all: Tensor[] = [];
    const walk = (group: Group, path: string): void => {
      for (const name of this.names_of(group, path)) {
        const inner = path === '' ? name : `${path}/${name}`;
        if (without.includes(inner)) continue;
        const found = this.guard(inner, () => group.get(name));
        if (found instanceof Group) walk(found, inner);
        else if (found) all.push(this.tensor_of(found, inner, inner));
      }
    };
    walk(this.root, '');
    return all;
  }

  private find(path: string): Group | Dataset | null {
    return this.open(path.split('/').filter((name) => name !== ''));
  }

  private open(names: string[]): Group | Dataset | null {
    const name = names.at(-1);
    if (name === undefined) return this.root;
    const path = names.join('/');
    const known = this.opened.get(path);
    if (known) return known;
    const group = this.open(names.slice(0, -1));
    if (!(group instanceof Group) || !this.names_of(group, path).has(name)) return null;
    const found = this.guard(path, () => group.get(name));
    if (found) this.opened.set(path, found);
    return found;
  }

  private names_of(group: Group, path: string): Set<string> {
    const known = this.names.get(group);
    if (known) return known;
    const names = this.guard(path, () => new Set(group.keys));
    // To jsfive a slash leads on and a dot stays, and of two equal names it knows one.
    for (const name of names)
      if (name === '' || name === '.' || name.includes('/'))
        this.file.fail(`"${path}": a name that is none; the file is damaged`);
    if (names.size !== this.checked.groups.get(group._dataobjects.offset))
      this.file.fail(`"${path}": a name stands twice; the file is damaged`);
    this.names.set(group, names);
    return names;
  }

  private tensor_of(found: Dataset, path: string, name: string): Tensor {
    const where = `data set "${path}"`;
    const stored = this.checked.data.get(found._dataobjects.offset);
    const dtype = this.guard(path, () => found.dtype);
    const known = typeof dtype === 'string' ? dtypes[dtype.replace(/^>(?=.1$)/, '<')] : undefined;
    if (!stored || known === undefined)
      this.file.fail(
        `${where}: holds ${typeof dtype === 'string' ? dtype : 'texts or references'}, expected little-endian numbers`,
      );
    return { name, dtype: known, shape: stored.shape, bytes: bytes_of(this.file, stored, where) };
  }

  /** jsfive throws texts, TypeErrors and RangeErrors. */
  private guard<T>(path: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof LapisError) throw error;
      const where = [this.what, path && `"${path}"`].filter(Boolean).join(': ');
      throw new LapisError(
        `${where === '' ? '' : `${where}: `}the HDF5 file is damaged or of a kind that is not read (${text_of(error).split('\n')[0] ?? ''})`,
      );
    }
  }
}

function texts_of(value: Texts): string[] {
  return typeof value === 'string' ? [] : value;
}
