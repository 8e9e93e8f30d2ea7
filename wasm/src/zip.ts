// A zip's members, all checked before any is read. Keras stores them as they are; deflated ones are read too.
import { ByteReader } from './byte_reader.js';
import { inflate } from './inflate.js';

const largest_member = 2 ** 31;
const most_members = 10_000;
/** Keras refuses a member that expands further than this (saving_lib.py). */
const most_expansion = 100;
const small_member = 1 << 20;

interface Member {
  /** Of its local header. */
  at: number;
  deflated: boolean;
  stored_size: number;
  size: number;
  checksum: number;
}

export class Zip {
  /** By path; folders are left out. */
  readonly members = new Map<string, Member>();
  private readonly file: ByteReader;

  constructor(bytes: Uint8Array) {
    this.file = new ByteReader(bytes, '');
    const { at, count } = this.directory();
    let next = at;
    for (let i = 0; i < count; i++) next = this.add_member(next);
    let stored = 0;
    let size = 0;
    for (const member of this.members.values()) {
      stored += member.stored_size;
      size += member.size;
    }
    if (stored > bytes.length) this.file.fail('damaged zip: its members overlap; save the model again');
    // Each alone may be small.
    if (size > small_member && size > most_expansion * stored)
      this.file.fail(`its members declare ${size} bytes but store ${stored}: not a file that Keras saved`);
  }

  /** As declared; 0 where it is not there. */
  size_of(path: string): number {
    return this.members.get(path)?.size ?? 0;
  }

  /** Checked against its checksum. A member that is stored as it is is not copied. */
  read(path: string): Uint8Array | null {
    const member = this.members.get(path);
    if (!member) return null;
    const { file } = this;
    file.need_start(member.at, 'PK\x03\x04', `header of "${path}"`);
    const begin = member.at + 30 + file.u16(member.at + 26) + file.u16(member.at + 28);
    file.need(begin, member.stored_size, `the ${member.stored_size} bytes of "${path}"`);
    const stored = file.bytes.subarray(begin, begin + member.stored_size);
    const data = member.deflated ? inflate('deflate', stored, member.size, `"${path}" inside`) : stored;
    if (checksum_of(data) !== member.checksum)
      file.fail(`"${path}" inside: damaged (its checksum differs); copy or save the file again`);
    return data;
  }

  private directory(): { at: number; count: number } {
    const { file } = this;
    const longest_comment = 65_535;
    for (let at = file.size - 22; at >= 0 && at >= file.size - 22 - longest_comment; at--) {
      if (!file.starts(at, 'PK\x05\x06') || at + 22 + file.u16(at + 20) !== file.size) continue;
      if (file.u16(at + 4) !== 0) file.fail('a zip in several parts; join them first');
      // 64-bit sizes stand elsewhere.
      const large = at >= 20 && file.starts(at - 20, 'PK\x06\x07') ? file.u64(at - 12) : null;
      if (large !== null) file.need_start(large, 'PK\x06\x06', 'end of the directory of a large zip');
      const count = large === null ? file.u16(at + 10) : file.u64(large + 32);
      const size = large === null ? file.u32(at + 12) : file.u64(large + 40);
      const begin = large === null ? file.u32(at + 16) : file.u64(large + 48);
      file.need(begin, size, "the zip's directory");
      if (count > most_members) file.fail(`${count} members inside, at most ${most_members} are read`);
      return { at: begin, count };
    }
    return file.fail('damaged zip: its end is missing; copy or save the file again');
  }

  /** Returns where the next one stands. */
  private add_member(at: number): number {
    const { file } = this;
    file.need_start(at, 'PK\x01\x02', "zip's directory entry");
    const name_size = file.u16(at + 28);
    const extra_size = file.u16(at + 30);
    file.need(at + 46, name_size + extra_size, 'a member of the zip');
    const path = new TextDecoder().decode(file.bytes.subarray(at + 46, at + 46 + name_size));
    const next = at + 46 + name_size + extra_size + file.u16(at + 32);
    const wide = this.wide_values(at, at + 46 + name_size, extra_size);
    const size = wide(at + 24);
    const stored_size = wide(at + 20);
    const local = wide(at + 42);
    const method = file.u16(at + 10);
    this.check_path(path);
    if (path.endsWith('/')) return next;
    if (this.members.has(path)) file.fail(`"${path}" stands twice inside; save the model again`);
    if ((file.u16(at + 8) & 0x41) !== 0)
      file.fail(`"${path}" inside is encrypted; save it without a password`);
    if (method !== 0 && method !== 8)
      file.fail(
        `"${path}" inside is compressed by method ${method}, expected none or deflate; pack it again`,
      );
    if (size > largest_member) file.fail(`"${path}" inside declares ${size} bytes, at most 2 GiB are read`);
    if (
      (size > small_member && size > most_expansion * stored_size) ||
      (method === 0 && size !== stored_size)
    )
      file.fail(
        `"${path}" inside declares ${size} bytes but stores ${stored_size}: not a file that Keras saved`,
      );
    this.members.set(path, {
      at: local,
      deflated: method === 8,
      stored_size,
      size,
      checksum: file.u32(at + 16),
    });
    return next;
  }

  /** 32-bit values of a directory entry, or the 64-bit ones from its extra field that stand in for them. */
  private wide_values(at: number, extra: number, extra_size: number): (place: number) => number {
    const { file } = this;
    const full = 0xffffffff;
    const wide: number[] = [];
    for (let i = 0; i + 4 <= extra_size; i += 4 + file.u16(extra + i + 2)) {
      if (file.u16(extra + i) !== 1) continue;
      const end = Math.min(extra_size, i + 4 + file.u16(extra + i + 2));
      for (let j = i + 4; j + 8 <= end; j += 8) wide.push(file.u64(extra + j));
    }
    // They stand in this order, each only where it is needed.
    const order = [at + 24, at + 20, at + 42].filter((place) => file.u32(place) === full);
    return (place) => {
      const index = order.indexOf(place);
      return index < 0 ? file.u32(place) : (wide[index] ?? full);
    };
  }

  private check_path(path: string): void {
    const parts = path.split(/[/\\]/);
    if (parts[0] === '' || parts.includes('..') || /^[a-z]:/i.test(path) || path.includes('\0'))
      this.file.fail(
        `the path "${path.replaceAll('\0', '\\0')}" inside leads out of the file: not saved by Keras`,
      );
  }
}

let table: Uint32Array | undefined;

/** CRC-32. */
function checksum_of(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, i) => {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let sum = 0xffffffff;
  // By index: an iterator is ten times as slow, and this reads every byte of a model.
  for (let i = 0; i < bytes.length; i++)
    sum = (table[(sum ^ (bytes[i] as number)) & 255] as number) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
