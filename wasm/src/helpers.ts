// Threads beside the caller's, where the engine has them: workers that share the module's memory (wasm/helpers.h).
import { in_words } from './arguments.js';
import { LapisError } from './error.js';

/** What the module with threads exports besides api.h: wasm/helpers.h, and the compiler's own stack pointer. */
export interface HelperApi {
  stackRestore(address: number): void;
  lapis_allocate(bytes: number): number;
  lapis_help(index: number): void;
  lapis_helper_lost(): void;
  lapis_set_helpers(count: number): void;
}

/** A helper's one message. `stack` is the end of its stack. */
export interface HelperStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  stack: number;
  index: number;
}

/** As large as the caller's own, for the same operations run on it (wasm/CMakeLists.txt). */
const stack_bytes = 1 << 20;

/** So long may a worker take to start, in milliseconds, before it is done without. */
const longest_start = 10_000;

const most_threads = 64;

interface HelperWorker {
  postMessage(start: HelperStart): void;
  terminate(): unknown;
}

/** Node's, where a worker keeps the process alive unless told otherwise. */
interface NodeWorker extends HelperWorker {
  on(event: 'message' | 'error' | 'exit', listener: () => void): void;
  unref(): void;
}

interface NodeProcess {
  getBuiltinModule?(name: 'node:worker_threads'): {
    Worker: new (script: URL, options: { execArgv: string[] }) => NodeWorker;
  };
}

/** How many threads to use of those `asked` for: 1 where this engine, or this page or thread, cannot share memory. */
export function usable_threads(asked = 1): number {
  if (!Number.isInteger(asked) || asked < 1 || asked > most_threads)
    throw new LapisError(
      `threads: expected a whole number from 1 to ${most_threads}, found ${in_words(asked)}`,
    );
  return asked > 1 && may_share() && may_wait() ? asked : 1;
}

/** A browser shares memory only with pages that are isolated from other origins; Node does not say, and shares. */
function may_share(): boolean {
  const { crossOriginIsolated: isolated } = globalThis as { crossOriginIsolated?: boolean };
  return isolated !== false && typeof SharedArrayBuffer === 'function';
}

/** A page's own thread may not wait for others. Asked of the engine: the word is not 1, so this does not wait. */
function may_wait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}

/** The workers of one instance. */
export class Helpers {
  private readonly api: HelperApi;
  private readonly workers: HelperWorker[] = [];

  private constructor(api: HelperApi) {
    this.api = api;
  }

  get count(): number {
    return this.workers.length;
  }

  /** Resolves when they stand ready: `count` of them, or none where one cannot be started. */
  static async start(
    api: HelperApi,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    count: number,
  ): Promise<Helpers> {
    const helpers = new Helpers(api);
    try {
      const all_ready = Array.from({ length: count }, (_, i) => {
        const stack = api.lapis_allocate(stack_bytes);
        if (stack === 0) throw new LapisError('no memory for the stack of a helper');
        // Compiled code relies on a multiple of 16; lapis_allocate gives less.
        return helpers.add({ module, memory, stack: (stack + stack_bytes) & ~15, index: i + 1 });
      });
      await Promise.all(all_ready);
      api.lapis_set_helpers(count);
    } catch {
      helpers.end();
    }
    return helpers;
  }

  /** The instance calculates alone from now on. */
  end(): void {
    this.api.lapis_set_helpers(0);
    this.terminate();
  }

  /** At once, wherever they are. */
  terminate(): void {
    for (const worker of this.workers.splice(0)) void worker.terminate();
  }

  private add(start: HelperStart): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void) => (): void => {
        clearTimeout(timeout);
        settled();
      };
      const worker = start_worker(settle(resolve), settle(reject));
      const timeout = setTimeout(reject, longest_start);
      this.workers.push(worker);
      worker.postMessage(start);
    });
  }
}

function start_worker(on_ready: () => void, on_error: () => void): HelperWorker {
  const node = (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.('node:worker_threads');
  if (node) {
    // Without the process's own options: not all of them suit a script. The name stands apart so that bundlers, which
    // look for the line further down, do not take this one for another file.
    const script = './helper.js';
    const worker = new node.Worker(new URL(script, import.meta.url), { execArgv: [] });
    worker.on('message', () => {
      worker.unref();
      on_ready();
    });
    worker.on('error', on_error);
    worker.on('exit', on_error);
    return worker;
  }
  // Written so for bundlers, which find the script by it.
  const worker = new Worker(new URL('./helper.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', on_ready);
  worker.addEventListener('error', on_error);
  return worker;
}
