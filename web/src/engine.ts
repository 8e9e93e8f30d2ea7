// The worker's life: started from a blob, started again by the next call after it died. Every call passes through here.
import worker_url from './worker.ts?worker&url';
import type { Calls, LoadedModel, ModelSource, Progress } from './protocol';
import { Remote, RemoteError } from './rpc';

/** The worker ended or stopped answering. What it held is gone; the next call starts another. */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied';

  constructor(reason: string) {
    super(`The part of this page that calculates has stopped: ${reason}`);
  }
}

/** Longest silence during a prediction. Models here need milliseconds; a phone with a big model, perhaps a second. */
const longest_prediction_ms = 20_000;

function is_trap(error: unknown): error is RemoteError {
  return error instanceof RemoteError && error.name === 'RuntimeError';
}

export class Engine {
  private worker: Worker | null = null;
  private remote: Remote | null = null;
  private readonly models = new Map<string, Promise<LoadedModel>>();
  /** Counts the workers started. A picture decoded by an earlier worker has to be decoded again. */
  epoch = 0;

  constructor(private readonly simd: boolean) {
    this.connect();
  }

  /**
   * Loads a model once; asking again returns the same promise. A failed load is forgotten, so that asking again
   * tries again.
   */
  load(
    { key, source, additions = {} }: ModelSource,
    on_progress?: (progress: Progress) => void,
  ): Promise<LoadedModel> {
    const known = this.models.get(key);
    if (known) return known;
    const params = { key, source, additions, simd: this.simd };
    const loading = this.connect().call('load_model', params, on_progress);
    this.models.set(key, loading);
    loading.catch((error: unknown) => {
      if (this.models.get(key) === loading) this.models.delete(key);
      // Other models may have been in the instance that ended.
      if (is_trap(error)) this.die(error.message);
    });
    return loading;
  }

  /** The next `load` of this model loads it again: its additions have changed. */
  forget(key: string): void {
    this.models.delete(key);
  }

  /** A prediction or a decoding. A trap inside the WebAssembly, or no answer at all, counts as the worker's death. */
  async call<M extends Exclude<keyof Calls, 'load_model'>>(
    method: M,
    params: Calls[M]['params'],
  ): Promise<Calls[M]['result']> {
    const watchdog = setTimeout(() => {
      this.die('It did not answer for 20 seconds.');
    }, longest_prediction_ms);
    try {
      return await this.connect().call(method, params);
    } catch (error) {
      if (is_trap(error)) {
        this.die(error.message);
        throw new WorkerDied(error.message);
      }
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /**
   * A worker started from a URL has only the policy of that URL's response headers; one started from a blob inherits
   * the page's own policy. The blob therefore only imports the real script, and "no request to any other host" holds
   * in the worker too, on any static host.
   */
  private connect(): Remote {
    if (this.remote) return this.remote;
    const script = new URL(worker_url, document.baseURI).href;
    const blob = new Blob([`import ${JSON.stringify(script)};`], { type: 'text/javascript' });
    const blob_url = URL.createObjectURL(blob);
    const worker = new Worker(blob_url, { type: 'module' });
    worker.addEventListener('error', (event) => {
      if (worker === this.worker) this.die(event.message || 'Its script could not be loaded.');
    });
    worker.addEventListener('messageerror', () => {
      if (worker === this.worker) this.die('Its answer could not be read.');
    });
    this.epoch++;
    this.worker = worker;
    this.remote = new Remote(worker);
    return this.remote;
  }

  private die(reason: string): void {
    this.worker?.terminate();
    this.remote?.reject_all(new WorkerDied(reason));
    this.worker = null;
    this.remote = null;
    this.models.clear();
  }
}
