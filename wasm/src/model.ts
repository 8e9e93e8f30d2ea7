import { array_kind, bytes_in, check_choice, checked_options, in_words } from './arguments.js';
import { as_lapis_error, LapisError } from './error.js';
import { fetch_bytes } from './fetch_bytes.js';
import { model_bytes } from './model_bytes.js';
import { Module } from './module.js';
import { pixels_of, rgba } from './picture.js';
import { checked_tensor, size_of } from './tensor.js';
import { Trainer } from './trainer.js';
import type {
  Activation,
  Fit,
  ImageData,
  ImageOptions,
  ImagePrediction,
  LoadOptions,
  ModelInfo,
  OutputInfo,
  Prediction,
  TextPrediction,
  Token,
  TrainerOptions,
  Weight,
} from './types.js';

const load_options = ['onProgress', 'simd', 'threads', 'wasm', 'input', 'labels'] as const;

/** In the library's order (kFitNames in lib/lapis/input/image.h). */
const fits: readonly Fit[] = ['crop', 'fit', 'stretch'];

/** Classes without names are called by their numbers, but not millions of them. */
const most_numbered = 100_000;

/** As the library has it (lib/lapis/input/text.h): a longer text is not even copied to it. */
const most_text_bytes = 100_000;

/**
 * Loads a model file (.safetensors, .keras or .h5) from an address, a path (in Node) or bytes. Rejects with a LapisError
 * in the library's own words where the file is damaged.
 */
export async function loadModel(
  source: string | URL | ArrayBuffer | Uint8Array,
  options: LoadOptions = {},
): Promise<Model> {
  try {
    return await load(source, checked_options(options, load_options, 'loadModel'));
  } catch (error) {
    throw as_lapis_error(error);
  }
}

async function load(source: string | URL | ArrayBuffer | Uint8Array, options: LoadOptions): Promise<Model> {
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function')
    throw new LapisError(`onProgress: expected a function, found ${in_words(options.onProgress)}`);
  const given = is_address(source) ? null : file_in(source);
  // Both files at once.
  let creating = Module.create(options);
  try {
    const [, file] = await Promise.all([
      creating,
      given ?? fetch_bytes(source as string | URL, options.onProgress),
    ]);
    return await named(given ? '' : `${String(source as string | URL)}: `, async () => {
      const bytes = await model_bytes(file, options);
      // Another model's call may have ended the instance that they would share.
      if ((await creating).is_broken) creating = Module.create(options);
      return new Model(await creating, bytes, file.byteLength);
    });
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

/** What is wrong with a file is said with its name in front. */
async function named<Result>(where: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LapisError)) throw error;
    throw new LapisError(`${where}${error.message}`, { cause: error, broken: error.broken });
  }
}

function is_address(source: unknown): source is string | URL {
  return typeof source === 'string' || Object.prototype.toString.call(source) === '[object URL]';
}

function file_in(source: unknown): Uint8Array {
  const kind = array_kind(source);
  if (kind === 'Uint8Array') return bytes_in(source as Uint8Array);
  if (Object.prototype.toString.call(source) === '[object ArrayBuffer]')
    return new Uint8Array(source as ArrayBuffer);
  throw new LapisError(
    `a model is loaded from an address, an ArrayBuffer or a Uint8Array, found ${in_words(source)}`,
  );
}

/** What the library says of an array in its memory. */
type Placed<T> = Omit<T, 'data'> & { address: number };

/** What the library says of its last prediction. */
interface Outcome {
  address: number;
  shape: number[];
  /** What the outputs mean; `predicted` is the class, -1: none. */
  answer: { address: number; count: number; predicted: number };
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
  private readonly output: OutputInfo;

  /** @internal */
  constructor(module: Module, file: Uint8Array, bytes_of_source: number) {
    if (!((module as unknown) instanceof Module)) throw new LapisError('a Model is made by loadModel()');
    const [address = 0] = module.put(file);
    this.handle = module.check(module.api.lapis_model_load(address, file.byteLength));
    module.release();
    this.module = module;
    this.backend = module.backend;
    this.threads = module.threads;
    this.info = module.json(module.check(module.api.lapis_model_info(this.handle))) as ModelInfo;
    this.info.bytes = bytes_of_source;
    this.labels = [...this.info.labels];
    this.output = { ...this.info.output };
  }

  /**
   * `image` is what a canvas's getImageData gives, or something like it. `fit` overrides how the model takes pictures of
   * another aspect ratio; `white` says that its numbers are not bytes.
   */
  predictImage(image: ImageData, options: ImageOptions = {}): ImagePrediction {
    return this.call((module) => {
      const { fit, white } = checked_options(options, ['fit', 'white'], 'predictImage');
      check_choice(fit, fits, 'predictImage: fit');
      const started = performance.now();
      const { data, width, height, channels } = pixels_of(image, white, (width, height) => {
        module.check(module.api.lapis_check_image(width, height));
      });
      const [address = 0] = module.put(data);
      const how = fit === undefined ? -1 : fits.indexOf(fit);
      const outcome = this.outcome(
        module.api.lapis_predict_image(this.handle, address, width, height, channels, how),
      );
      const prediction = this.prediction(outcome, started);
      const { address: seen, ...picture } = outcome.picture ?? {
        address: 0,
        width: 0,
        height: 0,
        channels: 3,
      };
      const pixels = rgba({
        data: module.bytes(seen, picture.width * picture.height * picture.channels),
        ...picture,
      });
      return { ...prediction, pixels, width: picture.width, height: picture.height };
    });
  }

  predictText(text: string): TextPrediction {
    return this.call((module) => {
      if (typeof text !== 'string') throw new LapisError(`text: expected a string, found ${in_words(text)}`);
      const started = performance.now();
      const bytes = new TextEncoder().encode(text);
      if (bytes.byteLength > most_text_bytes)
        throw new LapisError(
          `text: ${bytes.byteLength} bytes, expected at most ${most_text_bytes}; shorten it`,
        );
      const [address = 0] = module.put(bytes);
      const outcome = this.outcome(module.api.lapis_predict_text(this.handle, address, bytes.byteLength));
      const { tokens = [], truncated = 0 } = outcome;
      return { ...this.prediction(outcome, started), tokens, truncated };
    });
  }

  /** One sample of finite numbers; `shape` with the batch, which is 1. */
  predictNumbers(data: Float32Array, shape: number[]): Prediction {
    return this.call((module) => {
      const tensor = checked_tensor(data, shape);
      if (tensor.shape[0] !== 1)
        throw new LapisError(
          `tensor: ${tensor.shape[0]} samples, expected 1; predict() takes many and returns raw outputs`,
        );
      const started = performance.now();
      const [values = 0, sizes = 0] = module.put(tensor.data, tensor.shape);
      const outcome = this.outcome(module.api.lapis_predict(this.handle, values, sizes, tensor.shape.length));
      return this.prediction(outcome, started);
    });
  }

  /** A raw tensor of finite numbers, batch first. Returns the network's outputs as they are, row by row. */
  predict(data: Float32Array, shape: number[]): Float32Array {
    return this.call((module) => {
      const tensor = checked_tensor(data, shape);
      const [values = 0, sizes = 0] = module.put(tensor.data, tensor.shape);
      const outcome = this.outcome(module.api.lapis_predict(this.handle, values, sizes, tensor.shape.length));
      return module.floats(outcome.address, size_of(outcome.shape));
    });
  }

  /**
   * What every layer puts out for the input of the last prediction that gave an answer (calls that threw leave it), with
   * the weights as they are now.
   */
  activations(): Activation[] {
    return this.call((module) => {
      const found = module.json(
        module.check(module.api.lapis_activations(this.handle)),
      ) as Placed<Activation>[];
      return found.map(({ layer, type, shape, address }) => ({
        layer,
        type,
        shape,
        data: module.floats(address, size_of(shape)),
      }));
    });
  }

  /** All parameters as they are now, in Keras's order. */
  weights(): Weight[] {
    return this.call((module) => {
      const found = module.json(
        module.check(module.api.lapis_model_weights(this.handle)),
      ) as Placed<Weight>[];
      return found.map(({ name, shape, address }) => ({
        name,
        shape,
        data: module.floats(address, size_of(shape)),
      }));
    });
  }

  /** Trains this model in place: after each step it predicts with the new weights. */
  createTrainer(options: TrainerOptions = {}): Trainer {
    return this.call((module) => new Trainer(module, this.handle, this.info, options));
  }

  /** A model file with the weights as they are now. */
  save(): Uint8Array {
    return this.call((module) => {
      module.check(module.api.lapis_model_save(this.handle));
      return module.result_bytes();
    });
  }

  /** Gives the memory back; the model and its trainers cannot be used any more. */
  dispose(): void {
    if (this.module?.is_broken === false) this.module.api.lapis_model_free(this.handle);
    this.module?.leave();
    this.module = null;
  }

  /** Everything that calls the library goes through here: whatever it ends with is a LapisError. */
  private call<Result>(work: (module: Module) => Result): Result {
    try {
      return work(this.alive());
    } catch (error) {
      throw as_lapis_error(error);
    } finally {
      this.module?.tidy();
    }
  }

  private alive(): Module {
    const what = `model "${this.info.name}"`;
    if (!this.module) throw new LapisError(`${what}: has been disposed of`);
    this.module.check_alive(what);
    return this.module;
  }

  private outcome(result: number): Outcome {
    const module = this.alive();
    return module.json(module.check(result)) as Outcome;
  }

  private prediction(outcome: Outcome, started: number): Prediction {
    const module = this.alive();
    const { kind, applied, answers } = this.output;
    const { address, count, predicted } = outcome.answer;
    const numbers = module.floats(address, count);
    const are_values = kind === 'values';
    const has_names = !are_values && answers <= most_numbered;
    const unnamed = has_names ? Array.from({ length: answers }, (_, i) => String(i)) : [];
    const labels = this.labels.length > 0 ? [...this.labels] : unnamed;
    return {
      kind,
      label: predicted < 0 ? '' : (labels[predicted] ?? String(predicted)),
      labels,
      probabilities: are_values ? new Float32Array() : numbers,
      scores: applied === null ? null : module.floats(outcome.address, size_of(outcome.shape)),
      values: are_values ? numbers : null,
      ms: performance.now() - started,
    };
  }
}
