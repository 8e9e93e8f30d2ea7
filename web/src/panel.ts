// What the text tab and the picture tab share: choosing and loading a model, asking it, showing its answer or what
// went wrong. A tab only says how to ask (`classify`) and what else to show (`painted`).
import { announce } from './announcer';
import { by_id, make } from './dom';
import { WorkerDied, type Engine } from './engine';
import { bytes } from './format';
import { Latest } from './latest';
import { fill_model_details } from './model_details';
import { class_names_of, ModelCards, title_of, type ModelEntry } from './models';
import { OwnModelView } from './own_model_view';
import type { LoadedModel, Outcome } from './protocol';
import { answer_in_words, ResultView } from './result_view';
import type { TabName } from './tabs';

export interface PanelHooks<Input, Result extends Outcome> {
  classify(key: string, input: Input): Promise<Result>;
  /** Called in the same task that paints the bars, so that a tab never shows halves of two answers. */
  painted(result: Result, input: Input, model: LoadedModel): void;
  /** Called when the bars are emptied: no answer is shown any more. */
  cleared(): void;
  /** The class a sample was made as, or null. */
  expected(input: Input): string | null;
  /** Called once another model was chosen. */
  chosen(): void;
  empty_message: string;
}

interface Answer<Result> {
  result: Result;
  model: LoadedModel;
  round_trip_ms: number;
}

export class Panel<Input, Result extends Outcome> {
  model: ModelEntry;
  private readonly result: ResultView;
  private readonly cards: ModelCards;
  private readonly status: HTMLElement;
  private readonly details: HTMLElement;
  private readonly own: OwnModelView;
  private readonly queue: Latest<Input, Answer<Result>>;
  private input: Input | null = null;
  private ready = false;
  private first_answer: (() => void) | null = null;

  constructor(
    private readonly id: TabName,
    private readonly engine: Engine,
    private readonly entries: ModelEntry[],
    first: ModelEntry,
    private readonly hooks: PanelHooks<Input, Result>,
  ) {
    this.model = first;
    this.result = new ResultView(by_id(`${id}-result`, HTMLElement));
    this.status = by_id(`${id}-status`, HTMLElement);
    this.details = by_id(`${id}-details`, HTMLElement);
    this.own = new OwnModelView(by_id(`${id}-own`, HTMLElement), id, (entry) => {
      this.engine.forget(entry.key);
      void this.select(entry);
    });
    this.cards = new ModelCards(by_id(`${id}-models`, HTMLElement), `${id}-model`, (entry) => {
      void this.select(entry);
      hooks.chosen();
    });
    this.queue = new Latest(
      (input) => this.ask(input),
      (answer, input) => {
        this.paint(answer, input);
      },
      (error) => {
        this.show_failure(error);
      },
    );
    this.cards.show(entries, first);
    this.result.clear(class_names_of(first), hooks.empty_message);
  }

  /** Resolves when the first answer has been painted: the moment to fetch what is not needed yet. */
  readonly answered = new Promise<void>((resolve) => {
    this.first_answer = resolve;
  });

  /** Loads a model, with progress, and asks it about the present input. */
  async select(entry: ModelEntry): Promise<void> {
    this.model = entry;
    this.own.show(entry);
    by_id(`panel-${this.id}`, HTMLElement).classList.toggle('own-model', entry.opened !== undefined);
    this.ready = false;
    this.queue.cancel();
    this.clear(this.input === null ? this.hooks.empty_message : 'Loading the model …');
    this.details.replaceChildren(make('p', {}, 'Shown once the model is loaded.'));
    const progress = this.show_progress(entry);
    try {
      const loaded = await this.engine.load(entry, (state) => {
        // The size in the index, because a compressed transfer announces its compressed size.
        progress.value = Math.min(1, state.loaded / entry.bytes);
      });
      if (entry !== this.model) return;
      this.ready = true;
      this.status.replaceChildren();
      fill_model_details(this.details, loaded.info);
      if (this.input !== null) this.queue.submit(this.input);
    } catch (error) {
      if (entry === this.model) this.show_failure(error);
    }
  }

  /** Loads the chosen model unless it is there or on its way. */
  wake(): void {
    if (!this.ready && !this.status.hasChildNodes()) void this.select(this.model);
  }

  add(entry: ModelEntry): void {
    this.entries.push(entry);
    this.cards.show(this.entries, entry);
    void this.select(entry);
  }

  choose(key: string): void {
    const entry = this.entries.find((candidate) => candidate.key === key);
    if (!entry || entry === this.model) return;
    this.cards.show(this.entries, entry);
    void this.select(entry);
  }

  /** Names for the classes of the chosen model, if it takes any; false where it does not. */
  async take_labels(file: File): Promise<boolean> {
    return this.own.take_file(file);
  }

  /** The newest input; null when there is none. Whatever is still being computed is never painted. */
  submit(input: Input | null, message = this.hooks.empty_message): void {
    this.input = input;
    if (input === null) {
      this.queue.cancel();
      this.clear(message);
    } else if (this.ready) {
      this.queue.submit(input);
    }
  }

  private clear(message: string): void {
    this.result.clear(class_names_of(this.model), message);
    this.hooks.cleared();
  }

  private async ask(input: Input): Promise<Answer<Result>> {
    const entry = this.model;
    // At once where the model is loaded; after the worker died this loads it again.
    const model = await this.engine.load(entry);
    const start = performance.now();
    const result = await this.hooks.classify(entry.key, input);
    return { result, model, round_trip_ms: performance.now() - start };
  }

  private paint({ result, model, round_trip_ms }: Answer<Result>, input: Input): void {
    this.status.replaceChildren();
    const { backend, threads } = model;
    this.result.paint(result, { round_trip_ms, backend, threads }, this.hooks.expected(input));
    this.hooks.painted(result, input, model);
    announce(answer_in_words(result));
    this.first_answer?.();
  }

  private show_progress(entry: ModelEntry): HTMLProgressElement {
    const id = `${this.id}-progress`;
    const progress = make('progress', { id, max: 1, value: 0 });
    const label = make('label', { for: id }, `Loading “${title_of(entry)}”, ${bytes(entry.bytes)}`);
    this.status.replaceChildren(make('div', { class: 'loading' }, label, progress));
    return progress;
  }

  private show_failure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const died = error instanceof WorkerDied;
    const title = this.ready
      ? 'The model could not answer this.'
      : `The model “${title_of(this.model)}” could not be loaded.`;
    const message = died ? make('p', {}, reason) : make('p', {}, make('strong', {}, title), ` ${reason}`);
    const notice = make('div', { class: 'notice', role: 'alert' }, message);
    // An input that the model refuses will be refused again.
    if (died || !this.ready) notice.append(this.retry_button(died ? 'Start it again' : 'Try again'));
    this.clear('No answer');
    this.status.replaceChildren(notice);
  }

  private retry_button(text: string): HTMLButtonElement {
    const retry = make('button', { type: 'button', class: 'button' }, text);
    retry.addEventListener('click', () => {
      void this.select(this.model);
    });
    return retry;
  }
}
