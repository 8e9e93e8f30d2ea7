// Numbers as people read them. English throughout, whatever the browser's own language: the page is in English.
const number_format = new Intl.NumberFormat('en');
const short_format = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function count(value: number): string {
  return number_format.format(value);
}

/** 1 word, 2 words */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** 0.9312 -> 93.1 %. Never rounds to a certainty the model does not have. */
export function percent(share: number): string {
  if (share > 0.9995 && share < 1) return '> 99.9 %';
  if (share < 0.0005 && share > 0) return '< 0.1 %';
  return `${(share * 100).toFixed(1)} %`;
}

/** A number of any size, to four digits. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function bytes(value: number): string {
  if (value < 1_000) return `${value} bytes`;
  if (value < 1_000_000) return `${short_format.format(value / 1_000)} kB`;
  return `${short_format.format(value / 1_000_000)} MB`;
}

const compact_format = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** 1234567 -> 1.23M */
export function compact(value: number): string {
  return compact_format.format(value);
}

/** 1234567 -> 1.23 million */
export function large(value: number): string {
  if (value < 10_000) return count(value);
  if (value < 1_000_000) return `${short_format.format(value / 1_000)} thousand`;
  return `${short_format.format(value / 1_000_000)} million`;
}

export function milliseconds(value: number): string {
  if (value < 10) return `${value.toFixed(value < 1 ? 2 : 1)} ms`;
  return `${value.toFixed(0)} ms`;
}
