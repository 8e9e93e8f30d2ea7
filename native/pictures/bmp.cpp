// BMP: rows of pixels of 1 to 32 bits, and the three run-length codes.
#include <algorithm>
#include <bit>

#include "pictures/bmp_header.h"
#include "pictures/format.h"

namespace lapis::native {
namespace {

/// One channel of a pixel of 16 or 32 bits.
struct Channel {
  explicit Channel(std::uint32_t bits_of_it)
      : mask(bits_of_it), shift(mask == 0 ? 0 : std::countr_zero(mask)), most(mask >> shift) {}

  /// From 0 to 255; 0 where there is no such channel.
  std::uint8_t level(std::uint32_t pixel) const {
    if (most == 0) return 0;
    const std::uint64_t value = (pixel & mask) >> shift;
    return static_cast<std::uint8_t>((value * 255 + most / 2) / most);
  }

  std::uint32_t mask;
  int shift;
  std::uint32_t most;
};

/// The picture's row that is stored as the `i`-th.
std::uint8_t* row_of(Picture& picture, const BmpHeader& header, std::int64_t i) {
  const std::int64_t y = header.is_top_down ? i : header.height - 1 - i;
  return picture.pixels.data() + y * header.width * picture.channels;
}

void read_numbers(const std::uint8_t* row, const BmpHeader& header, std::uint8_t* out) {
  const std::uint32_t bits = header.bits, last = (1U << bits) - 1;
  for (std::int64_t x = 0; x < header.width; ++x) {
    const std::uint64_t at = static_cast<std::uint64_t>(x) * bits;
    const std::uint32_t number = (row[at / 8] >> (8 - bits - at % 8)) & last;
    out = std::copy_n(header.colours[number].begin(), 3, out);
  }
}

void read_masked(const std::uint8_t* row, const BmpHeader& header, int channels, std::uint8_t* out) {
  const Channel masked[] = {Channel(header.masks[0]), Channel(header.masks[1]), Channel(header.masks[2]),
                            Channel(header.masks[3])};
  const std::uint32_t size = header.bits / 8;
  for (std::int64_t x = 0; x < header.width; ++x, row += size) {
    std::uint32_t pixel = 0;
    for (std::uint32_t i = 0; i < size; ++i) pixel |= std::uint32_t{row[i]} << (8 * i);
    for (int c = 0; c < channels; ++c) *out++ = masked[c].level(pixel);
  }
}

void read_blue_green_red(const std::uint8_t* row, const BmpHeader& header, std::uint8_t* out) {
  for (std::int64_t x = 0; x < header.width; ++x, row += 3, out += 3) {
    out[0] = row[2], out[1] = row[1], out[2] = row[0];
  }
}

Picture read_rows(Octets bytes, const BmpHeader& header) {
  const auto row_bytes = static_cast<std::size_t>((header.width * header.bits + 31) / 32 * 4);
  const std::size_t left = bytes.size() - std::min(bytes.size(), header.pixels_at);
  if (left < row_bytes * static_cast<std::size_t>(header.height)) fail_truncated();
  Picture picture = make_picture(header.width, header.height, header.masks[3] != 0 ? 4 : 3);
  const std::uint8_t* row = bytes.data() + header.pixels_at;
  for (std::int64_t i = 0; i < header.height; ++i, row += row_bytes) {
    std::uint8_t* out = row_of(picture, header, i);
    if (header.bits <= 8) {
      read_numbers(row, header, out);
    } else if (header.bits == 24) {
      read_blue_green_red(row, header, out);
    } else {
      read_masked(row, header, picture.channels, out);
    }
  }
  return picture;
}

/// Runs of one value, and stretches of single values, from left to right and from the lowest row up.
class RunReader {
 public:
  RunReader(Octets bytes, const BmpHeader& header, Picture& picture)
      : bytes_(bytes), header_(header), picture_(picture), at_(header.pixels_at) {}

  void read() {
    while (y_ < header_.height) {
      const std::uint32_t count = next();
      if (count > 0) {
        run(count);
        continue;
      }
      const std::uint32_t code = next();
      if (code == kEndOfPicture) return;
      if (code == kEndOfRow) {
        x_ = 0, ++y_;
      } else if (code == kMove) {
        x_ += next(), y_ += next();
        if (x_ > header_.width || y_ > header_.height) fail_damaged("a run leaves the picture");
      } else {
        stretch(code);
      }
    }
  }

 private:
  static constexpr std::uint32_t kEndOfRow = 0, kEndOfPicture = 1, kMove = 2;
  using Colour = std::array<std::uint8_t, 3>;

  std::uint8_t next() { return static_cast<std::uint8_t>(little_endian(bytes_, at_++, 1)); }

  Colour next_colour() {
    if (header_.bits == 8) return header_.colours[next()];
    const std::uint8_t blue = next(), green = next(), red = next();
    return {red, green, blue};
  }

  void put(const Colour& colour) {
    if (x_ < header_.width) std::copy_n(colour.begin(), 3, row_of(picture_, header_, y_) + 3 * x_);
    ++x_;
  }

  void run(std::uint32_t count) {
    if (header_.bits == 4) {
      const std::uint8_t pair = next();
      for (std::uint32_t i = 0; i < count; ++i) put(header_.colours[i % 2 == 0 ? pair >> 4 : pair & 15]);
    } else {
      const Colour colour = next_colour();
      for (std::uint32_t i = 0; i < count; ++i) put(colour);
    }
  }

  void stretch(std::uint32_t count) {
    const std::size_t begin = at_;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (header_.bits != 4) {
        put(next_colour());
        continue;
      }
      const std::uint8_t pair = next();
      put(header_.colours[pair >> 4]);
      if (++i < count) put(header_.colours[pair & 15]);
    }
    at_ += (at_ - begin) % 2;  // filled up to two bytes
  }

  Octets bytes_;
  const BmpHeader& header_;
  Picture& picture_;
  std::size_t at_;
  std::int64_t x_ = 0, y_ = 0;
};

}  // namespace

Picture decode_bmp(Octets bytes) {
  const BmpHeader header = read_bmp_header(bytes);
  if (!header.is_run_length()) return read_rows(bytes, header);
  // What the runs step over stays black, as in browsers.
  Picture picture = make_picture(header.width, header.height, 3);
  RunReader(bytes, header, picture).read();
  return picture;
}

}  // namespace lapis::native
