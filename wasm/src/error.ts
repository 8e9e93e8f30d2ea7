const longest_message = 2000;

interface LapisErrorOptions extends ErrorOptions {
  broken?: boolean;
}

/** A bad file, a bad input or a wrong call, in one line that says where, what, and what to do. */
export class LapisError extends Error {
  override readonly name = 'LapisError';
  /** The call ended its instance of the WebAssembly, or met one that had ended: its models must be loaded again. */
  readonly broken: boolean;

  constructor(message: string, options: LapisErrorOptions = {}) {
    super(one_line(message), options);
    this.broken = options.broken === true;
  }
}

/** Names out of files may hold anything: line breaks, escape sequences, halves of a letter. */
function one_line(text: unknown): string {
  const clean = text_of(text).replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '\ufffd');
  return clean.length > longest_message ? `${clean.slice(0, longest_message)} …` : clean;
}

/** The text of anything thrown. */
export function text_of(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'an error that cannot be shown';
  }
}

/** Whatever a call of the package ended with, as a LapisError. */
export function as_lapis_error(error: unknown): LapisError {
  if (error instanceof LapisError) return error;
  // What engines throw where an array cannot be made.
  const no_memory =
    error instanceof RangeError && /memory|alloc|array|buffer|string length/i.test(error.message);
  return new LapisError(no_memory ? `not enough memory (${error.message})` : text_of(error), {
    cause: error,
  });
}
