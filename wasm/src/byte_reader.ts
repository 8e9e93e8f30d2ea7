// Little-endian numbers out of bytes that may be damaged: nothing is read past the end.
import { LapisError } from './error.js';

/** 2^64 - 1: in HDF5 "nowhere". As a number it is rounded, as all above 2^53, none of which is an address here. */
export const nowhere = 2 ** 64;

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly size: number;
  private readonly what: string;
  private readonly view: DataView;

  /** `what` opens the text of errors, e.g. "model.weights.h5". */
  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.what = what;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.size = bytes.byteLength;
  }

  fail(text: string): never {
    throw new LapisError(this.what === '' ? text : `${this.what}: ${text}`);
  }

  damaged(at: number, expected: string): never {
    this.fail(`damaged at byte ${at}: expected ${expected}; copy or save the file again`);
  }

  /** Throws unless `count` bytes from `at` on lie in the file. */
  need(at: number, count: number, expected: string): void {
    if (!(at >= 0 && count >= 0 && at + count <= this.size)) this.damaged(Math.min(at, this.size), expected);
  }

  u8(at: number): number {
    this.need(at, 1, 'one byte more');
    return this.view.getUint8(at);
  }

  u16(at: number): number {
    this.need(at, 2, 'two bytes more');
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    this.need(at, 4, 'four bytes more');
    return this.view.getUint32(at, true);
  }

  u64(at: number): number {
    this.need(at, 8, 'eight bytes more');
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** Of 1 to 8 bytes. */
  unsigned(at: number, bytes: number): number {
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + this.u8(at + i);
    return value;
  }

  /** UTF-8, up to its end or its first zero. */
  text(at: number, bytes: number, what: string): string {
    this.need(at, bytes, what);
    const zero = this.bytes.subarray(at, at + bytes).indexOf(0);
    const part = this.bytes.subarray(at, at + (zero < 0 ? bytes : zero));
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part);
    } catch {
      return this.fail(`${what} is not UTF-8; save the model again with Keras`);
    }
  }

  /** Signatures, a byte a letter. */
  starts(at: number, text: string): boolean {
    if (at < 0 || at + text.length > this.size) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Throws unless the signature is there. */
  need_start(at: number, text: string, of: string): void {
    if (!this.starts(at, text)) this.damaged(Math.min(at, this.size), `the ${of}`);
  }
}
