// Starts the page and wires its parts: the index of models, the tabs, files from anywhere, and the address.
import './styles/page.css';
import { by_id } from './dom';
import { connect_drop_and_paste } from './drop_and_paste';
import { Engine } from './engine';
import { kind_of_file } from './files';
import { fetch_index, type Kind, type ModelEntry } from './models';
import { set_notice } from './notice';
import { NumbersPanel } from './numbers_panel';
import { open_own_model } from './own_model';
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
  /** Once a model for it was opened. */
  private numbers: NumbersPanel | null = null;
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
    for (const tab of ['text', 'picture', 'numbers']) this.connect_model_input(`${tab}-model-file`);
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

  private panel_of(tab: TabName): TextPanel | PicturePanel | NumbersPanel {
    if (tab === 'numbers' && this.numbers) return this.numbers;
    return tab === 'picture' ? this.picture : this.text;
  }

  private async open_file(file: File): Promise<void> {
    const kind = await kind_of_file(file, this.tabs.open);
    if (kind === 'model') {
      await this.open_model(file);
      return;
    }
    // A list of classes for a model that has no names for them.
    if (kind === 'text' && this.tabs.open === 'picture' && (await this.picture.panel.take_labels(file)))
      return;
    if (kind === 'text' && this.tabs.open === 'numbers' && this.numbers) {
      await this.numbers.open_file(file);
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
      const entry = await open_own_model(this.engine, key, file);
      if (entry.kind === 'numbers') this.add_numbers_model(entry);
      else {
        this.tabs.show(entry.kind === 'text' ? 'text' : 'picture');
        this.panel_of(this.tabs.open).panel.add(entry);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      set_notice(place, `The model “${file.name}” cannot be used: ${reason}`);
    }
  }

  private add_numbers_model(entry: ModelEntry): void {
    if (this.numbers) this.numbers.panel.add(entry);
    else this.numbers = new NumbersPanel(this.engine, entry);
    this.tabs.show('numbers');
    this.numbers.panel.wake();
    this.numbers.read_area();
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
    if (this.tabs.open === 'numbers') return; // an opened file is not there for whoever gets the address
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
