// Any file from anywhere: what is it, by its first bytes and then by its name?
import { read_header } from './picture_header';

export type FileKind = 'picture' | 'model' | 'text';

export async function kind_of_file(file: File, open_tab: 'text' | 'picture'): Promise<FileKind> {
  const start = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  if (read_header(start)) return 'picture';
  if (/\.(safetensors|keras|h5|hdf5)$/i.test(file.name)) return 'model';
  if (file.type.startsWith('image/')) return 'picture';
  if (file.type.startsWith('text/')) return 'text';
  return open_tab;
}

/** The first file of a drop or a paste. */
export function file_of(transfer: DataTransfer | null): File | null {
  return transfer?.files[0] ?? null;
}
