// A safetensors file made of what another container held: how the contents of Keras's files cross into the library
// (lib/lapis/io/keras_archive.h).
import { LapisError } from './error.js';

export interface Tensor {
  name: string;
  /** As safetensors writes it, "F32". */
  dtype: string;
  shape: number[];
  /** Row-major, little-endian. */
  bytes: Uint8Array;
}

export function pack(tensors: Tensor[], metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    if (name in header) throw new LapisError(`variable "${name}" stands twice; save the model again`);
    header[name] = { dtype, shape, data_offsets: [end, (end += bytes.byteLength)] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = 8 + Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(head + end).fill(0x20, 8, head);
  new DataView(file.buffer).setUint32(0, head - 8, true);
  file.set(text, 8);
  let at = head;
  for (const { bytes } of tensors) {
    file.set(bytes, at);
    at += bytes.byteLength;
  }
  return file;
}
