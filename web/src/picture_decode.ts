// A file's bytes -> pixels (in the worker). Everything that can be wrong with a file is said in plain words here.
import { read_header, type PictureHeader } from './picture_header';
import { decode_pnm, PnmError } from './picture_pnm';

/** Widest and highest picture accepted; browsers' own limits for a canvas are about here. */
const largest_side = 16_384;
/** The library's own limit, as in the command line. */
const most_pixels = 100_000_000;
/** A larger picture is made smaller by the browser first: 16 MB of pixels instead of up to 1 GB. */
const working_side = 2_048;
const preview_side = 640;
const largest_file = 100_000_000;

export interface Picture {
  data: Uint8ClampedArray;
  width: number;
  height: number;
  channels: 4;
}

export interface Decoded {
  pixels: Picture;
  /** As stored in the file, turned upright. */
  width: number;
  height: number;
  reduced_to: { width: number; height: number } | null;
  preview: ImageBitmap;
}

/** A file that cannot be used, said in the words the page shows. */
class PictureError extends Error {
  override readonly name = 'PictureError';
}

export async function decode_picture(blob: Blob, name: string): Promise<Decoded> {
  if (blob.size > largest_file) {
    throw new PictureError(
      `“${name}” is ${Math.round(blob.size / 1e6)} MB, too large to open here. Choose one of at most 100 MB.`,
    );
  }
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const header = check(bytes, name);
  const bitmap =
    header?.kind === 'PNM' ? await pnm_bitmap(bytes, name) : await upright_bitmap(blob, name, header);
  const { width, height } = bitmap;
  check_size(width, height, name);

  const scale = Math.min(1, working_side / Math.max(width, height));
  const pixels = draw(bitmap, scale, { willReadFrequently: true });
  const preview = draw(bitmap, Math.min(1, preview_side / Math.max(width, height)));
  bitmap.close();
  const working = { width: pixels.canvas.width, height: pixels.canvas.height };
  return {
    pixels: { ...working, data: pixels.getImageData(0, 0, working.width, working.height).data, channels: 4 },
    width,
    height,
    reduced_to: scale < 1 ? working : null,
    preview: preview.canvas.transferToImageBitmap(),
  };
}

/** Null: a kind that is not known here. */
function check(bytes: Uint8Array, name: string): PictureHeader | null {
  if (bytes.length === 0)
    throw new PictureError(`“${name}” is empty: it holds no bytes. Choose another picture.`);
  const header = read_header(bytes);
  if (!header) return null; // the browser decides
  if (header.size) check_size(header.size.width, header.size.height, name);
  if (header.cut_short) {
    throw new PictureError(
      `“${name}” begins like a ${header.kind} picture but ends too early: it is cut short or damaged. ` +
        'Save or download it again, or choose another picture.',
    );
  }
  return header;
}

function check_size(width: number, height: number, name: string): void {
  const size = `${width.toLocaleString('en')} × ${height.toLocaleString('en')} pixels`;
  if (width < 1 || height < 1) {
    throw new PictureError(`“${name}” is ${size}: there is nothing to see in it. Choose another picture.`);
  }
  if (width > largest_side || height > largest_side || width * height > most_pixels) {
    throw new PictureError(
      `“${name}” is ${size}, too large to open here. ` +
        `Make it at most ${largest_side.toLocaleString('en')} pixels wide and high ` +
        `and ${most_pixels / 1e6} million in all, then try again.`,
    );
  }
}

/**
 * `from-image` turns a photograph the way its camera was held. Colours stay as they are stored, as in the command line and
 * in Keras: networks are trained on those, not on what a profile makes of them.
 */
async function upright_bitmap(blob: Blob, name: string, header: PictureHeader | null): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch {
    const found = header
      ? `: it begins like a ${header.kind} picture, which is damaged or not known to it`
      : '';
    throw new PictureError(
      `“${name}” is not a picture this browser can read${found}. ` +
        'Choose a PNG, JPEG, WebP, AVIF, GIF, BMP or PNM file. Your last picture is still here.',
    );
  }
}

async function pnm_bitmap(bytes: Uint8Array, name: string): Promise<ImageBitmap> {
  try {
    const image = decode_pnm(bytes, (width, height) => {
      check_size(width, height, name);
    });
    return await createImageBitmap(image);
  } catch (error) {
    if (!(error instanceof PnmError)) throw error;
    throw new PictureError(
      `“${name}” begins like a PNM picture but ${error.message}. Save it again, or choose another picture.`,
    );
  }
}

/** Transparent parts become white, so that what is shown is what the network gets. */
function draw(
  bitmap: ImageBitmap,
  scale: number,
  options?: CanvasRenderingContext2DSettings,
): OffscreenCanvasRenderingContext2D {
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d', options);
  if (!context)
    throw new PictureError(
      'This browser has no memory left for the picture. Close other tabs and try again.',
    );
  context.imageSmoothingQuality = 'high';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return context;
}
