// Reads a picture's kind and size from its first bytes, before any decoding: a 20,000-pixel-wide file is refused
// without giving it memory. null means "not a kind whose header is read here"; the browser may still decode it.

export interface PictureHeader {
  kind: 'PNG' | 'JPEG' | 'GIF' | 'WebP' | 'BMP' | 'AVIF' | 'PNM' | 'TIFF' | 'HEIC';
  size: { width: number; height: number } | null;
  /** The file ends before its own header says it should. */
  cut_short: boolean;
}

export function read_header(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return png(view, text);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpeg(view);
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') {
    const size = view.byteLength < 10 ? null : sized(view.getUint16(6, true), view.getUint16(8, true));
    return { kind: 'GIF', size, cut_short: view.byteLength < shortest_gif };
  }
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return webp(view, text);
  if (text(0, 2) === 'BM') return bmp(view);
  if (text(4, 8) === 'ftyp') return boxes(view, text);
  if (/^P[1-6][\s#]$/.test(text(0, 3))) return { kind: 'PNM', size: null, cut_short: false };
  if (/^(II\*\0|MM\0\*)$/.test(text(0, 4))) return { kind: 'TIFF', size: null, cut_short: false };
  return null;
}

/** Header, one frame of no more than its description, end. */
const shortest_gif = 13 + 10 + 1;

type Text = (from: number, to: number) => string;

function sized(width: number, height: number): { width: number; height: number } {
  return { width, height };
}

/** Walks the chunks; a whole file ends with IEND. */
function png(view: DataView, text: Text): PictureHeader {
  const size = view.byteLength < 24 ? null : sized(view.getUint32(16), view.getUint32(20));
  let at = 8;
  while (at + 12 <= view.byteLength) {
    if (text(at + 4, at + 8) === 'IEND') return { kind: 'PNG', size, cut_short: false };
    at += 12 + view.getUint32(at);
  }
  return { kind: 'PNG', size, cut_short: true };
}

/** Walks the segments to the frame header (SOF0 to SOF15 without the three that are something else). */
function jpeg(view: DataView): PictureHeader {
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    const is_frame =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (is_frame) {
      const size = sized(view.getUint16(at + 7), view.getUint16(at + 5));
      return { kind: 'JPEG', size, cut_short: false };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return { kind: 'JPEG', size: null, cut_short: true };
}

function webp(view: DataView, text: Text): PictureHeader {
  const cut_short = view.byteLength < 30 || view.byteLength < 8 + view.getUint32(4, true);
  if (view.byteLength < 30) return { kind: 'WebP', size: null, cut_short };
  const uint24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (text(12, 16)) {
    case 'VP8X':
      return { kind: 'WebP', size: sized(uint24(24) + 1, uint24(27) + 1), cut_short };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { kind: 'WebP', size: sized((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1), cut_short };
    }
    default:
      return {
        kind: 'WebP',
        size: sized(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff),
        cut_short,
      };
  }
}

/** What the file begins with names all who may read it, 4 letters each. */
function boxes(view: DataView, text: Text): PictureHeader | null {
  const brands = new Set<string>(text(8, Math.min(view.getUint32(0), 256)).match(/.{4}/gs));
  if (brands.has('avif') || brands.has('avis')) return avif(view, text);
  const is_heic = ['heic', 'heix', 'mif1', 'msf1'].some((brand) => brands.has(brand));
  return is_heic ? { kind: 'HEIC', size: null, cut_short: false } : null;
}

/** The oldest headers, of 12 bytes, have sizes of 16 bits. */
function bmp(view: DataView): PictureHeader {
  if (view.byteLength < 26) return { kind: 'BMP', size: null, cut_short: true };
  const is_oldest = view.getUint32(14, true) === 12;
  const size = is_oldest
    ? sized(view.getUint16(18, true), view.getUint16(20, true))
    : sized(view.getInt32(18, true), Math.abs(view.getInt32(22, true)));
  return { kind: 'BMP', size, cut_short: false };
}

/** The size stands in the `ispe` box, near the start; its exact place depends on the other boxes. */
function avif(view: DataView, text: Text): PictureHeader {
  const at = text(0, Math.min(view.byteLength, 4096)).indexOf('ispe');
  const readable = at >= 0 && at + 16 <= view.byteLength;
  return {
    kind: 'AVIF',
    size: readable ? sized(view.getUint32(at + 8), view.getUint32(at + 12)) : null,
    cut_short: false,
  };
}
