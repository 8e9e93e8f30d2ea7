// Typed request and reply between the page and its worker. Requests are numbered; a reply carries its request's
// number, so replies may come in any order and an unknown number is ignored.
import type { Calls, Progress } from './protocol';

type Method = keyof Calls;
interface Request {
  id: number;
  method: Method;
  params: Calls[Method]['params'];
}
type Reply =
  | { id: number; kind: 'result'; value: unknown }
  | { id: number; kind: 'error'; name: string; message: string }
  | { id: number; kind: 'progress'; value: Progress };

/** An error that happened in the worker, under its own name. */
export class RemoteError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
  on_progress: ((progress: Progress) => void) | undefined;
}

/** The page's end. */
export class Remote {
  private readonly waiting = new Map<number, Waiting>();
  private last_id = 0;

  constructor(private readonly worker: Worker) {
    worker.addEventListener('message', (event: MessageEvent<Reply>) => {
      this.receive(event.data);
    });
  }

  call<M extends Method>(
    method: M,
    params: Calls[M]['params'],
    on_progress?: (progress: Progress) => void,
  ): Promise<Calls[M]['result']> {
    const id = ++this.last_id;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, on_progress });
      this.worker.postMessage({ id, method, params } satisfies Request);
    });
  }

  /** Rejects every request still waiting: the worker will never answer them. */
  reject_all(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private receive(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    if (reply.kind === 'progress') {
      waiting.on_progress?.(reply.value);
      return;
    }
    this.waiting.delete(reply.id);
    if (reply.kind === 'result') waiting.resolve(reply.value as never);
    else waiting.reject(new RemoteError(reply.name, reply.message));
  }
}

type Handlers = {
  [M in Method]: (
    params: Calls[M]['params'],
    report: (progress: Progress) => void,
  ) => Calls[M]['result'] | Promise<Calls[M]['result']>;
};

/** The worker's end: answers every request with its handler's result or error. */
export function serve(scope: DedicatedWorkerGlobalScope, handlers: Handlers): void {
  const send = (reply: Reply, transfer: Transferable[] = []): void => {
    scope.postMessage(reply, transfer);
  };
  scope.addEventListener('message', (event: MessageEvent<Request>) => {
    const { id, method, params } = event.data;
    const handler = handlers[method] as (params: unknown, report: (progress: Progress) => void) => unknown;
    const answer = async (): Promise<void> => {
      try {
        const value = await handler(params, (progress) => {
          send({ id, kind: 'progress', value: progress });
        });
        send({ id, kind: 'result', value }, transferables(value));
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        // The library's name for an instance that ended: what the engine calls it.
        const has_ended = error instanceof Error && 'broken' in error && error.broken === true;
        send({ id, kind: 'error', name: has_ended ? 'RuntimeError' : name, message });
      }
    };
    void answer();
  });
}

/** Bitmaps are moved rather than copied; the arrays of a reply are small. */
function transferables(value: unknown): Transferable[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((part): part is ImageBitmap => part instanceof ImageBitmap);
}
