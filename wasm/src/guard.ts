// An instance that ended in the middle of a call (a trap, a stack that was full) is never used again: what it had begun to
// write is half written.
import { LapisError, text_of } from './error.js';

export class Guard {
  private broken_by: string | null = null;
  private readonly on_break: () => void;

  /** `on_break` is called once, when the instance ends so. */
  constructor(on_break: () => void) {
    this.on_break = on_break;
  }

  get is_broken(): boolean {
    return this.broken_by !== null;
  }

  /** Throws where the instance has ended. */
  check(what: string): void {
    if (this.broken_by !== null)
      throw new LapisError(
        `${what}: its WebAssembly module broke down in an earlier call (${this.broken_by}); load the model again`,
        { broken: true },
      );
  }

  /** The exports, with every function guarded: there is no other way in. */
  wrap(exports: WebAssembly.Exports): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(exports).map(([name, value]) => [
        name,
        typeof value === 'function' ? this.guarded(value as (...values: number[]) => unknown) : value,
      ]),
    );
  }

  private guarded(call: (...values: number[]) => unknown): (...values: number[]) => unknown {
    return (...values) => {
      this.check('model');
      try {
        return call(...values);
      } catch (error) {
        this.broken_by = text_of(error);
        this.on_break();
        throw new LapisError(
          `the WebAssembly module broke down in this call (${this.broken_by}); models that it held must be loaded again`,
          { cause: error, broken: true },
        );
      }
    };
  }
}
