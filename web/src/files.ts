// Any file from anywhere: what is it, by its first bytes and then by its name?
import { read_header } from './picture_header';
import type { TabName } from './tabs';

export type FileKind = 'picture' | 'model' | 'text';

/** Models of other kinds too: the library says of each what to do. */
const model_name = /\.(safetensors|keras|h5|hdf5|onnx|tflite|pb|pth?|pkl|npz|gguf|zip)$/i;

export async function kind_of_file(file: File, open_tab: TabName): Promise<FileKind> {
  const start = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  if (read_header(start)) return 'picture';
  if (model_name.test(file.name) || starts_as_keras(start)) return 'model';
  if (file.type.startsWith('image/')) return 'picture';
  if (file.type.startsWith('text/')) return 'text';
  return open_tab === 'picture' ? 'picture' : 'text';
}

/** As a zip or HDF5 does, whatever the file is called. */
function starts_as_keras(start: Uint8Array): boolean {
  const text = String.fromCharCode(...start.subarray(0, 4));
  return text === 'PK\x03\x04' || text === '\x89HDF';
}

/** The first file of a drop or a paste. */
export function file_of(transfer: DataTransfer | null): File | null {
  return transfer?.files[0] ?? null;
}
