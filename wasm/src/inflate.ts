// Deflated bytes whose size is known: a stream that expands further is stopped.
import { Inflate, Unzlib } from 'fflate';
import { LapisError, text_of } from './error.js';

/** Deflate makes at most 1,032 bytes of one, so a piece makes at most 17 MB before it is looked at. */
const piece = 16_384;

/** `kind`: bare as in a zip, or with zlib's header as in HDF5. `where` opens the text of errors. */
export function inflate(kind: 'deflate' | 'zlib', from: Uint8Array, size: number, where: string): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  const take = (part: Uint8Array): void => {
    if (part.length > size - at)
      throw new LapisError(`${where}: expands to more than the ${size} bytes it declares`);
    out.set(part, at);
    at += part.length;
  };
  const stream = kind === 'zlib' ? new Unzlib(take) : new Inflate(take);
  try {
    for (let begin = 0; begin < from.length; begin += piece)
      stream.push(from.subarray(begin, begin + piece), begin + piece >= from.length);
  } catch (error) {
    if (error instanceof LapisError) throw error;
    throw new LapisError(`${where}: the compressed bytes are damaged (${text_of(error)})`);
  }
  if (at !== size) throw new LapisError(`${where}: ends after ${at} of ${size} bytes: the file is damaged`);
  return out;
}
