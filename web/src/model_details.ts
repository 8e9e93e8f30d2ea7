// Everything the chosen model's file tells about itself, in a <details> under the answer.
import type { ModelInfo } from 'lapis';
import { make } from './dom';
import { bytes, count, large } from './format';
import { metric_lines } from './models';

export function fill_model_details(root: HTMLElement, info: ModelInfo): void {
  const facts: [string, string][] = [
    ['Size of the file', bytes(info.bytes)],
    ['Parameters', count(info.parameters)],
    ['Multiplications for one answer', info.macs === null ? 'unknown' : large(info.macs)],
    ['Input', input_in_words(info)],
    ...metric_lines(info.metrics),
    ...training_lines(info.training),
  ];
  const list = make('dl', { class: 'facts' });
  for (const [name, value] of facts) {
    list.append(make('div', {}, make('dt', {}, name), make('dd', {}, value)));
  }
  // Reachable by keyboard, because on a phone the table scrolls sideways.
  const frame = make('div', { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Layers' });
  frame.append(layers_table(info));
  root.replaceChildren(list, frame);
}

function input_in_words({ input }: ModelInfo): string {
  if (input.text) {
    const { vocabulary_size, sequence_length } = input.text;
    return `${count(sequence_length)} words out of ${count(vocabulary_size)}`;
  }
  if (input.image) {
    const { width, height, channels } = input.image;
    return `${width} × ${height} pixels, ${channels === 1 ? 'grey' : `${channels} colours`}`;
  }
  return shape_in_words(input.shape.slice(1));
}

/** Only what is one plain value; anything nested stays in the file. */
function training_lines(training: Record<string, unknown>): [string, string][] {
  return Object.entries(training).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [
          [
            `Training: ${key.replaceAll('_', ' ')}`,
            typeof value === 'number' ? trimmed(value) : String(value),
          ],
        ]
      : [],
  );
}

function trimmed(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

/** Of one sample: without the batch, which comes first. */
function shape_in_words(shape: readonly (number | null)[]): string {
  return shape.map((size) => size ?? 'any').join(' × ');
}

function layers_table(info: ModelInfo): HTMLTableElement {
  const head = ['Layer', 'Type', 'Shape of its output', 'Parameters'];
  const rows = info.layers.map((layer) =>
    make(
      'tr',
      {},
      make('th', { scope: 'row' }, layer.name),
      make('td', {}, layer.type),
      make('td', { class: 'figure' }, shape_in_words(layer.output_shape.slice(1))),
      make('td', { class: 'figure' }, count(layer.parameters)),
    ),
  );
  return make(
    'table',
    { class: 'layers' },
    make('caption', {}, `The ${count(info.layers.length)} layers, first to last`),
    make('thead', {}, make('tr', {}, ...head.map((text) => make('th', { scope: 'col' }, text)))),
    make('tbody', {}, ...rows),
  );
}
