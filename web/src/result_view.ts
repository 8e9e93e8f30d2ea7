// The answer: the most probable class in large letters, then every class with its bar and number, then the time taken.
import { make } from './dom';
import { count, milliseconds, percent, plain } from './format';
import type { Outcome } from './protocol';

export interface Timing {
  round_trip_ms: number;
  backend: string;
  threads: number;
}

export function best_of(numbers: Float32Array): number {
  return numbers.reduce((best, value, index) => (value > (numbers[best] ?? 0) ? index : best), 0);
}

export function label_of(labels: readonly string[], index: number): string {
  return labels[index] ?? `class ${index}`;
}

function number_in_words({ kind, numbers }: Outcome, index: number): string {
  const value = numbers[index] ?? 0;
  return kind === 'values' ? plain(value) : percent(value);
}

/** A single value is the answer by itself: no class stands before it. */
function is_single_value({ kind, numbers }: Outcome): boolean {
  return kind === 'values' && numbers.length === 1;
}

/** For people who hear it. */
export function answer_in_words(outcome: Outcome): string {
  const best = best_of(outcome.numbers);
  return is_single_value(outcome)
    ? number_in_words(outcome, 0)
    : `${label_of(outcome.labels, best)}, ${number_in_words(outcome, best)}`;
}

/** What the numbers are, where they are not what everybody expects. */
const notes: Record<Outcome['kind'], string | null> = {
  distribution: null,
  binary: null,
  independent: 'Each probability stands by itself: they do not add to 100 %.',
  values: 'Values of the network’s own, which are no probabilities.',
};

function machinery_in_words({ backend, threads }: Timing): string {
  const simd = backend === 'simd' ? 'with SIMD' : 'without SIMD';
  return threads > 1 ? `${simd}, ${threads} threads` : simd;
}

/** Of more classes only the best are shown. */
const most_rows = 20;

/** The classes to show: all, in their own order, or the best ones, the best first. */
function shown_classes(numbers: Float32Array): number[] {
  const all = Array.from(numbers, (_, index) => index);
  if (all.length <= most_rows) return all;
  return all.sort((a, b) => (numbers[b] ?? 0) - (numbers[a] ?? 0)).slice(0, most_rows);
}

interface Row {
  row: HTMLTableRowElement;
  bar: HTMLElement;
  number: HTMLElement;
}

export class ResultView {
  private readonly verdict = make('p', { class: 'verdict' });
  private readonly expected = make('p', { class: 'expected' });
  private readonly body = make('tbody');
  private readonly timing = make('p', { class: 'timing' });
  private readonly caption = make('caption', { class: 'visually-hidden' }, 'Probability of each class');
  private readonly column = make('th', { scope: 'col' }, 'Probability');
  private rows: Row[] = [];

  constructor(private readonly root: HTMLElement) {
    const head = make(
      'thead',
      { class: 'visually-hidden' },
      make('tr', {}, make('th', { scope: 'col' }, 'Class'), make('th', { scope: 'col' }, 'Bar'), this.column),
    );
    const table = make('table', { class: 'bars' }, this.caption, head, this.body);
    root.append(this.verdict, this.expected, table, this.timing);
  }

  /** Empty bars in the classes' own order, so that nothing moves when the numbers come. */
  clear(labels: readonly string[], message: string): void {
    this.use_rows(labels.slice(0, most_rows));
    for (const { row, bar, number } of this.rows) {
      row.classList.remove('best');
      bar.style.setProperty('--share', '0');
      number.textContent = '–';
    }
    this.verdict.replaceChildren(make('span', { class: 'verdict-empty' }, message));
    this.expected.replaceChildren();
    this.timing.textContent = '\u00a0';
    this.root.dataset['state'] = 'empty';
  }

  paint(outcome: Outcome, timing: Timing, expected: string | null): void {
    const { kind, labels, numbers, ms } = outcome;
    const shown = shown_classes(numbers);
    this.use_rows(shown.map((index) => label_of(labels, index)));
    const best = best_of(numbers);
    const are_values = kind === 'values';
    this.caption.textContent = are_values ? 'Value of each output' : 'Probability of each class';
    this.column.textContent = are_values ? 'Value' : 'Probability';
    // Values of any size: the best one's bar is full, and below zero there is none.
    const full = are_values ? Math.max(numbers[best] ?? 0, 1e-30) : 1;
    this.rows.forEach(({ row, bar, number }, i) => {
      const index = shown[i] ?? 0;
      row.classList.toggle('best', index === best);
      bar.style.setProperty('--share', Math.max(0, (numbers[index] ?? 0) / full).toFixed(4));
      number.textContent = number_in_words(outcome, index);
    });
    const share = make('span', { class: 'verdict-share' }, number_in_words(outcome, best));
    const label = make('span', { class: 'verdict-label' }, label_of(labels, best));
    this.verdict.replaceChildren(...(is_single_value(outcome) ? [share] : [label, ' ', share]));
    this.paint_expected(expected, label_of(labels, best));
    this.timing.replaceChildren(
      ...(notes[kind] === null ? [] : [make('span', {}, notes[kind])]),
      ...(shown.length < numbers.length
        ? [make('span', {}, `The best ${shown.length} of ${count(numbers.length)}`)]
        : []),
      make('span', {}, `${milliseconds(ms)} in the network`),
      make('span', {}, `${milliseconds(timing.round_trip_ms)} round trip`),
      make('span', {}, `WebAssembly ${machinery_in_words(timing)}`),
    );
    this.root.dataset['state'] = 'painted';
  }

  /** The samples know what they were made as; where the model errs, the page says so. */
  private paint_expected(expected: string | null, answer: string): void {
    this.expected.replaceChildren();
    this.expected.classList.toggle('wrong', expected !== null && expected !== answer);
    if (expected === null) return;
    this.expected.append(
      expected === answer
        ? `Right: this sample was made as “${expected}”.`
        : `Wrong: this sample was made as “${expected}”. The model errs here.`,
    );
  }

  private use_rows(labels: readonly string[]): void {
    const same =
      this.rows.length === labels.length &&
      this.rows.every(({ row }, i) => row.dataset['label'] === labels[i]);
    if (same) return;
    this.rows = labels.map((label) => {
      const bar = make('span', { class: 'bar' });
      const number = make('td', { class: 'share' });
      const row = make(
        'tr',
        { 'data-label': label },
        make('th', { scope: 'row' }, label),
        make('td', { class: 'track' }, bar),
        number,
      );
      return { row, bar, number };
    });
    this.body.replaceChildren(...this.rows.map(({ row }) => row));
  }
}
