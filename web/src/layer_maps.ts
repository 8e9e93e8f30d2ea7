// In the worker: a layer's values -> one byte each, map after map. A quarter of the bytes, and ready to draw.
import type { Activation } from 'lapis';
import type { LayerMaps } from './protocol';

const most_maps = 16;

/** Layers whose output is a picture with channels; Dropout changes nothing while predicting. */
export function layer_maps(activations: readonly Activation[]): LayerMaps[] {
  return activations
    .filter(({ shape, type }) => shape.length === 4 && type !== 'Dropout')
    .map(({ layer, type, shape: [, height = 0, width = 0, channels = 0], data }) => {
      const maps = Math.min(channels, most_maps);
      const low = data.reduce((least, value) => Math.min(least, value), Infinity);
      const high = data.reduce((most, value) => Math.max(most, value), -Infinity);
      const scale = high > low ? 255 / (high - low) : 0;
      const values = new Uint8Array(maps * height * width);
      for (let i = 0; i < height * width; i++) {
        for (let map = 0; map < maps; map++) {
          values[map * height * width + i] = ((data[i * channels + map] ?? 0) - low) * scale;
        }
      }
      return { layer, type, maps, of: channels, width, height, low, high, values };
    });
}
