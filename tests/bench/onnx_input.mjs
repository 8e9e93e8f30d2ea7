// An input as ONNX Runtime takes it. `ort`: onnxruntime-web or onnxruntime-node.
export function onnx_input(ort, network, { shape, data }) {
  if (network.words) return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), shape);
  if (shape.length !== 4) return new ort.Tensor('float32', data, shape);
  const [batch, height, width, channels] = shape;
  const pixels = height * width;
  const channels_first = new Float32Array(data.length);
  for (let sample = 0; sample < batch; sample++)
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let channel = 0; channel < channels; channel++)
        channels_first[(sample * channels + channel) * pixels + pixel] =
          data[(sample * pixels + pixel) * channels + channel];
  return new ort.Tensor('float32', channels_first, [batch, channels, height, width]);
}
