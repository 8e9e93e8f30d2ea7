// A model file of the visitor's own: which tab it belongs to, and what its file leaves open. A Keras file names no
// classes and says nothing of how pixels become numbers.
import type { InputOptions, ModelInfo } from 'lapis';
import type { Engine } from './engine';
import { counted } from './format';
import type { Kind, ModelEntry, OpenedModel } from './models';
import type { Additions } from './protocol';

/** What the darkest and the lightest pixel become. */
export const pixel_ranges = {
  '0 to 1': { scale: 1 / 255 },
  '−1 to 1': { scale: 1 / 127.5, mean: [1] },
  '0 to 255': { scale: 1 },
} as const;

export type PixelRange = keyof typeof pixel_ranges;

/** Loads it as far as needed to know what it reads. Throws the library's reason, or the page's. */
export async function open_own_model(engine: Engine, key: string, file: File): Promise<ModelEntry> {
  const source = await file.arrayBuffer();
  const { info } = await engine.load({ key, source });
  const output = info.output.shape;
  if (output.length !== 2) {
    throw new Error(
      `it puts out ${output.length - 1} axes of values for one input (a sequence or a picture), and this page shows one answer.`,
    );
  }
  const kind = kind_of(info, is_safetensors(source));
  const pixels = kind === 'image' && info.input.kind === 'tensor' ? default_range(info) : null;
  const opened: OpenedModel = {
    info,
    asks: is_safetensors(source) ? null : { classes: info.output.answers, pixels },
  };
  const { parameters, labels, metrics } = info;
  const entry: ModelEntry = {
    ...{ key, name: file.name, kind, bytes: source.byteLength, parameters, labels, metrics, source },
    ...{ is_default: false, opened },
  };
  // Loaded as it was, it reads no pictures.
  if (pixels !== null) engine.forget(key);
  entry.additions = additions_of(opened, []);
  return entry;
}

/** What the visitor's choices are in the library's words. */
export function additions_of({ info, asks }: OpenedModel, labels: string[]): Additions {
  const [, height, width, channels] = info.input.shape;
  const input: InputOptions | null =
    asks?.pixels && height && width && channels
      ? { kind: 'image', width, height, channels, ...range_of(asks.pixels) }
      : null;
  return { ...(input && { input }), ...(labels.length > 0 && { labels }) };
}

function range_of(range: PixelRange): { scale: number; mean?: number[] } {
  const { scale, ...mean } = pixel_ranges[range];
  return 'mean' in mean ? { scale, mean: [...mean.mean] } : { scale };
}

/** A network that begins with Rescaling wants the bytes as they are. */
function default_range(info: ModelInfo): PixelRange {
  return info.layers[0]?.type === 'Rescaling' ? '0 to 255' : '0 to 1';
}

function kind_of({ input }: ModelInfo, is_own_format: boolean): Kind {
  if (input.kind !== 'tensor') return input.kind;
  const sizes = input.shape.slice(1);
  const channels = sizes[2];
  const as_picture = sizes.length === 3 && (channels === 1 || channels === 3);
  if (as_picture && sizes.every((size) => size !== null) && !is_own_format) return 'image';
  if (sizes.filter((size) => size === null).length > 1) {
    const shape = sizes.map((size) => size ?? 'any').join(' × ');
    throw new Error(
      `it reads ${shape} numbers, and without a fixed size this page cannot tell how to arrange them.`,
    );
  }
  return 'numbers';
}

function is_safetensors(source: ArrayBuffer): boolean {
  return new Uint8Array(source)[8] === '{'.charCodeAt(0);
}

/** Names of classes, one a line. Throws what is wrong with them. */
export function labels_of(text: string, classes: number): string[] {
  const labels = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (labels.length > 0 && labels.length !== classes) {
    throw new Error(
      `${counted(labels.length, 'name')}, but the network has ${counted(classes, 'class', 'classes')}: write one a line.`,
    );
  }
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) throw new Error(`“${twice}” stands twice; each class needs a name of its own.`);
  return labels;
}
