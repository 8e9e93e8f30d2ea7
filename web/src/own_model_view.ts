// Beside a model of the visitor's own: what only they can say. Nothing is shown for a file that says it all.
import { make } from './dom';
import { count } from './format';
import type { ModelEntry } from './models';
import { set_notice } from './notice';
import { additions_of, labels_of, pixel_ranges, type PixelRange } from './own_model';
import type { TabName } from './tabs';

const largest_file = 1_000_000;

export class OwnModelView {
  private entry: ModelEntry | null = null;
  private readonly notice = make('div');
  private readonly area: HTMLTextAreaElement;

  constructor(
    private readonly root: HTMLElement,
    private readonly tab: TabName,
    private readonly changed: (entry: ModelEntry) => void,
  ) {
    const id = `${tab}-labels`;
    this.area = make('textarea', { id, class: 'labels', rows: 3, spellcheck: 'false', autocomplete: 'off' });
    // A list that is not complete yet is nothing to complain of.
    this.area.addEventListener('input', () => {
      this.read_labels(false);
    });
    this.area.addEventListener('change', () => {
      this.read_labels(true);
    });
  }

  /** Shows what this model leaves open, as it was last answered. */
  show(entry: ModelEntry): void {
    if (entry === this.entry) return;
    this.entry = entry;
    const asks = entry.opened?.asks;
    this.root.hidden = !asks;
    if (!asks) return;
    set_notice(this.notice, null);
    this.area.value = entry.labels.join('\n');
    this.root.replaceChildren(
      ...(asks.pixels === null ? [] : [this.range_choice(asks.pixels)]),
      this.label_field(asks.classes),
      this.notice,
    );
  }

  /** A list of names that was dropped or chosen; false where the model needs none. */
  async take_file(file: File): Promise<boolean> {
    if (!this.entry?.opened?.asks) return false;
    try {
      if (file.size > largest_file) throw new Error('is larger than 1 MB');
      this.area.value = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
      this.read_labels(true);
    } catch (error) {
      const reason =
        error instanceof TypeError || !(error instanceof Error) ? 'is not UTF-8 text' : error.message;
      set_notice(this.notice, `“${file.name}” ${reason}; expected the names of the classes, one a line.`);
    }
    return true;
  }

  private range_choice(chosen: PixelRange): HTMLElement {
    const radios = (Object.keys(pixel_ranges) as PixelRange[]).map((range) => {
      const radio = make('input', {
        type: 'radio',
        name: `${this.tab}-pixels`,
        value: range,
        checked: range === chosen,
      });
      radio.addEventListener('change', () => {
        if (!this.entry?.opened?.asks) return;
        this.entry.opened.asks.pixels = range;
        this.apply();
      });
      return make('label', {}, radio, ` ${range}`);
    });
    const legend = make('legend', {}, 'The network reads pixels as numbers from');
    return make('fieldset', { class: 'choices' }, legend, ...radios);
  }

  private label_field(classes: number): HTMLElement {
    const file = make('input', { class: 'visually-hidden', type: 'file', accept: '.txt,text/plain' });
    file.addEventListener('change', () => {
      const chosen = file.files?.[0];
      if (chosen) void this.take_file(chosen);
      file.value = '';
    });
    const names =
      classes === 1 ? 'Name of its one output' : `Names of its ${count(classes)} classes, one a line`;
    const heading = make('label', { for: this.area.id }, names);
    const button = make('label', { class: 'button quiet file-button' }, 'Open a list', file);
    return make(
      'div',
      { class: 'label-field' },
      make('div', { class: 'heading-row' }, heading, button),
      this.area,
    );
  }

  private read_labels(complains: boolean): void {
    const asks = this.entry?.opened?.asks;
    if (!this.entry || !asks) return;
    try {
      const labels = labels_of(this.area.value, asks.classes);
      set_notice(this.notice, null);
      if (labels.join('\n') === this.entry.labels.join('\n')) return;
      this.entry.labels = labels;
      this.apply();
    } catch (error) {
      if (complains) set_notice(this.notice, error instanceof Error ? error.message : String(error));
    }
  }

  private apply(): void {
    if (!this.entry?.opened) return;
    this.entry.additions = additions_of(this.entry.opened, this.entry.labels);
    this.changed(this.entry);
  }
}
