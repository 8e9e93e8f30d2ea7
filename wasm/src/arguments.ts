// What callers hand in may be anything: which kind is it, in words for errors, and is it something to work with?
import { LapisError, text_of } from './error.js';

const typed_array = Object.getPrototypeOf(Uint8Array.prototype) as object;

/**
 * "Float32Array", "Array" ...; undefined for what is neither a typed array nor an array. Asked of the engine, so that
 * arrays of other realms (frames, test runners) are recognised and imitations are not.
 */
export function array_kind(value: unknown): string | undefined {
  const kind = Reflect.get(typed_array, Symbol.toStringTag, value) as string | undefined;
  return kind ?? (Array.isArray(value) ? 'Array' : undefined);
}

/** The bytes of a typed array, not copied. Throws for anything else. */
export function bytes_in(value: ArrayBufferView): Uint8Array {
  if (array_kind(value) === undefined || Array.isArray(value))
    throw new LapisError(`expected a typed array, found ${in_words(value)}`);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** "a Float64Array", "undefined", "the text "cat"". */
export function in_words(value: unknown): string {
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const name = array_kind(value) ?? class_name(value);
  return `${/^[AEIOU]/.test(name) && !name.startsWith('Ui') ? 'an' : 'a'} ${name}`;
}

function class_name(value: object): string {
  try {
    const { constructor } = value as { constructor?: { name?: unknown } };
    if (typeof constructor?.name === 'string' && constructor.name !== '') return constructor.name;
  } catch {
    // Nameless.
  }
  return 'Object';
}

/** The options of a call. Throws unless they are an object with known keys; undefined: none. */
export function checked_options<T extends object>(
  options: T | undefined,
  known: readonly (keyof T & string)[],
  where: string,
): Partial<T> {
  if (options === undefined) return {};
  if (Object.prototype.toString.call(options) !== '[object Object]')
    throw new LapisError(`${where}: expected an object of options, found ${in_words(options)}`);
  for (const key of Object.keys(options))
    if (!(known as readonly string[]).includes(key))
      throw new LapisError(
        `${where}: option ${JSON.stringify(key)} is not known; known: ${known.join(', ')}`,
      );
  return options;
}

/** Throws unless an option is left out or one of these. */
export function check_choice(value: unknown, choices: readonly unknown[], where: string): void {
  if (value !== undefined && !choices.includes(value))
    throw new LapisError(
      `${where}: expected ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}, found ${in_words(value)}`,
    );
}

/** As JSON for the library. Throws for what JSON would leave out or make null of. */
export function json_text(value: unknown, where: string): string {
  const checked = (key: string, inner: unknown): unknown => {
    const is_lost =
      ['function', 'symbol', 'bigint'].includes(typeof inner) ||
      (typeof inner === 'number' && !Number.isFinite(inner)) ||
      (inner === undefined && key === '');
    if (is_lost) throw new LapisError(`${where}: ${key === '' ? '' : `${key} is `}${in_words(inner)}`);
    return inner;
  };
  try {
    return JSON.stringify(value, checked);
  } catch (error) {
    throw error instanceof LapisError
      ? error
      : new LapisError(`${where}: ${text_of(error)}`, { cause: error });
  }
}
