// The shapes of everything that goes in and out of the package.

export interface LayerInfo {
  name: string;
  /** Keras's class, e.g. "Conv2D". */
  type: string;
  /** Batch first; null: not fixed. */
  output_shape: (number | null)[];
  parameters: number;
  /** Multiply-accumulates of one sample of `macs_input`; null where that is null. */
  macs: number | null;
}

export interface ModelInfo {
  name: string;
  /** Class names in the order of the probabilities; empty where the file has none. */
  labels: string[];
  input: {
    kind: 'image' | 'text' | 'tensor';
    /** Batch first; null: not fixed. */
    shape: (number | null)[];
    image?: { width: number; height: number; channels: number; fit: Fit };
    text?: { vocabulary_size: number; sequence_length: number };
  };
  output: OutputInfo;
  layers: LayerInfo[];
  parameters: number;
  /** Multiply-accumulates of one prediction; null where `macs_input` is null. */
  macs: number | null;
  /** The input that they are counted for: the smallest that all layers take where sizes are not fixed; null: none was found. */
  macs_input: number[] | null;
  /** Size of the file. */
  bytes: number;
  metrics: Record<string, number>;
  training: Record<string, unknown>;
}

/** What a network's numbers are, by its last layer and the loss that it was compiled with. */
export interface OutputInfo {
  /**
   * 'distribution': a probability for each class, which add to 1. 'binary': one number, the probability of the second of
   * two classes. 'independent': a probability for each output by itself (sigmoids); they do not add to 1. 'values':
   * numbers of any size, which are no probabilities.
   */
  kind: 'distribution' | 'binary' | 'independent' | 'values';
  /** What makes probabilities of raw scores (a loss with from_logits); null: nothing is to be made. */
  applied: 'softmax' | 'sigmoid' | null;
  /** Batch first; null: not fixed. */
  shape: (number | null)[];
  /** Numbers in an answer: 2 for 'binary', else as many as the network puts out. */
  answers: number;
}

export interface Prediction {
  /** As OutputInfo says. */
  kind: OutputInfo['kind'];
  /** The class that the answer speaks for; empty where the network puts out values of no class. */
  label: string;
  /** Names of the classes; empty where there are none. */
  labels: string[];
  /** One a class, in the order of `labels`; of a 'binary' network both. Empty where the outputs are values. */
  probabilities: Float32Array;
  /** The raw outputs, where the probabilities were made of them by a softmax or sigmoid; else null. */
  scores: Float32Array | null;
  /** The outputs of a network whose numbers are no probabilities; else null. */
  values: Float32Array | null;
  /** Time that it took, input pipeline and network, in milliseconds. */
  ms: number;
}

export interface Token {
  /** As the network sees it: lower case, without punctuation. */
  text: string;
  id: number;
  /** False: not in the vocabulary; the network only sees that some word is there. */
  known: boolean;
}

export interface TextPrediction extends Prediction {
  tokens: Token[];
  /** Words at the end that the network does not see. */
  truncated: number;
}

export interface ImagePrediction extends Prediction {
  /** Exactly what the network sees, RGBA, row by row. */
  pixels: Uint8ClampedArray;
  width: number;
  height: number;
}

/** Pixels row by row: what a canvas's getImageData gives, or something like it. RGBA is composed over white. */
export interface ImageData {
  /** Bytes, or whole numbers from 0 to 255; others with the option `white`. */
  data: Uint8ClampedArray | Uint8Array | Float32Array | number[];
  width: number;
  height: number;
  /** Grey, RGB or RGBA. Default: as many as there is data for. */
  channels?: 1 | 3 | 4;
}

/**
 * How a picture of another aspect ratio gets in: 'crop' keeps the middle, 'fit' the whole picture with free space beside
 * it, 'stretch' the whole picture with its aspect ratio changed, as Keras does unless told otherwise.
 */
export type Fit = 'crop' | 'fit' | 'stretch';

export interface ImageOptions {
  /** Default: as the model's file says. */
  fit?: Fit | undefined;
  /**
   * The value of white in a Float32Array or an array of numbers, rounded to 256 levels. A Float32Array needs it. Default:
   * 255, whole numbers only.
   */
  white?: 1 | 255 | undefined;
}

export interface LoadOptions {
  /** While the model's file comes in; `total` is null where the server does not say. */
  onProgress?: (progress: { loaded: number; total: number | null }) => void;
  /** Default: what this engine has. */
  simd?: boolean;
  /**
   * Threads that calculate, the caller's among them. Default: 1. More need SIMD and, in a browser, a worker of a page
   * that is cross-origin isolated; elsewhere there is one thread all the same. Results do not depend on it.
   */
  threads?: number;
  /** Default: the file beside this package. */
  wasm?: URL | string | BufferSource | WebAssembly.Module;
  /**
   * Of a .keras or .h5 file, which does not say how pixels become the numbers it reads. Default: numbers as they are.
   */
  input?: InputOptions;
  /** Of a .keras or .h5 file: names of the classes, one for each value that the network puts out. */
  labels?: string[];
}

/** As a model file of this library has it (lib/lapis/input/image.h): x = (byte * scale - mean) / std. */
export type InputOptions =
  | { kind: 'tensor' }
  | {
      kind: 'image';
      /** Pixels; what the network takes. */
      width: number;
      height: number;
      /** 3: RGB, 1: grey. Default: 3. */
      channels?: number;
      /** Default: 'crop'. */
      fit?: Fit;
      /** Grey value of what stays free with 'fit', 0 to 255. Default: 0. */
      fill?: number;
      /** False: a reduction reads the nearest 2 x 2 pixels only, as Keras's default. Default: true. */
      antialias?: boolean;
      /** Default: 1 / 255. */
      scale?: number;
      /** One a channel, or one for all. Default: none. */
      mean?: number[];
      std?: number[];
    };

/** What one layer put out in the last prediction. */
export interface Activation {
  layer: string;
  type: string;
  shape: number[];
  data: Float32Array;
}

/** One parameter. */
export interface Weight {
  /** As Keras spells it, e.g. "conv2d_1/kernel". */
  name: string;
  shape: number[];
  data: Float32Array;
}

export interface TrainerOptions {
  /** Default: 'adam'. */
  optimizer?: 'sgd' | 'adam';
  /** Default: Keras's, 0.001 for adam and 0.01 for sgd. */
  learningRate?: number;
  /** Of sgd. Default: 0. */
  momentum?: number;
  nesterov?: boolean;
  /** Of dropout. Default: 0. */
  seed?: number;
}

export interface TrainingStep {
  /** Mean over the batch, before the step. */
  loss: number;
  /** Part of the batch that was right, before the step. */
  accuracy: number;
}
