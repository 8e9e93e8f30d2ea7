import { LapisError } from './error.js';
import { checked } from './tensor.js';
import type { Module } from './module.js';
import type { TrainerOptions, TrainingStep } from './types.js';

/** Trains one model, batch by batch, with sparse categorical cross-entropy. Made by Model.createTrainer. */
export class Trainer {
  private module: Module | null;
  private readonly handle: number;

  /** @internal */
  constructor(module: Module, model: number, options: TrainerOptions) {
    const text = new TextEncoder().encode(JSON.stringify(options));
    const [address = 0] = module.put(text);
    this.handle = module.check(module.api.lapis_trainer_create(model, address, text.byteLength));
    this.module = module;
  }

  /** One step on a batch, batch first; `labels` are class numbers, one a sample. */
  step(x: Float32Array, shape: number[], labels: ArrayLike<number>): TrainingStep {
    const module = this.module;
    if (!module) throw new LapisError('trainer: has been disposed of');
    const classes = Int32Array.from(labels);
    const [values = 0, sizes = 0, numbers = 0] = module.put(
      checked(x, shape),
      Int32Array.from(shape),
      classes,
    );
    const result = module.api.lapis_trainer_step(
      this.handle,
      values,
      sizes,
      shape.length,
      numbers,
      classes.length,
    );
    return module.json(module.check(result)) as TrainingStep;
  }

  /** The model stays as it is now. */
  dispose(): void {
    this.module?.api.lapis_trainer_free(this.handle);
    this.module = null;
  }
}
