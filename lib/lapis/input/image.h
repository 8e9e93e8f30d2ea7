#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lapis/core/real.h"

/// From pixels of any size to the tensor that a network reads. The way is always
/// pixels -> 8-bit picture of the network's size -> tensor, in whole numbers up to the picture, so that the
/// command line, Node and the page get the same bits. Decoding a file is the caller's business.
namespace lapis {

/// How a picture of another aspect ratio gets into the network's.
enum class Fit {
  crop,     // the largest centred part with the network's aspect ratio; the rest is lost
  fit,      // the whole picture, centred; what stays free gets `ImageInput::fill`
  stretch,  // the whole picture, its aspect ratio changed: what Keras does unless told otherwise
};

/// What files and options call them, in that order.
inline constexpr std::string_view kFitNames[] = {"crop", "fit", "stretch"};

inline std::string_view fit_name(Fit fit) {
  return kFitNames[static_cast<std::size_t>(fit)];
}

/// What a network expects of a picture: x[height, width, channels] = (byte * scale - mean) / std.
struct ImageInput {
  Index width = 0, height = 0;  // pixels, 1 to kMaxImageSide
  Index channels = 3;           // 3: RGB; 1: luma (ITU-R 601)
  Fit fit = Fit::crop;
  std::uint8_t fill = 0;  // of Fit::fit's free part, in every channel
  double scale = 1.0 / 255;
  std::vector<double> mean, std;  // one a channel, or one for all; empty: none
  bool antialias = true;  // false: a reduction reads the nearest 2 x 2 pixels only, as Keras's default

  bool operator==(const ImageInput&) const = default;
};

/// Row-major bytes that somebody else owns: [height, width, channels].
struct Pixels {
  const std::uint8_t* data = nullptr;
  Index width = 0, height = 0;
  Index channels = 3;  // 1: grey, 3: RGB, 4: RGBA (not premultiplied), composed over white
};

inline constexpr Index kMaxImageSide = 16384;
inline constexpr Index kMaxImagePixels = 100'000'000;

/// Throws Error unless such a picture can be read: 1 to kMaxImageSide pixels a side and at most
/// kMaxImagePixels. Callers that decode files ask this after the file's header, before they decode.
void check_image_size(Index width, Index height);

/// Throws Error unless sizes, channels, scale, mean and std can be worked with.
void check_image_input(const ImageInput& input);

/// The 8-bit picture that the network sees, [height, width, channels] of `input`: what a page shows.
/// Bilinear: with antialias a triangle filter as wide as the reduction, as Pillow's BILINEAR. Pixels that
/// already have the network's size and channels pass unchanged. Throws Error for sizes or channels out of
/// range.
std::vector<std::uint8_t> image_to_picture(const Pixels& pixels, const ImageInput& input);

/// The tensor value of every byte in every channel, [256, channels]: all that lies between picture and
/// tensor.
std::vector<Real> image_byte_values(const ImageInput& input);

/// x[height, width, channels] of a picture that image_to_picture made (or that has that size anyway).
void picture_to_tensor(const std::uint8_t* picture, const ImageInput& input, Real* x);

/// Both steps in one.
void image_to_tensor(const Pixels& pixels, const ImageInput& input, Real* x);

}  // namespace lapis
