// PNM, which no browser reads: P1 to P6, bits, grey and RGB, as text or as bytes, of any maximum. As native/pictures/pnm.cpp
// reads it; a test compares them.

/** What is wrong with the file, in a few words. */
export class PnmError extends Error {}

const too_short = 'it ends too early';
const most_level = 65_535;

/** Reads the numbers of the header and of the text forms. */
class PnmReader {
  private at = 2; // behind 'P6'
  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new PnmError(too_short);
    return byte;
  }

  number(largest: number): number {
    let value = digit_of(this.first_of_next());
    for (;;) {
      if (value > largest) throw new PnmError('a number is too large');
      const next = this.bytes[this.at];
      if (next === undefined || next < 48 || next > 57) return value;
      value = value * 10 + next - 48;
      this.at++;
    }
  }

  /** Spaces may be left out between the bits of a P1. */
  bit(): number {
    const value = digit_of(this.first_of_next());
    if (value > 1) throw new PnmError('it holds a bit that is neither 0 nor 1');
    return value;
  }

  /** One space parts header and bytes. */
  end_header(): void {
    if (!is_space(this.byte())) throw new PnmError('its header is damaged');
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  private first_of_next(): number {
    for (;;) {
      let next = this.byte();
      if (next === 35) {
        while (next !== 10 && next !== 13) next = this.byte();
      } else if (!is_space(next)) return next;
    }
  }
}

function is_space(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

function digit_of(byte: number): number {
  if (byte < 48 || byte > 57) throw new PnmError('a number was expected');
  return byte - 48;
}

/** `check_size` throws where the picture is too large. */
export function decode_pnm(
  bytes: Uint8Array,
  check_size: (width: number, height: number) => void,
): ImageData {
  const kind = (bytes[1] ?? 0) - 48;
  const is_bits = kind === 1 || kind === 4;
  const is_text = kind <= 3;
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const reader = new PnmReader(bytes);
  const width = reader.number(1e8);
  const height = reader.number(1e8);
  const most = is_bits ? 1 : reader.number(most_level);
  if (most === 0) throw new PnmError('its brightest level is 0');
  check_size(width, height);
  if (!is_text) reader.end_header();
  const values = width * height * channels;
  const two_bytes = !is_text && most > 255;
  const needed = kind === 4 ? Math.ceil(width / 8) * height : two_bytes ? 2 * values : values;
  if (reader.left < needed) throw new PnmError(too_short);

  const level = (): number => {
    let value = is_text ? reader.number(most_level) : reader.byte();
    if (two_bytes) value = value * 256 + reader.byte();
    if (value > most) throw new PnmError('a level is above its brightest');
    return Math.floor((value * 255 + Math.floor(most / 2)) / most);
  };
  const image = new ImageData(width, height);
  const { data } = image;
  let bits = 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = 4 * pixel;
    if (is_bits) {
      const x = pixel % width;
      if (kind === 4 && x % 8 === 0) bits = reader.byte();
      const is_black = kind === 4 ? (bits & (128 >> (x % 8))) !== 0 : reader.bit() === 1;
      data.fill(is_black ? 0 : 255, at, at + 3);
    } else if (channels === 3) {
      for (let c = 0; c < 3; c++) data[at + c] = level();
    } else {
      data.fill(level(), at, at + 3);
    }
    data[at + 3] = 255;
  }
  return image;
}
