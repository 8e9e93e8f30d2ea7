// The classes of a training batch, as people hand them in, to the class numbers that the library takes.
import { array_kind, in_words } from './arguments.js';
import { LapisError } from './error.js';

/** Class numbers, or one-hot rows, one row after another or as a list of lists; one a sample. */
export type Labels = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<ArrayLike<number>>;

/** `samples` of the batch, `classes` of the model. Throws for whatever is not exactly one class a sample. */
export function class_numbers(labels: unknown, samples: number, classes: number): Int32Array {
  const expected = `expected class numbers 0 to ${classes - 1}, or one-hot rows of ${classes}`;
  if (array_kind(labels) === undefined)
    throw new LapisError(`labels: ${expected}, found ${in_words(labels)}`);
  const list = Array.from(labels as ArrayLike<unknown>);
  // Rows one after another, as a typed array has them.
  const rows_in_one =
    classes > 1 && list.length === samples * classes && list.every((x) => typeof x === 'number');
  const of_samples = rows_in_one
    ? Array.from({ length: samples }, (_, i) => list.slice(i * classes, (i + 1) * classes))
    : list;
  if (of_samples.length !== samples)
    throw new LapisError(`training batch: ${samples} samples, but ${of_samples.length} labels`);
  return Int32Array.from(of_samples, (label, i) => {
    const row = array_kind(label) === undefined ? null : Array.from(label as ArrayLike<unknown>);
    if (row?.length === classes && classes > 1) return class_of_row(row, i);
    return class_number(row?.length === 1 ? row[0] : label, i, classes, expected);
  });
}

function class_of_row(row: unknown[], sample: number): number {
  const one = row.indexOf(1);
  const wrong = row.find((value, i) => value !== (i === one ? 1 : 0));
  if (one < 0 || wrong !== undefined || row.includes(undefined))
    throw new LapisError(
      `labels: the row of sample ${sample} is not one-hot (a single 1, else 0): [${row.slice(0, 16).map(short).join(',')}]`,
    );
  return one;
}

function class_number(label: unknown, sample: number, classes: number, expected: string): number {
  const number = typeof label === 'bigint' ? Number(label) : label;
  if (typeof number !== 'number' || !Number.isInteger(number)) {
    const hint = typeof label === 'string' ? "; model.info.labels.indexOf(name) is a class's number" : '';
    throw new LapisError(`labels: ${expected}; sample ${sample} has ${in_words(label)}${hint}`);
  }
  if (number < 0 || number >= classes)
    throw new LapisError(
      `labels: sample ${sample} has label ${number}, expected 0 to ${classes - 1} (the model has ${classes} classes)`,
    );
  return number;
}

function short(value: unknown): string {
  return typeof value === 'number' ? String(value) : in_words(value);
}
