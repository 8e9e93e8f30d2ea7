#include "lapis/input/image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "lapis/core/error.h"

namespace lapis {

namespace {

// Weights are whole numbers that sum to 1 << kWeightBits, so 255 times their sum stays within 31 bits.
constexpr int kWeightBits = 22;

/// The part of the source that is read, and where it goes in the network's picture.
struct Placement {
  Index source_x = 0, source_y = 0, source_width = 0, source_height = 0;
  Index x = 0, y = 0, width = 0, height = 0;
};

/// For each output position the source positions first .. first + count - 1 and their weights.
struct Taps {
  struct Range {
    Index first, count, offset;
  };
  std::vector<Range> ranges;
  std::vector<std::int32_t> weights;
};

/// a / b to the nearest whole number, at least 1.
Index divide_rounded(std::int64_t a, std::int64_t b) {
  return static_cast<Index>(std::max<std::int64_t>(1, (2 * a + b) / (2 * b)));
}

Placement place(const Pixels& pixels, const ImageInput& input) {
  const std::int64_t width = pixels.width, height = pixels.height;
  const bool is_wider = width * input.height > height * input.width;
  Placement p{0, 0, pixels.width, pixels.height, 0, 0, input.width, input.height};
  if (input.fit == Fit::stretch) return p;
  if (input.fit == Fit::crop) {
    if (is_wider)
      p.source_width = std::min(pixels.width, divide_rounded(height * input.width, input.height));
    else
      p.source_height = std::min(pixels.height, divide_rounded(width * input.height, input.width));
    p.source_x = (pixels.width - p.source_width) / 2;
    p.source_y = (pixels.height - p.source_height) / 2;
  } else {
    if (is_wider)
      p.height = std::min(input.height, divide_rounded(height * input.width, width));
    else
      p.width = std::min(input.width, divide_rounded(width * input.height, height));
    p.x = (input.width - p.width) / 2;
    p.y = (input.height - p.height) / 2;
  }
  return p;
}

/// Triangle filter around each target pixel's centre, of radius max(1, source / target) source pixels, or 1
/// without antialias. All in whole numbers, in units of 1 / (2 * target) source pixels, so that every machine
/// gets the same weights.
Taps make_taps(Index source, Index target, bool antialias) {
  Taps taps;
  const std::int64_t radius = 2 * static_cast<std::int64_t>(antialias ? std::max(source, target) : target);
  std::vector<std::int64_t> heights;
  for (Index i = 0; i < target; ++i) {
    const std::int64_t centre = (2 * static_cast<std::int64_t>(i) + 1) * source;
    const auto height_at = [&](Index position) {
      const std::int64_t distance = (2 * static_cast<std::int64_t>(position) + 1) * target - centre;
      return radius - (distance < 0 ? -distance : distance);
    };
    Index first = static_cast<Index>(std::max<std::int64_t>(0, (centre - radius) / (2 * target)));
    while (height_at(first) <= 0) ++first;
    heights.clear();
    std::int64_t total = 0;
    for (Index position = first; position < source && height_at(position) > 0; ++position) {
      heights.push_back(height_at(position));
      total += heights.back();
    }
    taps.ranges.push_back(
        {first, static_cast<Index>(heights.size()), static_cast<Index>(taps.weights.size())});
    // Rounding the running sum, not each weight, makes the weights sum to exactly 1: an even area stays even.
    std::int64_t sum = 0, rounded = 0;
    for (const std::int64_t height : heights) {
      sum += height;
      const std::int64_t next = ((sum << (kWeightBits + 1)) + total) / (2 * total);
      taps.weights.push_back(static_cast<std::int32_t>(next - rounded));
      rounded = next;
    }
  }
  return taps;
}

std::uint8_t luma(const std::uint8_t* rgb) {
  // ITU-R 601 in 16 bits: .299, .587, .114.
  return static_cast<std::uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

/// `count` pixels with the source's channels -> the network's channels.
void convert_pixels(const std::uint8_t* from, Index from_channels, std::uint8_t* to, Index to_channels,
                    Index count) {
  for (Index i = 0; i < count; ++i, from += from_channels, to += to_channels) {
    std::uint8_t rgb[3];
    if (from_channels == 1) {
      std::fill(rgb, rgb + 3, from[0]);
    } else if (from_channels == 3) {
      std::copy(from, from + 3, rgb);
    } else {
      const int alpha = from[3];
      for (int c = 0; c < 3; ++c) {
        rgb[c] = static_cast<std::uint8_t>((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
    }
    if (to_channels == 3)
      std::copy(rgb, rgb + 3, to);
    else
      to[0] = from_channels == 1 ? rgb[0] : luma(rgb);
  }
}

std::uint8_t round_weighted(std::int32_t sum) {
  return static_cast<std::uint8_t>((sum + (1 << (kWeightBits - 1))) >> kWeightBits);
}

/// One row of the source, [width, channels] -> [ranges, channels].
template <Index kChannels>
void resize_row(const std::uint8_t* row, const Taps& taps, std::uint8_t* out) {
  for (const Taps::Range& range : taps.ranges) {
    std::int32_t sums[kChannels] = {};
    const std::uint8_t* pixel = row + range.first * kChannels;
    for (Index t = 0; t < range.count; ++t, pixel += kChannels) {
      const std::int32_t weight = taps.weights[static_cast<std::size_t>(range.offset + t)];
      for (Index c = 0; c < kChannels; ++c) sums[c] += weight * pixel[c];
    }
    for (Index c = 0; c < kChannels; ++c) *out++ = round_weighted(sums[c]);
  }
}

/// The placed part of the source, as wide as the picture and still as high as the source:
/// [source_height, width, channels].
std::vector<std::uint8_t> resize_rows(const Pixels& pixels, const Placement& p, const ImageInput& input) {
  const Index channels = input.channels;
  const Index row_bytes = p.width * channels;
  std::vector<std::uint8_t> rows(static_cast<std::size_t>(p.source_height * row_bytes));
  std::vector<std::uint8_t> converted(static_cast<std::size_t>(p.source_width * channels));
  const Taps taps = make_taps(p.source_width, p.width, input.antialias);
  for (Index y = 0; y < p.source_height; ++y) {
    const std::uint8_t* row = pixels.data + ((p.source_y + y) * pixels.width + p.source_x) * pixels.channels;
    if (pixels.channels != channels) {
      convert_pixels(row, pixels.channels, converted.data(), channels, p.source_width);
      row = converted.data();
    }
    std::uint8_t* out = rows.data() + y * row_bytes;
    if (p.source_width == p.width)
      std::copy(row, row + row_bytes, out);
    else if (channels == 3)
      resize_row<3>(row, taps, out);
    else
      resize_row<1>(row, taps, out);
  }
  return rows;
}

/// rows: [source_height, width, channels] -> the placed part of picture.
void resize_columns(const std::vector<std::uint8_t>& rows, const Placement& p, const ImageInput& input,
                    std::uint8_t* picture) {
  const Index row_bytes = p.width * input.channels;
  const Taps taps = make_taps(p.source_height, p.height, input.antialias);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(row_bytes));
  for (Index y = 0; y < p.height; ++y) {
    const Taps::Range& range = taps.ranges[static_cast<std::size_t>(y)];
    std::fill(sums.begin(), sums.end(), 0);
    for (Index t = 0; t < range.count; ++t) {
      const std::int32_t weight = taps.weights[static_cast<std::size_t>(range.offset + t)];
      const std::uint8_t* row = rows.data() + (range.first + t) * row_bytes;
      for (Index i = 0; i < row_bytes; ++i) sums[static_cast<std::size_t>(i)] += weight * row[i];
    }
    std::uint8_t* out = picture + ((p.y + y) * input.width + p.x) * input.channels;
    for (Index i = 0; i < row_bytes; ++i) out[i] = round_weighted(sums[static_cast<std::size_t>(i)]);
  }
}

void check_per_channel(const std::vector<double>& values, const char* name, Index channels) {
  const auto count = static_cast<Index>(values.size());
  if (count != 0 && count != 1 && count != channels) {
    fail("image input: ", name, " has ", count, " values, expected none, 1 or ", channels,
         " (one a channel)");
  }
  for (const double value : values) {
    if (!std::isfinite(value)) fail("image input: ", name, " holds ", value, ", expected finite numbers");
  }
}

double per_channel(const std::vector<double>& values, Index c, double none) {
  if (values.empty()) return none;
  return values[values.size() == 1 ? 0 : static_cast<std::size_t>(c)];
}

}  // namespace

void check_image_size(Index width, Index height) {
  if (width < 1 || height < 1) {
    fail("picture: ", width, " x ", height, " pixels, expected at least 1 x 1");
  }
  if (width > kMaxImageSide || height > kMaxImageSide) {
    fail("picture: ", width, " x ", height, " pixels, expected at most ", kMaxImageSide,
         " a side; make it smaller");
  }
  if (width > kMaxImagePixels / height) {
    fail("picture: ", width, " x ", height, " pixels, expected at most ", kMaxImagePixels / 1'000'000,
         " megapixels; make it smaller");
  }
}

void check_image_input(const ImageInput& input) {
  if (input.width < 1 || input.height < 1 || input.width > kMaxImageSide || input.height > kMaxImageSide) {
    fail("image input: size ", input.width, " x ", input.height, ", expected 1 to ", kMaxImageSide,
         " a side");
  }
  if (input.channels != 1 && input.channels != 3) {
    fail("image input: ", input.channels, " channels, expected 1 (grey) or 3 (RGB)");
  }
  if (!std::isfinite(input.scale) || input.scale == 0) {
    fail("image input: scale ", input.scale, ", expected a finite number other than 0");
  }
  check_per_channel(input.mean, "mean", input.channels);
  check_per_channel(input.std, "std", input.channels);
  for (const double value : input.std) {
    if (value <= 0) fail("image input: std holds ", value, ", expected numbers > 0");
  }
}

std::vector<std::uint8_t> image_to_picture(const Pixels& pixels, const ImageInput& input) {
  check_image_input(input);
  check_image_size(pixels.width, pixels.height);
  if (pixels.channels != 1 && pixels.channels != 3 && pixels.channels != 4) {
    fail("picture: ", pixels.channels, " channels, expected 1 (grey), 3 (RGB) or 4 (RGBA)");
  }
  if (pixels.data == nullptr) fail("picture: no pixels");
  const Placement p = place(pixels, input);
  std::vector<std::uint8_t> picture(static_cast<std::size_t>(input.width * input.height * input.channels),
                                    input.fill);
  resize_columns(resize_rows(pixels, p, input), p, input, picture.data());
  return picture;
}

std::vector<Real> image_byte_values(const ImageInput& input) {
  check_image_input(input);
  std::vector<Real> values;
  values.reserve(static_cast<std::size_t>(256 * input.channels));
  for (int byte = 0; byte < 256; ++byte) {
    for (Index c = 0; c < input.channels; ++c) {
      const double value =
          (byte * input.scale - per_channel(input.mean, c, 0)) / per_channel(input.std, c, 1);
      values.push_back(static_cast<Real>(value));
    }
  }
  return values;
}

void picture_to_tensor(const std::uint8_t* picture, const ImageInput& input, Real* x) {
  const std::vector<Real> values = image_byte_values(input);
  const Index channels = input.channels;
  const Index pixels = input.width * input.height;
  for (Index i = 0; i < pixels; ++i) {
    for (Index c = 0; c < channels; ++c) {
      *x++ = values[static_cast<std::size_t>(*picture++ * channels + c)];
    }
  }
}

void image_to_tensor(const Pixels& pixels, const ImageInput& input, Real* x) {
  picture_to_tensor(image_to_picture(pixels, input).data(), input, x);
}

}  // namespace lapis
