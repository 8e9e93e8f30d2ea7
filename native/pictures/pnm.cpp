// PNM: P1 to P6, bits, grey and RGB, as text or as bytes, of any maximum.
#include "lapis/core/error.h"
#include "pictures/format.h"

namespace lapis::native {
namespace {

constexpr std::uint32_t kMostLevel = 65535;

bool is_space(std::uint8_t byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

class Reader {
 public:
  explicit Reader(Octets bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (position_ >= bytes_.size()) fail_truncated();
    return bytes_[position_++];
  }

  /// Of a text's numbers the next, which at least one space or a comment parts from what was before.
  std::uint32_t number(std::uint32_t largest) {
    std::uint8_t digit = first_of_next();
    if (digit < '0' || digit > '9') fail_damaged("a number was expected");
    std::uint32_t value = 0;
    for (;;) {
      value = value * 10 + (digit - '0');
      if (value > largest) fail_damaged("a number is too large");
      if (position_ == bytes_.size() || bytes_[position_] < '0' || bytes_[position_] > '9') return value;
      digit = byte();
    }
  }

  /// Of a P1's bits the next: spaces may be left out there.
  std::uint32_t bit() {
    const std::uint8_t digit = first_of_next();
    if (digit != '0' && digit != '1') fail_damaged("0 or 1 was expected");
    return digit - std::uint32_t{'0'};
  }

  /// The one space between header and bytes.
  void end_header() {
    if (!is_space(byte())) fail_damaged("a space was expected");
  }

  std::size_t left() const { return bytes_.size() - position_; }

 private:
  /// Passes over spaces and comments.
  std::uint8_t first_of_next() {
    for (;;) {
      std::uint8_t next = byte();
      if (next == '#') {
        while (next != '\n' && next != '\r') next = byte();
      } else if (!is_space(next)) {
        return next;
      }
    }
  }

  Octets bytes_;
  std::size_t position_ = 2;  // behind "P6"
};

}  // namespace

Picture decode_pnm(Octets bytes) {
  const int kind = bytes[1] - '0';
  const bool is_bits = kind == 1 || kind == 4, is_text = kind <= 3;
  const int channels = kind == 3 || kind == 6 ? 3 : 1;
  Reader reader(bytes);
  const std::uint32_t width = reader.number(100'000'000), height = reader.number(100'000'000);
  const std::uint32_t most = is_bits ? 1 : reader.number(kMostLevel);
  if (most == 0) fail_damaged("its brightest level is 0");
  check_size(width, height);
  if (!is_text) reader.end_header();
  const std::uint64_t values = std::uint64_t{width} * height * static_cast<std::uint64_t>(channels);
  const std::uint64_t needed = kind == 4                ? std::uint64_t{(width + 7) / 8} * height
                               : most > 255 && !is_text ? 2 * values
                                                        : values;  // a text has a digit for each
  if (reader.left() < needed) fail_truncated();

  Picture picture = make_picture(width, height, channels);
  std::uint8_t* out = picture.pixels.data();
  if (is_bits) {  // 1 is black
    for (std::uint32_t y = 0; y < height; ++y) {
      std::uint32_t bits = 0;
      for (std::uint32_t x = 0; x < width; ++x, bits <<= 1) {
        if (kind == 4 && x % 8 == 0) bits = reader.byte();
        const bool is_black = kind == 4 ? (bits & 0x80) != 0 : reader.bit() != 0;
        *out++ = is_black ? 0 : 255;
      }
    }
    return picture;
  }
  for (std::uint64_t i = 0; i < values; ++i) {
    std::uint32_t level = is_text ? reader.number(kMostLevel) : reader.byte();
    if (!is_text && most > 255) level = level << 8 | reader.byte();
    if (level > most) fail_damaged("a level is above its brightest");
    *out++ = static_cast<std::uint8_t>((level * 255 + most / 2) / most);
  }
  return picture;
}

}  // namespace lapis::native
