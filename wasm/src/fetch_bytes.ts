// Bytes from an address, in a browser, a worker or Node, with progress.
import { LapisError, text_of } from './error.js';
import type { LoadOptions } from './types.js';

type OnProgress = LoadOptions['onProgress'];

interface FileSystem {
  readFileSync(path: string | URL): Uint8Array<ArrayBuffer>;
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:fs'): FileSystem;
}

/** Node's own file access; undefined in a browser. Asked for at run time, so that bundlers find nothing to resolve. */
function file_system(): FileSystem | undefined {
  return (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.('node:fs');
}

/** An http, https, data, blob or file address; elsewhere a path in Node, an address relative to the page in a browser. */
export async function fetch_bytes(
  source: string | URL,
  on_progress?: OnProgress,
): Promise<Uint8Array<ArrayBuffer>> {
  const has_scheme = typeof source !== 'string' || /^[a-z][a-z0-9+.-]+:/i.test(source);
  const files = file_system();
  const is_file = has_scheme ? String(source).startsWith('file:') : files !== undefined;
  if (files && is_file) {
    const bytes = read_file(files, has_scheme ? new URL(source) : source);
    on_progress?.({ loaded: bytes.byteLength, total: bytes.byteLength });
    return bytes;
  }
  let response: Response;
  try {
    response = await fetch(source);
  } catch (error) {
    throw new LapisError(`${String(source)}: cannot be fetched: ${text_of(error)}`);
  }
  if (!response.ok) throw new LapisError(`${String(source)}: the server answered ${response.status}`);
  return read_body(response, String(source), on_progress);
}

function read_file(files: FileSystem, source: string | URL): Uint8Array<ArrayBuffer> {
  try {
    return files.readFileSync(source);
  } catch (error) {
    throw new LapisError(`${String(source)}: cannot be read: ${text_of(error)}`);
  }
}

async function read_body(
  response: Response,
  where: string,
  on_progress: OnProgress,
): Promise<Uint8Array<ArrayBuffer>> {
  // With a content encoding, the length is that of the compressed bytes.
  const length = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
  const total = length === null ? null : Number(length);
  const parts: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch((error: unknown) => {
      throw new LapisError(`${where}: the connection broke after ${loaded} bytes: ${text_of(error)}`);
    });
    if (part?.value === undefined) break;
    parts.push(part.value);
    loaded += part.value.byteLength;
    on_progress?.({ loaded, total });
  }
  const bytes = new Uint8Array(loaded);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}
