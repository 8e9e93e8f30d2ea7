import { array_kind, in_words } from './arguments.js';
import { LapisError } from './error.js';

export function size_of(shape: ArrayLike<number>): number {
  return Array.prototype.reduce.call<ArrayLike<number>, [(a: number, b: number) => number, number], number>(
    shape,
    (product, size) => product * size,
    1,
  );
}

export interface Tensor {
  data: Float32Array;
  shape: Int32Array;
}

/** Throws where the shape does not fit the values: the library would read past their end. */
export function checked_tensor(data: unknown, shape: unknown): Tensor {
  if (array_kind(data) !== 'Float32Array')
    throw new LapisError(`tensor: expected a Float32Array, found ${in_words(data)}`);
  if (array_kind(shape) === undefined)
    throw new LapisError(
      `tensor: expected a shape, a list of sizes with the batch first, found ${in_words(shape)}`,
    );
  const values = data as Float32Array;
  const sizes = Array.from(shape as ArrayLike<unknown>);
  if (!sizes.every(is_size) || sizes.length === 0 || size_of(sizes) !== values.length)
    throw new LapisError(
      `tensor: shape [${sizes.slice(0, 16).map(short).join(',')}] does not fit ${values.length} values`,
    );
  return { data: values, shape: Int32Array.from(sizes) };
}

function is_size(size: unknown): size is number {
  return typeof size === 'number' && Number.isInteger(size) && size > 0 && size < 2 ** 31;
}

function short(size: unknown): string {
  return typeof size === 'number' ? String(size) : in_words(size);
}
