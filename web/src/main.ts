// Starts the page and wires its parts: the index of models, the two tabs, files from anywhere, and the address.
import './styles/page.css';
import { by_id } from './dom';
import { connect_drop_and_paste } from './drop_and_paste';
import { Engine } from './engine';
import { kind_of_file } from './files';
import { entry_of_opened_file, fetch_index, type Kind, type ModelEntry } from './models';
import { set_notice } from './notice';
import { PicturePanel } from './picture_panel';
import { sentences } from './samples';
import { Tabs, type TabName } from './tabs';
import { TextPanel } from './text_panel';
import { read_url_state, write_url_state, type UrlState } from './url_state';

/** Everything between the index of models being here and the page being used. */
class Page {
  private readonly tabs: Tabs;
  private readonly text: TextPanel;
  private readonly picture: PicturePanel;
  private opened_models = 0;

  constructor(
    private readonly engine: Engine,
    index: readonly ModelEntry[],
  ) {
    const { text_model, picture_model } = read_url_state();
    const changed = (): void => {
      this.write_url();
    };
    const [texts, text_first] = models_of(index, 'text', text_model);
    const [images, image_first] = models_of(index, 'image', picture_model);
    this.text = new TextPanel(this.engine, texts, text_first, changed);
    this.picture = new PicturePanel(this.engine, images, image_first, changed);
    this.tabs = new Tabs((tab) => {
      this.panel_of(tab).panel.wake();
      this.write_url();
    });
    connect_drop_and_paste((file) => {
      void this.open_file(file);
    });
    for (const id of ['text-model-file', 'picture-model-file']) this.connect_model_input(id);
    addEventListener('hashchange', () => {
      this.read_url();
    });
  }

  start(): void {
    this.read_url();
    this.panel_of(this.tabs.open).panel.wake();
    // The other model is fetched when nothing waits for the line any more; not for somebody who saves data.
    const { connection } = navigator as { connection?: { saveData?: boolean } };
    void this.text.panel.answered.then(() => {
      if (connection?.saveData) return;
      when_idle(() => {
        this.picture.panel.wake();
      });
    });
  }

  private panel_of(tab: TabName): TextPanel | PicturePanel {
    return tab === 'text' ? this.text : this.picture;
  }

  private async open_file(file: File): Promise<void> {
    const kind = await kind_of_file(file, this.tabs.open);
    if (kind === 'model') {
      await this.open_model(file);
      return;
    }
    this.tabs.show(kind);
    if (kind === 'text') await this.text.open_file(file);
    else await this.picture.open(file, file.name);
  }

  private connect_model_input(id: string): void {
    const input = by_id(id, HTMLInputElement);
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file) void this.open_model(file);
      input.value = '';
    });
  }

  /** A visitor's own model joins the cards of the tab it belongs to. The file stays on this computer. */
  private async open_model(file: File): Promise<void> {
    const place = by_id(`${this.tabs.open}-model-notice`, HTMLElement);
    set_notice(place, null);
    const key = `opened-${++this.opened_models}`;
    try {
      const source = await file.arrayBuffer();
      const { info } = await this.engine.load(key, source);
      if (info.input.kind === 'tensor') {
        throw new Error('it reads plain numbers, not text or pictures, so this page has nothing to give it.');
      }
      const entry = entry_of_opened_file(key, file, source, info, info.input.kind);
      this.tabs.show(info.input.kind === 'text' ? 'text' : 'picture');
      this.panel_of(this.tabs.open).panel.add(entry);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const keras = /\.(keras|h5|hdf5)$/i.test(file.name);
      const hint = keras
        ? ` Keras’s own files are turned into one for this page by “lapis convert ${file.name}”.`
        : '';
      set_notice(place, `The model “${file.name}” cannot be used: ${reason}${hint}`);
    }
  }

  private read_url(): void {
    const state = read_url_state();
    this.tabs.show(state.tab);
    if (state.text_model !== null) this.text.panel.choose(state.text_model);
    if (state.picture_model !== null) this.picture.panel.choose(state.picture_model);
    // Something to look at from the first second; a text that is already there stays.
    const text = state.text ?? (this.text.text === '' ? (sentences[0]?.text ?? '') : this.text.text);
    if (text !== this.text.text) this.text.set_text(text);
    if (state.fit && state.fit !== this.picture.fit) this.picture.fit = state.fit;
    if (state.sample !== null && state.sample !== this.picture.sample_name) {
      void this.picture.open_sample(state.sample);
    }
  }

  private write_url(): void {
    const state: UrlState = {
      tab: this.tabs.open,
      text_model: this.text.panel.model.key,
      picture_model: this.picture.sample_name === null ? null : this.picture.panel.model.key,
      text: this.text.text,
      sample: this.picture.sample_name,
      fit: this.picture.sample_name === null ? null : this.picture.fit,
    };
    write_url_state(state);
  }
}

/** The models of one kind, and the one to begin with. */
function models_of(
  index: readonly ModelEntry[],
  kind: Kind,
  wanted: string | null,
): [ModelEntry[], ModelEntry] {
  const entries = index.filter((entry) => entry.kind === kind);
  const first =
    entries.find((entry) => entry.key === wanted) ?? entries.find((entry) => entry.is_default) ?? entries[0];
  if (!first) throw new Error(`this copy of the page was built without a model for the ${kind} tab`);
  return [entries, first];
}

function when_idle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: 3_000 });
  else setTimeout(work, 1_000);
}

async function start(): Promise<void> {
  const trouble = by_id('trouble', HTMLElement);
  try {
    // The worker's script comes in while the index does.
    const engine = new Engine(new URLSearchParams(location.search).get('simd') !== '0');
    new Page(engine, await fetch_index()).start();
    trouble.hidden = true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    by_id('trouble-reason', HTMLElement).textContent = reason;
    trouble.hidden = false;
  }
}

by_id('trouble-retry', HTMLButtonElement).addEventListener('click', () => {
  location.reload();
});
void start();
