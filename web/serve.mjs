// Serves the built page on this machine only: right types, gzip, the security policy as a header.
//
//   node serve.mjs [--port N] [--dist FOLDER]
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { content_security_policy } from './csp.mjs';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.wasm': 'application/wasm',
  '.safetensors': 'application/octet-stream',
};

/** The two after the first isolate the page from other origins, which lets it share memory between threads. */
const headers = {
  'Content-Security-Policy': `${content_security_policy}; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

const compress = promisify(gzip);

/**
 * Files change only when the page is built again, so each is read once per modification time. What is kept are promises:
 * requests that come meanwhile wait for the same reading and the same compression, which runs beside this thread.
 */
const cache = new Map();

async function read(path) {
  const { mtimeMs, size } = await stat(path);
  const known = cache.get(path);
  if (known?.mtimeMs === mtimeMs && known.size === size) return known;
  const entry = { mtimeMs, size, body: readFile(path), zipped: null };
  cache.set(path, entry);
  entry.body.catch(() => cache.delete(path));
  return entry;
}

/** Null for what is compressed already. */
async function zipped_body(path, entry) {
  if (extname(path) === '.webp') return null;
  entry.zipped ??= entry.body.then((body) => compress(body, { level: 9 }));
  return entry.zipped;
}

/** The file a request names, or null where it leads out of the folder. */
function file_of(dist, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(`http://localhost${url}`).pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = normalize(join(dist, path.endsWith('/') ? `${path}index.html` : path));
  return file.startsWith(dist + sep) ? file : null;
}

/**
 * Whether a request means this machine. A page elsewhere may have a name of its own lead here (DNS rebinding), and then
 * its scripts would read what this server gives.
 */
function is_own_name(host) {
  const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name);
}

/** A server for `dist`, not yet listening. */
export function page_server(dist) {
  const root = normalize(dist).replace(/[/\\]$/, '');
  return createServer(async (request, response) => {
    const answer = (status, body, extra = {}) => {
      response.writeHead(status, { ...headers, 'Content-Length': body.length, ...extra });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const plain = { 'Content-Type': 'text/plain; charset=utf-8' };
    if (!is_own_name(request.headers.host)) {
      answer(403, Buffer.from('only for this machine: open http://localhost\n'), plain);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(405, Buffer.from('only GET and HEAD\n'), { ...plain, Allow: 'GET, HEAD' });
      return;
    }
    try {
      const file = file_of(root, request.url ?? '/');
      if (!file) throw new Error('outside');
      const entry = await read(file);
      const takes_gzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      const zipped = takes_gzip ? await zipped_body(file, entry) : null;
      // Built scripts and styles carry a hash in their names; everything else is asked for again each time.
      const lasting = file.startsWith(join(root, 'assets') + sep);
      answer(200, zipped ?? (await entry.body), {
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        'Cache-Control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
        Vary: 'Accept-Encoding',
        ...(zipped ? { 'Content-Encoding': 'gzip' } : {}),
      });
    } catch {
      answer(404, Buffer.from('not found\n'), plain);
    }
  });
}

function argument(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const port = Number(argument('--port', '8080'));
  const dist = argument('--dist', fileURLToPath(new URL('dist', import.meta.url)));
  const server = page_server(dist);
  server.on('error', (error) => {
    const taken = error.code === 'EADDRINUSE';
    console.error(
      taken
        ? `Port ${port} is taken. Choose another: web/run --port ${port + 1}`
        : `web/serve: ${error.message}`,
    );
    process.exit(1);
  });
  server.listen(port, '127.0.0.1', () => {
    console.log(`The page is at http://localhost:${server.address().port}/   (Ctrl-C ends it)`);
  });
}
