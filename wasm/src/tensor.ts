import { LapisError } from './error.js';

export function size_of(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Throws where the shape does not fit the values: the library would read past their end. */
export function checked(data: Float32Array, shape: number[]): Float32Array {
  if (!(data instanceof Float32Array)) throw new LapisError('tensor: expected a Float32Array');
  if (!shape.every((size) => Number.isInteger(size) && size > 0) || size_of(shape) !== data.length)
    throw new LapisError(`tensor: shape [${shape.join(',')}] does not fit ${data.length} values`);
  return data;
}
