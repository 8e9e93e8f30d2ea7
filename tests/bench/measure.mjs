// How times are taken and judged. No import: a browser's worker uses it too.

/** A browser's clock ticks every 5 microseconds: quick calls are timed several at once, so long at least (ms). */
const shortest_time = 0.2;

/**
 * Times calls of `run`, for at least `seconds` and at least once, in milliseconds. The first calls are not counted:
 * whoever ran before has filled the caches with something else.
 */
export async function time_slice(run, seconds) {
  const first = performance.now();
  await run();
  let calls = 1;
  if (performance.now() - first < shortest_time) {
    const second = performance.now();
    await run();
    calls = Math.ceil(shortest_time / Math.max(performance.now() - second, shortest_time / 100));
  }
  const times = [];
  const end = performance.now() + seconds * 1000;
  let after;
  do {
    const before = performance.now();
    for (let i = 0; i < calls; i++) await run();
    after = performance.now();
    times.push((after - before) / calls);
  } while (after < end);
  return times;
}

/**
 * Runs everybody in turns, so that whatever else the machine does meets all of them alike: `rounds` times
 * `slice(name)` -> times, for each of `names`. Returns { name: times }.
 */
export async function interleaved(names, rounds, slice) {
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) times[name].push(...(await slice(name)));
  return times;
}

export function summary(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { median_ms: at(0.5), p10_ms: at(0.1), p90_ms: at(0.9), runs: sorted.length };
}

/** Largest difference between two outputs; infinite where they have different sizes or hold what is no number. */
export function difference(a, b) {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs(a[i] - b[i]);
    if (!(distance <= largest)) largest = Number.isNaN(distance) ? Infinity : distance;
  }
  return largest;
}

export const tolerance = 1e-5;

/** Throws unless every output is the first one's. `outputs`: { name: numbers }, the first being lapis's. */
export function check_outputs(where, outputs) {
  const [[, expected], ...others] = Object.entries(outputs);
  const differences = Object.fromEntries(
    others.map(([name, output]) => [name, difference(expected, output)]),
  );
  for (const [name, largest] of Object.entries(differences))
    if (largest > tolerance)
      throw new Error(`${where}: ${name}'s output differs from lapis's by ${largest}, allowed ${tolerance}`);
  return differences;
}

/** So small that the network stays much the same, however many steps a peer does. */
export const learning_rate = 1e-5;
/** Steps before the timed ones, whose losses are compared. */
export const compared_steps = 3;
/** PyTorch's Adam adds its epsilon elsewhere: the first loss is the network's, the later ones are only alike. */
const later_tolerance = 5e-4;

/** The same for { name: losses of the first steps }. */
export function check_losses(where, losses) {
  const [[, expected], ...others] = Object.entries(losses);
  check_outputs(
    `${where}: loss`,
    Object.fromEntries(Object.entries(losses).map(([name, all]) => [name, [all[0]]])),
  );
  for (const [name, found] of others)
    for (let step = 0; step < expected.length; step++)
      if (!(Math.abs(found[step] - expected[step]) <= later_tolerance))
        throw new Error(`${where}: ${name}'s losses are ${found.join(', ')}; lapis's ${expected.join(', ')}`);
}
