// A file that is no model this package reads, recognised by its first bytes: what is it, and what to do? Loaded only
// where a file begins as nothing that is known.

const kinds: [says: string, matches: (head: string) => boolean][] = [
  ['the file is empty; save or download it again', (head) => head === ''],
  [
    'a pickle (Python or PyTorch), which is not read: save the model with Keras\'s model.save("model.keras")',
    (head) => head.startsWith('\x80') && between(head, 1, 2, 5),
  ],
  [
    'a TensorFlow Lite file, which is not read: save the Keras model it was made from with model.save("model.keras")',
    (head) => head.slice(4, 8) === 'TFL3',
  ],
  [
    'an ONNX file, which is not read: save the Keras model it was made from with model.save("model.keras")',
    (head) =>
      head.startsWith('\b') && between(head, 1, 1, 32) && /onnx|pytorch|tf2onnx|skl2onnx|ai\./.test(head),
  ],
  [
    'a part of a TensorFlow SavedModel, which is not read: load it in Keras and save it with model.save("model.keras")',
    (head) =>
      head.startsWith('\b\x01\x12') || head.includes('saved_model') || head.includes('_gradient_op_type'),
  ],
  ['a GGUF file, which is not read: expected .safetensors, .keras or .h5', (head) => head.startsWith('GGUF')],
  ['compressed with gzip: unpack it first', (head) => head.startsWith('\x1f\x8b')],
  [
    'a NumPy array (.npy), not a model: expected .safetensors, .keras or .h5',
    (head) => head.startsWith('\x93NUMPY'),
  ],
  [
    'an HDF5 file cut off before its end; save or download it again',
    (head) => '\x89HDF\r\n\x1a\n'.startsWith(head) && head.length > 1,
  ],
  [
    'JSON, not a model: a Keras config alone holds no weights; save the whole model with model.save("model.keras")',
    (head) => /^\s*\{\s*"/.test(head),
  ],
  ['a picture, not a model', (head) => /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF)/.test(head)],
];

/** Byte `at` is from `low` to `high`. */
function between(head: string, at: number, low: number, high: number): boolean {
  const byte = head.charCodeAt(at);
  return byte >= low && byte <= high;
}

/** null where it is nothing known here; then the library says what it expected. */
export function name_other_file(bytes: Uint8Array): string | null {
  let head = '';
  for (const byte of bytes.subarray(0, 512)) head += String.fromCharCode(byte);
  return kinds.find(([, matches]) => matches(head))?.[0] ?? null;
}
