// Which kind of file is it? A .safetensors file is taken as it is; what reads Keras's files comes in only for one.
import { LapisError, text_of } from './error.js';
import type { LoadOptions } from './types.js';

const safetensors_json = 0x7b; // "{", after eight bytes of length

/** What the library reads, of a file's bytes. */
export async function model_bytes(
  file: Uint8Array,
  options: Pick<LoadOptions, 'input' | 'labels'>,
): Promise<Uint8Array> {
  if (file[0] === 0x3c) throw new LapisError('the file is a page (HTML), not a model; check the address');
  if (
    starts(file, [0x50, 0x4b, 3, 4]) ||
    starts(file, [0x50, 0x4b, 5, 6]) ||
    starts(file, [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10])
  ) {
    const { pack_keras_file } = await arrived(import('./keras_file.js'), "what reads Keras's files");
    return pack_keras_file(file, options);
  }
  if (file[8] !== safetensors_json) {
    const { name_other_file } = await arrived(import('./other_file.js'), 'what tells kinds of files apart');
    const name = name_other_file(file);
    if (name !== null) throw new LapisError(name);
  }
  if (options.input !== undefined || options.labels !== undefined)
    throw new LapisError(
      'the options input and labels are for .keras and .h5 files; a .safetensors file has its own',
    );
  return file;
}

function starts(file: Uint8Array, start: number[]): boolean {
  return start.every((byte, i) => file[i] === byte);
}

async function arrived<T>(loading: Promise<T>, what: string): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    throw new LapisError(`${what} could not be loaded: ${text_of(error)}`);
  }
}
