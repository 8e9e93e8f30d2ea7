/** A bad file, a bad input or a wrong call, in one line that says where, what, and what to do. */
export class LapisError extends Error {
  override readonly name = 'LapisError';
}

/** The text of anything thrown. */
export function text_of(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
