// What Keras saved, .keras (Keras 3) or whole-model .h5 (Keras 2 and 3), as the one file that crosses into the library.
// Loaded only where a file begins as one of the two. Nothing here knows what a layer is: the way from config and
// variables to a model is in lib/lapis/io/keras_archive.cpp.
import { json_text } from './arguments.js';
import { LapisError, text_of } from './error.js';
import { Hdf5 } from './hdf5.js';
import { pack, type Tensor } from './pack.js';
import type { LoadOptions } from './types.js';
import { Zip } from './zip.js';

type Additions = Pick<LoadOptions, 'input' | 'labels'>;

const largest_text = 64 << 20;
const longest_error = 500;

/** Of the whole file, which is not changed. Throws a LapisError of one line, whatever is wrong. */
export function pack_keras_file(bytes: Uint8Array, additions: Additions): Uint8Array {
  try {
    return bytes[0] === 0x50 ? from_zip(new Zip(bytes), additions) : from_hdf5(new Hdf5(bytes), additions);
  } catch (error) {
    // What is no error of ours is one of memory.
    const text = text_of(error).slice(0, longest_error);
    throw new LapisError(`${error instanceof LapisError ? '' : 'the file cannot be read: '}${text}`);
  }
}

function from_zip(zip: Zip, additions: Additions): Uint8Array {
  const config = text_member(zip, 'config.json');
  const weights = config === null ? null : zip.read('model.weights.h5');
  if (config === null || weights === null) throw new LapisError(what_zip([...zip.members.keys()]));
  const saved = parse(text_member(zip, 'metadata.json') ?? '{}');
  const assets: Record<string, string> = {};
  for (const path of zip.members.keys())
    if (path.startsWith('assets/')) assets[path] = text_member(zip, path) ?? '';
  const variables = new Hdf5(weights, 'model.weights.h5').tensors(['optimizer']);
  return pack(variables, {
    format: 'keras',
    layout: 'keras3',
    config,
    ...optional('keras_version', saved['keras_version']),
    ...(Object.keys(assets).length > 0 && { assets: JSON.stringify(assets) }),
    ...with_additions(saved['lapis'], additions),
  });
}

function from_hdf5(file: Hdf5, additions: Additions): Uint8Array {
  const config = file.text('model_config');
  if (config === null || !file.has('model_weights'))
    throw new LapisError(
      file.has('layers') || file.texts('', 'layer_names') !== null
        ? 'holds weights only: save the whole model with model.save()'
        : 'an HDF5 file without a model in it (no attribute "model_config"), expected what model.save() writes',
    );
  const layers = file.texts('model_weights', 'layer_names');
  if (layers === null)
    throw new LapisError('"model_weights": the attribute "layer_names" is missing; save the model again');
  const variables: Tensor[] = [];
  for (const layer of layers) {
    const group = `model_weights/${layer}`;
    for (const [i, path] of (file.texts(group, 'weight_names') ?? []).entries())
      variables.push(file.tensor(`${group}/${path}`, `${layer}/${i}`));
  }
  return pack(variables, {
    format: 'keras',
    layout: 'legacy',
    config,
    ...optional('keras_version', file.text('keras_version')),
    ...optional('training_config', file.text('training_config')),
    ...with_additions(undefined, additions),
  });
}

/** What the caller says of input and labels stands above what the file says. */
function with_additions(saved: unknown, { input, labels }: Additions): { lapis?: string } {
  const all: Record<string, unknown> = {
    ...(typeof saved === 'object' && saved),
    ...(input !== undefined && { input }),
    ...(labels !== undefined && { labels }),
  };
  return Object.keys(all).length > 0 ? { lapis: json_text(all, 'options input and labels') } : {};
}

function optional(key: string, value: unknown): Record<string, string> {
  return typeof value === 'string' && value !== '' ? { [key]: value } : {};
}

function text_member(zip: Zip, path: string): string | null {
  const size = zip.size_of(path);
  if (size > largest_text)
    throw new LapisError(`"${path}" inside declares ${size} bytes of text, at most ${largest_text} are read`);
  const bytes = zip.read(path);
  if (bytes === null) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LapisError(`"${path}" inside: not UTF-8 text; save the model again with Keras`);
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new LapisError('"metadata.json" inside: not a JSON object; save the model again with Keras');
}

/** A zip that is no model of Keras's: whose is it? */
function what_zip(paths: string[]): string {
  const has = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
  if (has(/(^|\/)data\.pkl$/))
    return 'a PyTorch file (zip with a pickle), not a Keras model: export the network to Keras, or train it there';
  if (has(/(^|\/)saved_model\.pb$/))
    return 'a zipped TensorFlow SavedModel, not a .keras file: load it in Keras and save it with model.save("model.keras")';
  if (has(/\.npy$/))
    return 'a NumPy archive (.npz), not a .keras file: save the model with model.save("model.keras")';
  if (has(/^\[Content_Types\]\.xml$/)) return 'an office document (zip), not a .keras file';
  if (has(/(^|\/)config\.json$/) && has(/(^|\/)model\.weights\.h5$/) && !paths.includes('config.json'))
    return 'the members of the .keras file lie in a folder of the zip: pack them without the folder';
  const missing = ['config.json', 'model.weights.h5'].filter((path) => !paths.includes(path));
  return `no "${missing[0] ?? 'config.json'}" inside the zip: not saved by Keras's model.save("model.keras")`;
}
