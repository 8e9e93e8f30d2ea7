// Results as tables that people read.
import { title_of, workload_names } from './workloads.mjs';
import { ratio_target, row_key, time_targets } from './targets.mjs';

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

/** lapis's time / the best peer's, and who that is; nothing where lapis or every peer is missing. */
export function compared({ peers }) {
  const [[own_name, own], ...others] = Object.entries(peers);
  const measured = others.filter(([, { median_ms }]) => median_ms !== undefined);
  if (!own_name.startsWith('lapis') || own.median_ms === undefined || measured.length === 0) return {};
  const [best, { median_ms }] = measured.reduce((a, b) => (b[1].median_ms < a[1].median_ms ? b : a));
  return { best, ratio: own.median_ms / median_ms };
}

const place = ({ part, kind, batch, threads }) =>
  `${part}, ${kind === 'step' ? 'training step' : kind}, batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;

/** One group of results (same row_key) in milliseconds: a workload a row, a peer a column. */
export function times_table(results) {
  const peers = [...new Set(results.flatMap((result) => Object.keys(result.peers)))];
  const rows = results.map((result) => {
    const { ratio, best } = compared(result);
    const target = ratio_target(result);
    const cell = (entry) =>
      entry === undefined
        ? ''
        : entry.median_ms === undefined
          ? entry.missing
          : milliseconds(entry.median_ms);
    return [
      `${result.workload} ${title_of(result.workload)}`,
      ...peers.map((peer) => cell(result.peers[peer])),
      ratio === undefined ? '' : ratio.toFixed(2),
      target === undefined ? '' : `<= ${target}`,
      best ?? '',
    ];
  });
  const heading = `${place(results[0])}: milliseconds, median`;
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
export function ratio_table(results) {
  const rows = grouped(results.filter((result) => workload_names.includes(result.workload))).map((group) => [
    place(group[0]),
    ...workload_names.map((name) => {
      const result = group.find(({ workload }) => workload === name);
      const { ratio } = result ? compared(result) : {};
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
export function time_target_table(results) {
  const rows = [];
  for (const result of results) {
    const target = time_targets[result.part]?.[result.workload];
    const own = Object.values(result.peers)[0];
    if (target !== undefined && own.median_ms !== undefined)
      rows.push([
        `${place(result)}, ${result.workload}`,
        milliseconds(own.median_ms),
        `<= ${target} ${mark(own.median_ms <= target)}`,
      ]);
  }
  return rows.length ? table([['lapis', 'ms', 'target'], ...rows]) : '';
}
