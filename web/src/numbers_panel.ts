// The numbers tab, for models of the visitor's own that read neither text nor pictures: ids of words, rows, sequences.
import type { ModelInfo } from 'lapis';
import { by_id } from './dom';
import type { Engine } from './engine';
import { count } from './format';
import type { ModelEntry } from './models';
import { set_notice } from './notice';
import { Panel } from './panel';
import type { Outcome } from './protocol';

interface NumbersInput {
  values: Float32Array;
  shape: number[];
}

const largest_file = 5_000_000;

/** The last word while it is typed: "-", "1e". */
const begun_number = /^[-+]?(\d*\.?|\d*\.?\d+e[-+]?)$/i;

export class NumbersPanel {
  readonly panel: Panel<NumbersInput, Outcome>;
  private readonly area = by_id('numbers', HTMLTextAreaElement);
  private readonly notice = by_id('numbers-notice', HTMLElement);

  constructor(engine: Engine, first: ModelEntry) {
    this.panel = new Panel('numbers', engine, [first], first, {
      classify: (key, input) => engine.call('classify_numbers', { key, ...input }),
      expected: () => null,
      chosen: () => {
        this.read_area();
      },
      cleared: () => undefined,
      painted: () => undefined,
      empty_message: 'Type numbers',
    });
    this.area.addEventListener('input', () => {
      this.read_area();
    });
    by_id('numbers-example', HTMLButtonElement).addEventListener('click', () => {
      this.area.value = example_for(this.info);
      this.read_area();
    });
    const file_input = by_id('numbers-file', HTMLInputElement);
    file_input.addEventListener('change', () => {
      const file = file_input.files?.[0];
      if (file) void this.open_file(file);
      file_input.value = '';
    });
  }

  async open_file(file: File): Promise<void> {
    if (file.size > largest_file) {
      set_notice(this.notice, `“${file.name}” is larger than 5 MB. Your numbers are unchanged.`);
      return;
    }
    this.area.value = await file.text();
    this.read_area();
  }

  /** Also after another model was chosen: it may read another count. */
  read_area(): void {
    const { info } = this;
    by_id('numbers-hint', HTMLElement).textContent =
      `${wanted(info)} Separated by spaces, commas or lines; the answer follows every key.`;
    const read = read_numbers(this.area.value, info);
    set_notice(this.notice, 'wrong' in read ? read.wrong : null);
    if ('values' in read) this.panel.submit(read);
    else this.panel.submit(null, 'missing' in read ? read.missing : undefined);
  }

  private get info(): ModelInfo {
    const { opened } = this.panel.model;
    if (!opened) throw new Error('the numbers tab has opened models only');
    return opened.info;
  }
}

/** The sizes of one sample; at most one of them is open. */
function sizes_of(info: ModelInfo): (number | null)[] {
  return info.input.shape.slice(1);
}

/** How many ids there are, where the numbers are ids of words. */
function ids_of(info: ModelInfo): number | null {
  const [first] = info.layers;
  const width = first?.output_shape.at(-1);
  return first?.type === 'Embedding' && width ? first.parameters / width : null;
}

function wanted(info: ModelInfo): string {
  const sizes = sizes_of(info);
  const ids = ids_of(info);
  const [steps = null, width = null] = sizes;
  const what = ids === null ? 'numbers' : `whole numbers from 0 to ${count(ids - 1)}, one for each word`;
  if (sizes.length === 1) return `It reads ${steps === null ? 'any count of' : count(steps)} ${what}.`;
  const each = sizes.length === 2 && width !== null ? `${count(width)} ${what} each` : what;
  if (sizes.length === 2)
    return `It reads ${steps === null ? 'any count of' : count(steps)} steps of ${each}.`;
  return `It reads ${sizes.map((size) => size ?? 'any').join(' × ')} ${what}, row by row.`;
}

type Read = NumbersInput | { missing: string } | { wrong: string } | { empty: true };

function read_numbers(text: string, info: ModelInfo): Read {
  const words = text.split(/[\s,;[\](){}]+/).filter((word) => word !== '');
  if (words.length === 0) return { empty: true };
  const values = Float32Array.from(words, Number);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  const last = words[words.length - 1] ?? '';
  const is_begun = bad === words.length - 1 && text.endsWith(last) && begun_number.test(last);
  if (is_begun) return { missing: `${count(bad)} numbers and one begun` };
  if (bad >= 0)
    return { wrong: `“${(words[bad] ?? '').slice(0, 40)}”, number ${count(bad + 1)}, is no number.` };
  const sizes = sizes_of(info);
  const known = sizes.reduce<number>((product, size) => product * (size ?? 1), 1);
  const open = sizes.includes(null);
  const fits = open ? values.length % known === 0 : values.length === known;
  if (!fits) {
    const expected = open ? `a multiple of ${count(known)}` : count(known);
    if (values.length > known && !open)
      return { wrong: `${count(values.length)} numbers, but the network reads ${expected}.` };
    return { missing: `${count(values.length)} of ${expected} numbers` };
  }
  return { values, shape: [1, ...sizes.map((size) => size ?? values.length / known)] };
}

/** Something to begin with: numbers of the right count that are not all alike. */
function example_for(info: ModelInfo): string {
  const sizes = sizes_of(info);
  const ids = ids_of(info);
  const total = sizes.reduce<number>((product, size) => product * (size ?? 8), 1);
  const lines = sizes.length > 1 ? (sizes.at(-1) ?? total) : total;
  let text = '';
  for (let i = 0; i < total; i++) {
    const share = ((i + 1) * 0.6180339887) % 1;
    const value = ids === null ? (share * 2 - 1).toFixed(2) : String(Math.floor(share * ids));
    text += value + ((i + 1) % lines === 0 ? '\n' : ' ');
  }
  return text.trim();
}
