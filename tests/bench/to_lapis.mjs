// A network as lapis's model file: one safetensors with the weights and a Keras config.
import { reference } from './reference.mjs';
import { input_of } from './workloads.mjs';

/** A safetensors file of F32 tensors: { name: { shape, data: Float32Array } }. */
export function safetensors(tensors, metadata) {
  const header = metadata ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  const bytes = Object.values(tensors).map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  return Buffer.concat([length, Buffer.from(text), ...bytes]);
}

export function to_lapis(network) {
  const tensors = {};
  for (const { config, weights } of network.layers)
    for (const [name, tensor] of Object.entries(weights)) tensors[`${config.name}/${name}`] = tensor;
  const sample = input_of(network, 1);
  const output = reference(network, sample.data);
  tensors['selftest/input'] = sample;
  tensors['selftest/output'] = { shape: [1, ...output.shape], data: Float32Array.from(output.data) };
  const first = {
    class_name: 'InputLayer',
    config: { batch_shape: [null, ...network.input_shape], name: 'input' },
  };
  const layers = network.layers.map(({ class_name, config }) => ({ class_name, config }));
  const model = { class_name: 'Sequential', config: { name: network.name, layers: [first, ...layers] } };
  return safetensors(tensors, {
    format: 'lapis',
    format_version: '1',
    config: JSON.stringify(model),
    input: JSON.stringify({ kind: 'tensor' }),
  });
}
