// Reads safetensors files for tests: golden ones, and what the package makes of Keras's files.

const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
};

/** { metadata, tensors: { name: { dtype, shape, data } } }; `data` are the bytes where no array has the dtype. */
export function read_safetensors(file) {
  const bytes = Buffer.from(file);
  const begin = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.subarray(8, begin).toString());
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    const part = new Uint8Array(bytes.subarray(begin + data_offsets[0], begin + data_offsets[1]));
    const data = arrays[dtype] ? new arrays[dtype](part.buffer) : part;
    tensors[name] = { dtype, shape, data };
  }
  return { metadata, tensors };
}
