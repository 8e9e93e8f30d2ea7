// The picture tab: one picture from a file, a drop, the clipboard or a sample, and the few pixels the network gets.
import { by_id, make } from './dom';
import type { Engine } from './engine';
import { FeatureMapsView } from './feature_maps';
import { count } from './format';
import type { ModelEntry } from './models';
import { set_notice } from './notice';
import { Panel } from './panel';
import { fits, type DecodedPicture, type Fit, type PictureOutcome } from './protocol';
import { pictures, sample_url, type PictureSample } from './samples';

interface OpenedPicture {
  blob: Blob;
  name: string;
  sample: PictureSample | null;
  /** The worker's number for its pixels, valid only while that worker lives. */
  picture: number;
  epoch: number;
}

interface PictureInput {
  opened: OpenedPicture;
  fit: Fit;
}

export class PicturePanel {
  readonly panel: Panel<PictureInput, PictureOutcome>;
  private readonly notice = by_id('picture-notice', HTMLElement);
  private readonly figures = by_id('picture-figures', HTMLElement);
  private readonly original = by_id('picture-original', HTMLCanvasElement);
  private readonly seen = by_id('picture-seen', HTMLCanvasElement);
  private readonly maps: FeatureMapsView;
  private opened: OpenedPicture | null = null;
  private preview: ImageBitmap | null = null;
  private openings = 0;

  constructor(
    private readonly engine: Engine,
    entries: ModelEntry[],
    first: ModelEntry,
    private readonly changed: () => void,
  ) {
    this.panel = new Panel('picture', engine, entries, first, {
      classify: (key, input) => this.classify(key, input),
      expected: ({ opened: { sample } }) =>
        sample !== null && this.panel.model.labels.includes(sample) ? sample : null,
      chosen: () => {
        this.fit_as_model();
        changed();
      },
      cleared: () => {
        this.seen.width = 0; // assigning a width empties a canvas
      },
      empty_message: 'Choose a picture',
      painted: (result) => {
        this.paint_seen(result);
        this.maps.show(this.panel.model.key);
      },
    });
    this.maps = new FeatureMapsView(
      by_id('picture-inside', HTMLDetailsElement),
      by_id('picture-maps', HTMLElement),
      engine,
    );
    const file_input = by_id('picture-file', HTMLInputElement);
    file_input.addEventListener('change', () => {
      const file = file_input.files?.[0];
      if (file) void this.open(file, file.name);
      file_input.value = ''; // choosing the same file again is a change again
    });
    for (const radio of this.fit_radios()) {
      radio.addEventListener('change', () => {
        this.submit();
      });
    }
    by_id('picture-samples', HTMLElement).append(...pictures.map((name) => this.sample(name)));
  }

  get sample_name(): PictureSample | null {
    return this.opened?.sample ?? null;
  }

  get fit(): Fit {
    const chosen = this.fit_radios().find((radio) => radio.checked)?.value;
    return fits.find((fit) => fit === chosen) ?? 'crop';
  }

  set fit(fit: Fit) {
    for (const radio of this.fit_radios()) radio.checked = radio.value === fit;
    this.submit();
  }

  add(entry: ModelEntry): void {
    this.panel.add(entry);
    this.fit_as_model();
  }

  /** A model that a visitor opened says how it takes pictures; the page's own take any way. */
  private fit_as_model(): void {
    const fit = this.panel.model.opened?.info.input.image?.fit;
    if (fit) this.fit = fit;
  }

  async open_sample(name: string): Promise<void> {
    const sample = pictures.find((known) => known === name);
    if (sample) await this.open(fetch_sample(sample), `${sample}.webp`, sample);
  }

  /** Shows a picture and asks about it. A file that cannot be used leaves the last picture where it is. */
  async open(source: Blob | Promise<Blob>, name: string, sample: PictureSample | null = null): Promise<void> {
    const opening = ++this.openings;
    set_notice(this.notice, null);
    try {
      const blob = await source;
      const decoded = await this.engine.call('decode_picture', { blob, name });
      if (opening !== this.openings) return; // another was opened meanwhile
      this.opened = { blob, name, sample, picture: decoded.picture, epoch: this.engine.epoch };
      this.show_original(decoded, name);
      this.submit();
    } catch (error) {
      if (opening !== this.openings) return;
      set_notice(this.notice, error instanceof Error ? error.message : String(error));
    }
  }

  private submit(): void {
    if (!this.opened) return;
    this.paint_original();
    this.panel.submit({ opened: this.opened, fit: this.fit });
    this.changed();
  }

  private async classify(key: string, { opened, fit }: PictureInput): Promise<PictureOutcome> {
    if (opened.epoch !== this.engine.epoch) {
      const { picture, preview } = await this.engine.call('decode_picture', opened);
      preview.close();
      opened.picture = picture;
      opened.epoch = this.engine.epoch;
    }
    return this.engine.call('classify_picture', { key, picture: opened.picture, fit });
  }

  private show_original(decoded: DecodedPicture, name: string): void {
    const { width, height, reduced_to, preview } = decoded;
    this.preview?.close();
    this.preview = preview;
    this.figures.hidden = false;
    this.original.setAttribute('aria-label', `Your picture, ${name}`);
    const size = `${count(width)} × ${count(height)} pixels`;
    const reduced = reduced_to ? `, first made ${count(reduced_to.width)} × ${count(reduced_to.height)}` : '';
    by_id('picture-caption', HTMLElement).textContent = `${name}, ${size}${reduced}`;
  }

  /** The picture, with what the crop leaves out dimmed. */
  private paint_original(): void {
    const { preview, original } = this;
    const context = original.getContext('2d');
    if (!preview || !context) return;
    const { width, height } = preview;
    original.width = width;
    original.height = height;
    context.drawImage(preview, 0, 0);
    if (this.fit !== 'crop' || width === height) return;
    const side = Math.min(width, height);
    context.fillStyle = 'rgb(0 0 0 / 55%)';
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    context.fillRect(0, 0, width > side ? left : width, height > side ? top : height);
    context.fillRect(left > 0 ? left + side : 0, top > 0 ? top + side : 0, width, height);
  }

  private paint_seen({ pixels, width, height }: PictureOutcome): void {
    this.seen.width = width;
    this.seen.height = height;
    this.seen
      .getContext('2d')
      ?.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
    this.seen.setAttribute('aria-label', `The ${width} by ${height} pixels the network sees`);
    by_id('seen-caption', HTMLElement).textContent = `What the network sees: ${width} × ${height} pixels`;
  }

  private sample(name: PictureSample): HTMLElement {
    const picture = make('img', { src: sample_url(name), alt: '', width: 96, height: 96, loading: 'lazy' });
    const button = make('button', { type: 'button', class: 'sample' }, picture, make('span', {}, name));
    button.addEventListener('click', () => {
      void this.open_sample(name);
    });
    return make('li', {}, button);
  }

  private fit_radios(): HTMLInputElement[] {
    return [...document.querySelectorAll<HTMLInputElement>('input[name="fit"]')];
  }
}

async function fetch_sample(sample: PictureSample): Promise<Blob> {
  const response = await fetch(sample_url(sample)).catch(() => null);
  if (response?.ok) return response.blob();
  const reason = response ? `the server answered ${response.status}` : 'the server did not answer';
  throw new Error(`The sample “${sample}” could not be fetched: ${reason}.`);
}
