// What Keras's readers ask of an HDF5 file: groups, their texts, and tensors by their paths.
import { ByteReader } from './byte_reader.js';
import { attribute_texts, type Texts } from './hdf5_attribute.js';
import { bytes_of, type StoredData } from './hdf5_storage.js';
import { hdf5_tree, is_group, type Group } from './hdf5_tree.js';
import type { Tensor } from './pack.js';

export class Hdf5 {
  private readonly file: ByteReader;
  private readonly root: Group;
  private readonly texts_of_groups = new Map<Group, Map<string, Texts>>();

  /** `what` opens the text of errors: "model.weights.h5", or nothing where the file is this one. */
  constructor(bytes: Uint8Array, what = '') {
    this.file = new ByteReader(bytes, what);
    this.root = hdf5_tree(this.file);
  }

  /** The text of an attribute of the root, or null where it has none of this name. */
  text(name: string): string | null {
    const value = this.texts_of(this.root).get(name);
    return typeof value === 'string' ? value : null;
  }

  has(path: string): boolean {
    return this.find(path) !== null;
  }

  /** A list of texts at a group. Keras splits one beyond 64 kB into name0, name1, ...; null where there is none. */
  texts(path: string, name: string): string[] | null {
    const group = this.find(path);
    if (!group || !is_group(group))
      this.file.fail(`no group "${path}"; save the whole model with model.save()`);
    const attributes = this.texts_of(group);
    const list = (texts: Texts): string[] => (typeof texts === 'string' ? [] : texts);
    const whole = attributes.get(name);
    if (whole !== undefined) return list(whole);
    const all: string[] = [];
    for (let part = 0; ; part++) {
      const texts = attributes.get(`${name}${part}`);
      if (texts === undefined) return part === 0 ? null : all;
      for (const text of list(texts)) all.push(text);
    }
  }

  /** The data set of this path, under the name given. */
  tensor(path: string, name: string): Tensor {
    const found = this.find(path);
    if (!found || is_group(found))
      this.file.fail(`no data set "${path}"; the file is incomplete: save the model again`);
    return this.tensor_of(found, path, name);
  }

  /** Every data set by its path, but what lies in the groups named. */
  tensors(without: string[]): Tensor[] {
    const all: Tensor[] = [];
    const walk = (group: Group, path: string): void => {
      for (const [name, found] of group.children) {
        const inner = path === '' ? name : `${path}/${name}`;
        if (without.includes(inner)) continue;
        if (is_group(found)) walk(found, inner);
        else all.push(this.tensor_of(found, inner, inner));
      }
    };
    walk(this.root, '');
    return all;
  }

  /** By a path: a name of a layer may hold slashes, and then there is a group for each of its parts. */
  private find(path: string): Group | StoredData | null {
    let found: Group | StoredData | undefined = this.root;
    for (const name of path.split('/').filter((part) => part !== ''))
      found = found && is_group(found) ? found.children.get(name) : undefined;
    return found ?? null;
  }

  private texts_of(group: Group): Map<string, Texts> {
    const texts = this.texts_of_groups.get(group) ?? attribute_texts(this.file, group.attributes);
    this.texts_of_groups.set(group, texts);
    return texts;
  }

  private tensor_of(stored: StoredData, path: string, name: string): Tensor {
    const where = `data set "${path}"`;
    const { dtype, shape } = stored;
    if (dtype === null)
      this.file.fail(`${where}: expected little-endian numbers; save the model again with Keras`);
    return { name, dtype, shape, bytes: bytes_of(this.file, stored, where) };
  }
}
