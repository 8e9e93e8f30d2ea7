// The address keeps what can be shared: the tab, the models and a short text. Never a picture, never a long text.
import { fits, type Fit } from './protocol';

export interface UrlState {
  tab: 'text' | 'picture';
  text_model: string | null;
  picture_model: string | null;
  text: string | null;
  sample: string | null;
  fit: Fit | null;
}

const longest_text = 500;
const pause_ms = 300; // browsers limit how often the address may change

export function read_url_state(): UrlState {
  const hash = new URLSearchParams(location.hash.slice(1));
  return {
    tab: hash.get('tab') === 'picture' ? 'picture' : 'text',
    text_model: hash.get('text_model'),
    picture_model: hash.get('picture_model'),
    text: hash.get('text')?.slice(0, longest_text) ?? null,
    sample: hash.get('sample'),
    fit: fits.find((fit) => fit === hash.get('fit')) ?? null,
  };
}

let timer: ReturnType<typeof setTimeout> | undefined;

export function write_url_state(state: UrlState): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const hash = new URLSearchParams();
    for (const [name, value] of Object.entries(state) as [string, string | null][]) {
      if (value !== null && !(name === 'text' && value.length > longest_text)) hash.set(name, value);
    }
    history.replaceState(null, '', `#${hash.toString()}`);
  }, pause_ms);
}
