// The text tab: what is typed, pasted, dropped or clicked goes to the model at every change.
import { by_id, make } from './dom';
import type { Engine } from './engine';
import type { ModelEntry } from './models';
import { set_notice } from './notice';
import { Panel } from './panel';
import type { TextOutcome } from './protocol';
import { sentences, type Sentence } from './samples';
import { TokensView } from './tokens_view';
import { has_word } from './words';

/** A text area grows slow long before the model does. */
const largest_file = 5_000_000;

export class TextPanel {
  readonly panel: Panel<string, TextOutcome>;
  private readonly area = by_id('text', HTMLTextAreaElement);
  private readonly notice = by_id('text-notice', HTMLElement);
  private readonly tokens = new TokensView(by_id('text-tokens', HTMLElement));

  constructor(
    engine: Engine,
    entries: ModelEntry[],
    first: ModelEntry,
    private readonly changed: () => void,
  ) {
    this.panel = new Panel('text', engine, entries, first, {
      classify: (key, text) => engine.call('classify_text', { key, text }),
      expected: (text) => {
        const expected = sentences.find((sentence) => sentence.text === text)?.expected ?? null;
        return expected !== null && this.panel.model.labels.includes(expected) ? expected : null;
      },
      chosen: changed,
      cleared: () => {
        this.tokens.clear();
      },
      empty_message: 'Type a sentence',
      painted: (result, _text, { info }) => {
        this.tokens.paint({
          ...result,
          vocabulary_size: info.input.text?.vocabulary_size ?? 0,
          sequence_length: info.input.text?.sequence_length ?? result.tokens.length,
        });
      },
    });
    this.area.addEventListener('input', () => {
      this.read_area();
    });
    by_id('sentences', HTMLElement).append(...sentences.map((sentence) => this.sample(sentence)));
    const file_input = by_id('text-file', HTMLInputElement);
    file_input.addEventListener('change', () => {
      const file = file_input.files?.[0];
      if (file) void this.open_file(file);
      file_input.value = ''; // choosing the same file again is a change again
    });
    this.tokens.clear();
  }

  get text(): string {
    return this.area.value;
  }

  set_text(text: string): void {
    this.area.value = text;
    this.read_area();
  }

  async open_file(file: File): Promise<void> {
    const refuse = (reason: string): void => {
      set_notice(this.notice, `“${file.name}” ${reason} Your text is unchanged.`);
    };
    if (file.size === 0) {
      refuse('is empty.');
      return;
    }
    if (file.size > largest_file) {
      refuse('is larger than 5 MB; the model reads only the first words of a text.');
      return;
    }
    try {
      this.set_text(new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()));
    } catch (error) {
      if (error instanceof TypeError) refuse('is not UTF-8 text. Save it as UTF-8 and open it again.');
      else refuse('could not be read; it may have been moved or deleted.');
    }
  }

  private read_area(): void {
    const text = this.area.value;
    set_notice(this.notice, null);
    if (has_word(text)) this.panel.submit(text);
    else this.panel.submit(null, text.trim() === '' ? undefined : 'No words in this text');
    this.changed();
  }

  private sample(sentence: Sentence): HTMLElement {
    const button = make(
      'button',
      { type: 'button', class: 'sentence' },
      make('span', { lang: 'id', class: 'sentence-text' }, sentence.text),
      make('span', { class: 'sentence-gloss' }, sentence.english),
      make('span', { class: 'sentence-about' }, sentence.about),
    );
    button.addEventListener('click', () => {
      this.set_text(sentence.text);
    });
    return make('li', {}, button);
  }
}
