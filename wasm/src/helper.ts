// A helper's whole life: a worker, in a browser or in Node, that runs pieces of the caller's work on the same memory.
// Started by helpers.ts, which also sends the first and only message.
import { host_imports } from './host.js';
import type { HelperApi, HelperStart } from './helpers.js';

interface Port {
  addEventListener(type: 'message', listener: (event: { data: HelperStart }) => void): void;
  postMessage(message: 'ready'): void;
  close(): void;
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:worker_threads'): { parentPort: Port | null };
}

const node = (globalThis as { process?: NodeProcess }).process;
const port: Port = node?.getBuiltinModule?.('node:worker_threads').parentPort ?? globalThis;

port.addEventListener('message', ({ data: { module, memory, stack, index } }) => {
  const imports = host_imports(module, () => memory, memory);
  const api = new WebAssembly.Instance(module, imports).exports as unknown as HelperApi;
  // The stack grows downwards, from its end.
  api.stackRestore(stack);
  port.postMessage('ready');
  try {
    api.lapis_help(index);
  } catch {
    // It ended inside a piece, for which the caller waits.
    api.stackRestore(stack);
    api.lapis_helper_lost();
  }
  port.close();
});
