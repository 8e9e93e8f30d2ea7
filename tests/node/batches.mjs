// Batches that can be learnt, for the small networks of models.mjs.
import { random_numbers } from './models.mjs';

/** Pictures [count,9,7,3] whose class is the part of the picture that is bright. */
export function cnn_batch(count) {
  const noise = random_numbers(count * 189, 51);
  const labels = Array.from({ length: count }, (_, i) => i % 4);
  const x = Float32Array.from(noise, (value, i) => {
    const row = Math.floor(i / 21) % 9;
    const column = Math.floor(i / 3) % 7;
    const part = (row < 4 ? 0 : 2) + (column < 3 ? 0 : 1);
    return value * 0.3 + (part === labels[Math.floor(i / 189)] ? 1 : 0);
  });
  return { x, shape: [count, 9, 7, 3], labels, classes: 4 };
}

/** Sentences [count,12] of different lengths, 0 at the end, whose class is the range that their words are from. */
export function rnn_batch(count) {
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const noise = random_numbers(count * 12, 52);
  const x = Float32Array.from(noise, (value, i) => {
    const [sample, step] = [Math.floor(i / 12), i % 12];
    return step >= 4 + (sample % 8) ? 0 : 1 + labels[sample] * 13 + Math.floor((value + 1) * 6.49);
  });
  return { x, shape: [count, 12], labels, classes: 3 };
}

/** The steps' { loss, accuracy }. */
export function train(model, { x, shape, labels }, options, steps) {
  const trainer = model.createTrainer(options);
  const results = Array.from({ length: steps }, () => trainer.step(x, shape, labels));
  trainer.dispose();
  return results;
}
