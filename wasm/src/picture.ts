// Pictures as JavaScript has them, to bytes and back.
import { array_kind, check_choice, in_words } from './arguments.js';
import { LapisError } from './error.js';

/** Pixels row by row; grey, RGB or RGBA. */
export interface Pixels {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels: number;
}

const known_channels = [1, 3, 4];

/**
 * `white` is the value of white where the caller says it. `check_size` throws for a size that cannot be read: it is
 * asked before memory is taken. Throws for everything whose pixels are not certain.
 */
export function pixels_of(
  image: unknown,
  white: number | undefined,
  check_size: (width: number, height: number) => void,
): Pixels {
  check_choice(white, [1, 255], 'picture: white');
  if (typeof image !== 'object' || image === null || array_kind(image) !== undefined)
    throw new LapisError(
      `picture: expected { data, width, height }, as a canvas's getImageData gives it, found ${in_words(image)}`,
    );
  const { data, width, height, channels, colorSpace } = image as Record<string, unknown>;
  if (data === undefined || data === null)
    throw new LapisError(
      `picture: ${in_words(image)} without data; draw it on a canvas and take its getImageData(0, 0, width, height)`,
    );
  for (const [name, size] of Object.entries({ width, height }))
    if (typeof size !== 'number') throw new LapisError(`picture: ${name} is ${in_words(size)}`);
  if (channels !== undefined && !known_channels.includes(channels as number))
    throw new LapisError(
      `picture: channels is ${in_words(channels)}, expected 1 (grey), 3 (RGB) or 4 (RGBA)`,
    );
  if (colorSpace !== undefined && colorSpace !== 'srgb')
    throw new LapisError(`picture: colorSpace is ${in_words(colorSpace)}, expected "srgb"`);
  const size = { width: width as number, height: height as number };
  check_size(size.width, size.height);
  const bytes = bytes_of(data, white);
  return { data: bytes, ...size, channels: channels_of(bytes.length, size, channels as number | undefined) };
}

function channels_of(
  found: number,
  { width, height }: { width: number; height: number },
  channels: number | undefined,
): number {
  const pixels = width * height;
  const of_picture = channels ?? known_channels.find((count) => count * pixels === found);
  if (of_picture === undefined)
    throw new LapisError(
      `picture: ${width} x ${height} has ${known_channels.map((count) => count * pixels).join(', ')} bytes (grey, RGB, RGBA), found ${found}`,
    );
  if (of_picture * pixels !== found)
    throw new LapisError(
      `picture: ${width} x ${height} with ${of_picture} channels has ${of_picture * pixels} bytes, found ${found}`,
    );
  return of_picture;
}

function bytes_of(data: unknown, white: number | undefined): Uint8Array | Uint8ClampedArray {
  const kind = array_kind(data);
  const is_bytes = kind === 'Uint8Array' || kind === 'Uint8ClampedArray';
  if (is_bytes && white !== 1) return data as Uint8Array | Uint8ClampedArray;
  if (kind === 'Array' || (kind === 'Float32Array' && white !== undefined))
    return rounded(data as ArrayLike<unknown>, white);
  if (kind === 'Float32Array')
    throw new LapisError(
      'picture: data is a Float32Array; pass the option white: 1 where its numbers go from 0 to 1, or 255',
    );
  if (is_bytes)
    throw new LapisError(
      `picture: data is ${in_words(data)}, whose white is 255, but the option says white: 1`,
    );
  throw new LapisError(
    `picture: data is ${in_words(data)}, expected a Uint8ClampedArray, a Uint8Array or an array of numbers 0 to 255, or a Float32Array with the option white`,
  );
}

/** Fractions only where the caller says what white is: numbers from 0 to 1 would else be a black picture. */
function rounded(values: ArrayLike<unknown>, white: number | undefined): Uint8Array {
  const most = white ?? 255;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const fits = typeof value === 'number' && value >= 0 && value <= most;
    if (!fits || (white === undefined && !Number.isInteger(value)))
      throw new LapisError(
        `picture: value ${i} is ${in_words(value)}, expected ${white === undefined ? 'whole ' : ''}numbers from 0 to ${most}${white === undefined ? '; the option white says otherwise' : ''}`,
      );
    bytes[i] = Math.round((value * 255) / most);
  }
  return bytes;
}

/** The network's picture, [height, width, channels], as a canvas takes it. */
export function rgba({ data, width, height, channels }: Pixels): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 4 + c] = data[i * channels + (channels === 3 ? c : 0)] ?? 0;
    pixels[i * 4 + 3] = 255;
  }
  return pixels;
}
