// The models of this page: the index the build wrote, and the cards to choose from.
import type { ModelInfo } from 'lapis';
import { make } from './dom';
import { bytes, compact, percent } from './format';
import type { PixelRange } from './own_model';
import type { ModelSource } from './protocol';

export type Kind = 'text' | 'image' | 'numbers';

/** One line of weights/models.json (written by tools/build_index.mjs), or a file the visitor opened. */
export interface ModelEntry extends ModelSource {
  /** `key` is unique on this page; for the page's own models their name. */
  name: string;
  kind: Kind;
  bytes: number;
  parameters: number;
  labels: string[];
  metrics: Record<string, number>;
  is_default: boolean;
  /** Of a file that the visitor opened. */
  opened?: OpenedModel;
}

export interface OpenedModel {
  info: ModelInfo;
  /** What the file leaves open and the visitor says: a Keras file names no classes and has no range of pixels. */
  asks: { classes: number; pixels: PixelRange | null } | null;
}

interface IndexLine extends Omit<ModelEntry, keyof ModelSource | 'is_default' | 'opened'> {
  file: string;
  version: string;
  default: boolean;
}

export async function fetch_index(): Promise<ModelEntry[]> {
  const url = new URL('weights/models.json', document.baseURI);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the list of models answered ${response.status}`);
  let lines: IndexLine[];
  try {
    lines = (await response.json()) as IndexLine[];
  } catch {
    throw new Error('the list of models is not JSON; the server may have answered with a web page instead');
  }
  return lines.map(({ file, version, default: is_default, ...line }) => ({
    ...line,
    key: line.name,
    source: new URL(`${file}?v=${version}`, url).href,
    is_default,
  }));
}

/** As many names as the network puts out values, before it has put out any; empty ones become "class 0" and so on. */
export function class_names_of({ labels, opened }: ModelEntry): string[] {
  if (labels.length > 0 || !opened) return labels;
  const classes = opened.info.output.answers;
  return classes === 1 ? ['output'] : Array.from({ length: classes }, (_, i) => `class ${i}`);
}

const titles: Record<string, string> = {
  nusax_simple_rnn: 'Simple RNN',
  nusax_bi_simple_rnn: 'Simple RNN, both ways',
  nusax_lstm: 'LSTM',
  nusax_bilstm: 'LSTM, both ways',
  cifar10_cnn: 'Convolutional network',
};

export function title_of(entry: { name: string }): string {
  return titles[entry.name] ?? entry.name;
}

const metric_names: Record<string, string> = {
  test_accuracy: 'Test accuracy',
  test_macro_f1: 'Test macro F1',
  val_accuracy: 'Validation accuracy',
  val_macro_f1: 'Validation macro F1',
  test_loss: 'Test loss',
  val_loss: 'Validation loss',
};

/** The known metrics first and under their full names, then whatever else the file tells. */
export function metric_lines(metrics: Record<string, number>): [string, string][] {
  const known = Object.keys(metric_names).filter((key) => key in metrics);
  const others = Object.keys(metrics).filter((key) => !(key in metric_names));
  return [...known, ...others].map((key) => {
    const value = metrics[key] ?? NaN;
    const shown = key.endsWith('accuracy') ? percent(value) : value.toFixed(3);
    return [metric_names[key] ?? key.replaceAll('_', ' '), shown];
  });
}

/** On the test rows, which no choice has looked at; while a file has no such figures yet, on the validation rows. */
function score_of({ metrics, opened }: ModelEntry): string {
  for (const [name, prefix] of [
    ['Test', 'test'],
    ['Validation', 'val'],
  ] as const) {
    const accuracy = metrics[`${prefix}_accuracy`];
    const macro_f1 = metrics[`${prefix}_macro_f1`];
    if (accuracy !== undefined && macro_f1 !== undefined) {
      return `${name}: ${percent(accuracy)} · F1 ${macro_f1.toFixed(2)}`;
    }
  }
  return opened ? 'opened by you' : 'not measured';
}

/** Radio cards: size and test metrics are visible before anything is loaded. */
export class ModelCards {
  constructor(
    private readonly root: HTMLElement,
    private readonly group: string,
    private readonly choose: (entry: ModelEntry) => void,
  ) {}

  show(entries: readonly ModelEntry[], chosen: ModelEntry): void {
    this.root.replaceChildren(...entries.map((entry) => this.card(entry, entry === chosen)));
  }

  private card(entry: ModelEntry, checked: boolean): HTMLElement {
    const input = make('input', { type: 'radio', name: this.group, value: entry.key, checked });
    input.addEventListener('change', () => {
      this.choose(entry);
    });
    return make(
      'label',
      { class: 'model-card' },
      input,
      make('span', { class: 'model-title' }, title_of(entry)),
      make(
        'span',
        { class: 'model-figures' },
        `${bytes(entry.bytes)} · ${compact(entry.parameters)} parameters`,
      ),
      make('span', { class: 'model-figures' }, score_of(entry)),
    );
  }
}
