// What a convolutional network's layers make of the picture: each layer's maps side by side, in grey.
import { make } from './dom';
import type { Engine } from './engine';
import { count } from './format';
import { Latest } from './latest';
import type { LayerMaps } from './protocol';

const columns = 8;
const gap = 1;

/** Asks only while its <details> is open: every value of every layer is computed again for it. */
export class FeatureMapsView {
  private readonly queue: Latest<string, LayerMaps[]>;
  private key: string | null = null;

  constructor(
    private readonly details: HTMLDetailsElement,
    private readonly place: HTMLElement,
    engine: Engine,
  ) {
    this.queue = new Latest(
      (key) => engine.call('look_inside', { key }),
      (layers) => {
        this.paint(layers);
      },
      (error) => {
        this.place.replaceChildren(make('p', {}, error instanceof Error ? error.message : String(error)));
      },
    );
    details.addEventListener('toggle', () => {
      this.ask();
    });
  }

  /** After every answer: the model, whose layers still hold what they made of the newest picture. */
  show(key: string): void {
    this.key = key;
    this.ask();
  }

  private ask(): void {
    if (this.details.open && this.key !== null) this.queue.submit(this.key);
  }

  private paint(layers: readonly LayerMaps[]): void {
    const figures = layers.map((layer) => {
      const { maps, of, width, height, low, high } = layer;
      const made = `${maps < of ? `${count(maps)} of ${count(of)}` : count(maps)} maps of ${width} × ${height}`;
      const range = `black is ${low.toFixed(2)}, white ${high.toFixed(2)}`;
      const canvas = draw(layer);
      canvas.setAttribute('aria-label', `${layer.layer}: ${made}`);
      const caption = make(
        'figcaption',
        {},
        make('strong', {}, layer.layer),
        ` ${layer.type}, ${made}; ${range}`,
      );
      return make('figure', {}, caption, canvas);
    });
    this.place.replaceChildren(
      ...(figures.length > 0 ? figures : [make('p', {}, 'No layer of this model makes a picture.')]),
    );
  }
}

function draw({ maps, width, height, values }: LayerMaps): HTMLCanvasElement {
  const canvas = make('canvas', { role: 'img', class: 'maps' });
  canvas.width = columns * (width + gap) - gap;
  canvas.height = Math.ceil(maps / columns) * (height + gap) - gap;
  const context = canvas.getContext('2d');
  for (let map = 0; map < maps; map++) {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const grey = values[map * width * height + i] ?? 0;
      image.data.set([grey, grey, grey, 255], i * 4);
    }
    context?.putImageData(image, (map % columns) * (width + gap), Math.floor(map / columns) * (height + gap));
  }
  return canvas;
}
