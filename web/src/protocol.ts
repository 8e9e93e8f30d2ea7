// What the page asks its worker, and what it gets back. The only file both sides import types from.
import type { Fit, LoadOptions, ModelInfo, Prediction, Token } from 'lapis';

export type { Fit };

/** The ways a picture of another aspect ratio gets in, as the page offers them. */
export const fits: readonly Fit[] = ['crop', 'fit', 'stretch'];

/** What a visitor adds to a Keras file: how pixels become numbers, and the names of the classes. */
export type Additions = Pick<LoadOptions, 'input' | 'labels'>;

/** A model and where it comes from: an address, or the bytes of a file that was opened. */
export interface ModelSource {
  key: string;
  source: string | ArrayBuffer;
  additions?: Additions;
}

export interface LoadedModel {
  info: ModelInfo;
  backend: 'simd' | 'scalar';
  threads: number;
}

export interface Outcome {
  /** What the numbers are: probabilities, or 'values' that are none. */
  kind: Prediction['kind'];
  /** Empty where neither the file nor the visitor named the classes. */
  labels: string[];
  numbers: Float32Array;
  /** Milliseconds inside the network, measured by the library. */
  ms: number;
}

export interface TextOutcome extends Outcome {
  /** Only the tokens the network reads. */
  tokens: Token[];
  /** How many more words the text had. */
  truncated: number;
}

export interface PictureOutcome extends Outcome {
  /** RGBA, exactly what the network sees. */
  pixels: Uint8ClampedArray;
  width: number;
  height: number;
}

export interface DecodedPicture {
  /** Names the pixels the worker keeps, for `classify_picture`. */
  picture: number;
  width: number;
  height: number;
  /** Set where a large photograph was made smaller before the network's own resizing. */
  reduced_to: { width: number; height: number } | null;
  preview: ImageBitmap;
}

/** A layer's output as pictures: the first `maps` of its maps, one byte a pixel, scaled from `low`..`high` to 0..255. */
export interface LayerMaps {
  layer: string;
  type: string;
  maps: number;
  of: number;
  width: number;
  height: number;
  low: number;
  high: number;
  values: Uint8Array;
}

export interface Calls {
  load_model: {
    params: ModelSource & { simd: boolean };
    result: LoadedModel;
  };
  classify_text: { params: { key: string; text: string }; result: TextOutcome };
  decode_picture: { params: { blob: Blob; name: string }; result: DecodedPicture };
  classify_picture: { params: { key: string; picture: number; fit: Fit }; result: PictureOutcome };
  /** One row of a model that reads plain numbers; `shape` with the batch, which is 1. */
  classify_numbers: { params: { key: string; values: Float32Array; shape: number[] }; result: Outcome };
  /** About the model's last prediction. */
  look_inside: { params: { key: string }; result: LayerMaps[] };
}

export interface Progress {
  loaded: number;
  total: number | null;
}
