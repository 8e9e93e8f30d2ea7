import { checked_options, json_text } from './arguments.js';
import { as_lapis_error, LapisError } from './error.js';
import { class_numbers, type Labels } from './labels.js';
import { Module } from './module.js';
import { checked_tensor } from './tensor.js';
import type { ModelInfo, TrainerOptions, TrainingStep } from './types.js';

const known_options = ['optimizer', 'learningRate', 'momentum', 'nesterov', 'seed'] as const;

/** Trains one model, batch by batch, with the loss that the model was compiled with. Made by Model.createTrainer. */
export class Trainer {
  private module: Module | null;
  private readonly handle: number;
  private readonly classes: number;

  /** @internal */
  constructor(module: Module, model: number, info: ModelInfo, options: TrainerOptions) {
    if (!((module as unknown) instanceof Module))
      throw new LapisError('a Trainer is made by model.createTrainer()');
    const text = json_text(checked_options(options, known_options, 'createTrainer'), 'createTrainer');
    const bytes = new TextEncoder().encode(text);
    const [address = 0] = module.put(bytes);
    this.handle = module.check(module.api.lapis_trainer_create(model, address, bytes.byteLength));
    this.module = module;
    const outputs = info.output.shape.at(-1) ?? 0;
    // A single output says yes or no.
    this.classes = outputs === 1 ? 2 : outputs;
  }

  /**
   * One step on a batch: x with the batch first; `labels` are class numbers or one-hot rows, one a sample. Throws a
   * LapisError where the batch does not fit or the loss is not finite; the weights are then as they were.
   */
  step(x: Float32Array, shape: number[], labels: Labels): TrainingStep {
    try {
      return this.step_on(x, shape, labels);
    } catch (error) {
      throw as_lapis_error(error);
    } finally {
      this.module?.tidy();
    }
  }

  /** The model stays as it is now. */
  dispose(): void {
    if (this.module?.is_broken === false) this.module.api.lapis_trainer_free(this.handle);
    this.module = null;
  }

  private step_on(x: unknown, shape: unknown, labels: unknown): TrainingStep {
    const { module } = this;
    if (!module) throw new LapisError('trainer: has been disposed of');
    module.check_alive('trainer');
    const tensor = checked_tensor(x, shape);
    const classes = class_numbers(labels, tensor.shape[0] ?? 0, this.classes);
    const [values = 0, sizes = 0, numbers = 0] = module.put(tensor.data, tensor.shape, classes);
    const result = module.api.lapis_trainer_step(
      this.handle,
      values,
      sizes,
      tensor.shape.length,
      numbers,
      classes.length,
    );
    return module.json(module.check(result)) as TrainingStep;
  }
}
