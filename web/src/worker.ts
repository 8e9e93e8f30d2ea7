// Owns the WebAssembly module and the models. Everything numeric happens here, off the page's thread.
import { loadModel, type Model, type Prediction } from 'lapis';
import type { Outcome } from './protocol';
import { serve } from './rpc';
import { beginning_of } from './words';
import { layer_maps } from './layer_maps';
import { decode_picture, type Picture } from './picture_decode';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const models = new Map<string, Model>();

/** Only the newest picture is kept: the crop/fit choice and another model use its pixels again. */
let picture: { number: number; pixels: Picture } | null = null;
let last_picture = 0;

function model_of(key: string): Model {
  const model = models.get(key);
  if (!model) throw new Error(`model "${key}" is not loaded`);
  return model;
}

function outcome_of(model: Model, { kind, probabilities, values, ms }: Prediction): Outcome {
  const { labels } = model.info;
  const numbers = values ?? probabilities;
  return { kind, labels: labels.length > 0 || numbers.length > 1 ? labels : ['output'], numbers, ms };
}

serve(scope, {
  async load_model({ key, source, additions, simd }, report) {
    // Without `simd` the library picks: SIMD where this browser has it. Threads are used where the host isolates the
    // page; elsewhere asking for them changes nothing.
    const threads = Math.min(4, navigator.hardwareConcurrency || 1);
    const options = { ...additions, onProgress: report, threads, ...(simd ? {} : { simd: false }) };
    const model = await loadModel(source, options);
    models.get(key)?.dispose();
    models.set(key, model);
    return { info: model.info, backend: model.backend, threads: model.threads };
  },

  classify_text({ key, text }) {
    const model = model_of(key);
    const length = model.info.input.text?.sequence_length ?? Infinity;
    const { beginning, words_after } = beginning_of(text, length);
    const prediction = model.predictText(beginning);
    const { tokens, truncated } = prediction;
    return {
      ...outcome_of(model, prediction),
      tokens: tokens.slice(0, length),
      truncated: truncated + words_after,
    };
  },

  async decode_picture({ blob, name }) {
    const number = ++last_picture;
    const { pixels, ...decoded } = await decode_picture(blob, name);
    // A large picture may be ready later than a small one opened after it.
    if (!picture || number > picture.number) picture = { number, pixels };
    return { picture: number, ...decoded };
  },

  classify_picture({ key, picture: number, fit }) {
    if (picture?.number !== number) throw new Error('another picture has been opened since');
    const model = model_of(key);
    const prediction = model.predictImage(picture.pixels, { fit });
    const { pixels, width, height } = prediction;
    return { ...outcome_of(model, prediction), pixels, width, height };
  },

  classify_numbers({ key, values, shape }) {
    const model = model_of(key);
    return outcome_of(model, model.predictNumbers(values, shape));
  },

  look_inside({ key }) {
    return layer_maps(model_of(key).activations());
  },
});
