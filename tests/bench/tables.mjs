// Results as tables that people read.
import { title_of, workload_names } from './workloads.mjs';
import { ratio_target, row_key, time_targets } from './targets.mjs';

/** The times in a summary. */
export const statistics = { median_ms: 'median', p10_ms: 'the quickest tenth' };

/** Three significant digits. */
export const milliseconds = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** Rows of texts as a Markdown table, its columns aligned. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`;
  return [
    line(rows[0]),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...rows.slice(1).map(line),
  ].join('\n');
}

/** lapis's time / the best peer's, and who that is; nothing where there is no peer. `key`: which of the times. */
export function compared({ peers }, key) {
  const [[, own], ...others] = Object.entries(peers);
  const measured = others.filter(([, { missing }]) => !missing);
  if (measured.length === 0) return {};
  const [best, times] = measured.reduce((a, b) => (b[1][key] < a[1][key] ? b : a));
  return { best, ratio: own[key] / times[key] };
}

const place = ({ part, kind, batch, threads }) =>
  `${part}, ${kind === 'step' ? 'training step' : kind}, batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** Where other programs had a part in the figures: how many cores they kept busy. */
const disturbance = ({ other_load = 0 }) =>
  other_load > 0.15 ? ` (others: ${other_load.toFixed(1)} cores)` : '';

/** One group of results (same row_key) in milliseconds: a workload a row, a peer a column. */
export function times_table(results, key) {
  const peers = [...new Set(results.flatMap((result) => Object.keys(result.peers)))];
  const rows = results.map((result) => {
    const { ratio, best } = compared(result, key);
    const target = ratio_target(result);
    const cell = (entry) => (entry ? (entry.missing ?? milliseconds(entry[key])) : '');
    return [
      `${result.workload} ${title_of(result.workload)}${disturbance(result)}`,
      ...peers.map((peer) => cell(result.peers[peer])),
      ratio === undefined ? '' : ratio.toFixed(2),
      target === undefined ? '' : `<= ${target}`,
      best ?? '',
    ];
  });
  const heading = `${place(results[0])}: milliseconds, ${statistics[key]}`;
  return `${heading}\n${table([['', ...peers, 'ratio', 'target', 'best peer'], ...rows])}`;
}

export function grouped(results) {
  const groups = new Map();
  for (const result of results) {
    const key = row_key(result);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()];
}

const mark = (reached) => (reached ? '✓' : '✗');

/** The table: ratios, each beside what it should be at most. */
export function ratio_table(results, key) {
  const rows = grouped(results.filter(ratio_target)).map((group) => [
    place(group[0]),
    ...workload_names.map((name) => {
      const result = group.find(({ workload }) => workload === name);
      const { ratio } = result ? compared(result, key) : {};
      if (ratio === undefined) return '';
      const target = ratio_target(result);
      return target === undefined
        ? ratio.toFixed(2)
        : `${ratio.toFixed(2)} / ${target} ${mark(ratio <= target)}`;
    }),
  ]);
  return rows.length ? table([['lapis / best peer (target)', ...workload_names], ...rows]) : '';
}

/** Targets that are times: training in wasm, cold start. */
export function time_target_table(results, key) {
  const rows = [];
  for (const result of results) {
    const target = time_targets[result.part]?.[result.workload];
    const own = Object.values(result.peers)[0];
    if (target !== undefined && own[key] !== undefined)
      rows.push([
        `${place(result)}, ${result.workload}`,
        milliseconds(own[key]),
        `<= ${target} ${mark(own[key] <= target)}`,
      ]);
  }
  return rows.length ? table([['lapis', 'ms', 'target'], ...rows]) : '';
}
