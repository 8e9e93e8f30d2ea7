import { LapisError } from './error.js';
import { fetch_bytes } from './fetch_bytes.js';
import { model_bytes } from './model_bytes.js';
import { Module } from './module.js';
import { checked, size_of } from './tensor.js';
import { Trainer } from './trainer.js';
import type {
  Activation,
  ImageData,
  ImagePrediction,
  LoadOptions,
  ModelInfo,
  Prediction,
  TextPrediction,
  Token,
  TrainerOptions,
  Weight,
} from './types.js';

/**
 * Loads a model file (.safetensors, .keras or .h5) from an address, a path (in Node) or bytes. Rejects with a LapisError
 * in the library's own words where the file is damaged.
 */
export async function loadModel(
  source: string | URL | ArrayBuffer | Uint8Array,
  options: LoadOptions = {},
): Promise<Model> {
  const fetches = typeof source === 'string' || source instanceof URL;
  // Both files at once.
  const creating = Module.create(options);
  try {
    const [module, file] = await Promise.all([
      creating,
      fetches ? fetch_bytes(source, options.onProgress) : new Uint8Array(view_of(source)),
    ]);
    return await model_of(module, file, options, fetches ? `${String(source)}: ` : '');
  } catch (error) {
    void creating.then(
      (module) => {
        module.leave();
      },
      () => undefined,
    );
    throw error;
  }
}

async function model_of(
  module: Module,
  file: Uint8Array,
  options: LoadOptions,
  where: string,
): Promise<Model> {
  try {
    return new Model(module, await model_bytes(file, options), file.byteLength);
  } catch (error) {
    throw error instanceof LapisError ? new LapisError(`${where}${error.message}`) : error;
  }
}

function view_of(source: ArrayBuffer | Uint8Array): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  throw new LapisError('a model is loaded from an address, an ArrayBuffer or a Uint8Array');
}

/** What the library says of an array in its memory. */
type Placed<T> = Omit<T, 'data'> & { address: number };

/** What the library says of its last prediction. */
interface Outcome {
  address: number;
  shape: number[];
  picture?: { address: number; width: number; height: number; channels: number };
  tokens?: Token[];
  truncated?: number;
}

/** A loaded network. Made by loadModel; every call throws a LapisError for an input that does not fit. */
export class Model {
  readonly info: ModelInfo;
  readonly backend: 'simd' | 'scalar';
  /** Threads that calculate: as many as asked for where the engine allows it, else 1. */
  readonly threads: number;
  private module: Module | null;
  private readonly handle: number;
  private readonly labels: string[];

  /** @internal */
  constructor(module: Module, file: Uint8Array, bytes_of_source: number) {
    const [address = 0] = module.put(file);
    this.handle = module.check(module.api.lapis_model_load(address, file.byteLength));
    module.release();
    this.module = module;
    this.backend = module.backend;
    this.threads = module.threads;
    this.info = module.json(module.check(module.api.lapis_model_info(this.handle))) as ModelInfo;
    this.info.bytes = bytes_of_source;
    this.labels = this.info.labels;
  }

  /** `fit` overrides how the model takes pictures of another aspect ratio. */
  predictImage(image: ImageData, options: { fit?: 'crop' | 'fit' } = {}): ImagePrediction {
    const module = this.alive();
    const { data, width, height, channels } = image;
    const wanted = width * height * channels;
    module.check(module.api.lapis_check_image(width, height));
    if (data.length !== wanted)
      throw new LapisError(
        `picture: ${width} x ${height} with ${channels} channels has ${wanted} bytes, found ${data.length}`,
      );
    const started = performance.now();
    const [address = 0] = module.put(data);
    const fit = options.fit === undefined ? -1 : options.fit === 'crop' ? 0 : 1;
    const outcome = this.outcome(
      module.api.lapis_predict_image(this.handle, address, width, height, channels, fit),
    );
    const prediction = this.prediction(outcome, started);
    // A photo of many megapixels need not stay in memory for the next small one.
    if (wanted > 1 << 22) module.release();
    const picture = outcome.picture ?? { address: 0, width: 0, height: 0, channels: 3 };
    return { ...prediction, pixels: rgba(module, picture), width: picture.width, height: picture.height };
  }

  predictText(text: string): TextPrediction {
    const module = this.alive();
    const started = performance.now();
    const bytes = new TextEncoder().encode(text);
    const [address = 0] = module.put(bytes);
    const outcome = this.outcome(module.api.lapis_predict_text(this.handle, address, bytes.byteLength));
    const { tokens = [], truncated = 0 } = outcome;
    return { ...this.prediction(outcome, started), tokens, truncated };
  }

  /** A raw tensor, batch first. Returns the output row by row. */
  predict(data: Float32Array, shape: number[]): Float32Array {
    const module = this.alive();
    const [values = 0, sizes = 0] = module.put(checked(data, shape), Int32Array.from(shape));
    const outcome = this.outcome(module.api.lapis_predict(this.handle, values, sizes, shape.length));
    return module.floats(outcome.address, size_of(outcome.shape));
  }

  /** What every layer put out in the last prediction. */
  activations(): Activation[] {
    const module = this.alive();
    const found = module.json(
      module.check(module.api.lapis_activations(this.handle)),
    ) as Placed<Activation>[];
    return found.map(({ layer, type, shape, address }) => ({
      layer,
      type,
      shape,
      data: module.floats(address, size_of(shape)),
    }));
  }

  /** All parameters as they are now, in Keras's order. */
  weights(): Weight[] {
    const module = this.alive();
    const found = module.json(module.check(module.api.lapis_model_weights(this.handle))) as Placed<Weight>[];
    return found.map(({ name, shape, address }) => ({
      name,
      shape,
      data: module.floats(address, size_of(shape)),
    }));
  }

  /** Trains this model in place: after each step it predicts with the new weights. */
  createTrainer(options: TrainerOptions = {}): Trainer {
    const module = this.alive();
    return new Trainer(module, this.handle, options);
  }

  /** A model file with the weights as they are now. */
  save(): Uint8Array {
    const module = this.alive();
    module.check(module.api.lapis_model_save(this.handle));
    return module.result_bytes();
  }

  /** Gives the memory back; the model and its trainers cannot be used any more. */
  dispose(): void {
    this.module?.api.lapis_model_free(this.handle);
    this.module?.leave();
    this.module = null;
  }

  private alive(): Module {
    if (!this.module) throw new LapisError(`model "${this.info.name}": has been disposed of`);
    return this.module;
  }

  private outcome(result: number): Outcome {
    const module = this.alive();
    return module.json(module.check(result)) as Outcome;
  }

  private prediction(outcome: Outcome, started: number): Prediction {
    const probabilities = this.alive().floats(outcome.address, size_of(outcome.shape));
    const best = probabilities.reduce((best, value, i) => (value > (probabilities[best] ?? 0) ? i : best), 0);
    const labels = this.labels.length ? this.labels : Array.from(probabilities, (_, i) => String(i));
    return { label: labels[best] ?? String(best), labels, probabilities, ms: performance.now() - started };
  }
}

/** The network's picture, [height, width, channels], as a canvas takes it. */
function rgba(
  module: Module,
  picture: { address: number; width: number; height: number; channels: number },
): Uint8ClampedArray {
  const { address, width, height, channels } = picture;
  const bytes = new Uint8Array(module.api.memory.buffer, address, width * height * channels);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 4 + c] = bytes[i * channels + (channels === 3 ? c : 0)] ?? 0;
    pixels[i * 4 + 3] = 255;
  }
  return pixels;
}
