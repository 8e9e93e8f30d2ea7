// The text as the network reads it: one chip per word, unknown words marked by a dashed frame and a question mark.
import type { Token } from 'lapis';
import { make } from './dom';
import { count, counted } from './format';

export interface Reading {
  tokens: readonly Token[];
  truncated: number;
  vocabulary_size: number;
  sequence_length: number;
}

export class TokensView {
  private readonly summary: HTMLElement;
  private readonly chips: HTMLElement;
  private readonly detail: HTMLElement;
  private reading: Reading | null = null;

  constructor(root: HTMLElement) {
    this.summary = make('p', { class: 'tokens-summary' });
    this.chips = make('ol', { class: 'chips', 'aria-label': 'Words as the network reads them' });
    this.detail = make('p', { class: 'chip-detail' });
    root.append(this.summary, this.chips, this.detail);
    for (const kind of ['pointerover', 'focusin', 'click'] as const) {
      this.chips.addEventListener(kind, (event) => {
        this.describe(event.target);
      });
    }
    this.chips.addEventListener('keydown', (event) => {
      this.move(event);
    });
  }

  clear(): void {
    this.reading = null;
    this.summary.textContent = 'Nothing to read yet.';
    this.chips.replaceChildren();
    this.detail.textContent = '\u00a0';
  }

  paint(reading: Reading): void {
    this.reading = reading;
    const { tokens, truncated, sequence_length } = reading;
    const unknown = tokens.filter((token) => !token.known).length;
    this.summary.replaceChildren(
      truncated > 0
        ? `The model reads the first ${count(sequence_length)} of ${count(tokens.length + truncated)} words.`
        : `${counted(tokens.length, 'word')} of at most ${count(sequence_length)}.`,
      unknown > 0 ? ` ${counted(unknown, 'word is', 'words are')} unknown to it.` : ' All are known to it.',
    );
    const items = tokens.map((token, index) => chip(token, index));
    if (truncated > 0) {
      items.push(make('li', { class: 'left-out' }, `${counted(truncated, 'more word')} not read`));
    }
    this.chips.replaceChildren(...items);
    this.detail.textContent = 'Point at a word, or move to it with the arrow keys, to see its number.';
  }

  private describe(target: EventTarget | null): void {
    const button = target instanceof HTMLElement ? target.closest('button') : null;
    const index = Number(button?.dataset['index'] ?? -1);
    const token = this.reading?.tokens[index];
    if (!this.reading || !token) return;
    const size = count(this.reading.vocabulary_size);
    this.detail.textContent = token.known
      ? `Word ${index + 1}, “${token.text}”, is number ${count(token.id)} of the ${size} the model knows.`
      : `Word ${index + 1}, “${token.text}”, is not among the ${size} the model knows: it reads ` +
        `number ${token.id}, “some unknown word”.`;
  }

  /** One tab stop for the whole list; the arrow keys move within it. */
  private move(event: KeyboardEvent): void {
    const buttons = [...this.chips.querySelectorAll('button')];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    const next = to === undefined ? undefined : buttons[to];
    if (at < 0 || !next) return;
    event.preventDefault();
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }
}

function chip(token: Token, index: number): HTMLLIElement {
  const button = make(
    'button',
    {
      type: 'button',
      class: token.known ? 'chip' : 'chip unknown',
      tabindex: index === 0 ? 0 : -1,
      'data-index': index,
      'data-text': token.text,
      lang: 'id',
    },
    make('span', {}, token.text),
    token.known
      ? make('span', { class: 'chip-id', 'aria-hidden': true }, String(token.id))
      : make('span', { class: 'chip-mark', 'aria-hidden': true }, '?'),
  );
  const spoken = token.known ? `, number ${token.id}` : ', unknown word';
  button.append(make('span', { class: 'visually-hidden' }, spoken));
  return make('li', {}, button);
}
