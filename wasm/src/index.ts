/**
 * lapis: run and train small neural networks, equal to Keras's, in Node, a browser or a worker.
 *
 *     import { loadModel } from 'lapis';
 *     const model = await loadModel('nusax_bilstm.safetensors');
 *     const { label, probabilities, tokens } = model.predictText('Makanannya enak sekali!');
 */
export { LapisError } from './error.js';
export { loadModel, Model } from './model.js';
export { Trainer } from './trainer.js';
export type { Labels } from './labels.js';
export type {
  Activation,
  Fit,
  ImageData,
  ImageOptions,
  ImagePrediction,
  InputOptions,
  LayerInfo,
  LoadOptions,
  ModelInfo,
  OutputInfo,
  Prediction,
  TextPrediction,
  Token,
  TrainerOptions,
  TrainingStep,
  Weight,
} from './types.js';
