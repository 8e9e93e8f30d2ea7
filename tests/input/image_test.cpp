#include "lapis/input/image.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/core/random.h"
#include "support/shared.h"

using namespace lapis;
using Bytes = std::vector<std::uint8_t>;
using Catch::Contains;

namespace {

Bytes random_bytes(Index count, std::uint64_t seed) {
  const RandomStream random(seed, 1);
  Bytes bytes;
  for (Index i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(random.below(static_cast<std::uint64_t>(i), 256)));
  }
  return bytes;
}

ImageInput input_of(Index width, Index height, Index channels = 3, Fit fit = Fit::crop) {
  ImageInput input;
  input.width = width;
  input.height = height;
  input.channels = channels;
  input.fit = fit;
  return input;
}

Bytes picture(const Bytes& bytes, Index width, Index height, Index channels, const ImageInput& input) {
  return image_to_picture({bytes.data(), width, height, channels}, input);
}

/// Weight of source pixel `position` for target pixel i: the triangle filter in double, not normalised.
double triangle(Index position, Index i, Index source, Index target) {
  const double ratio = static_cast<double>(source) / static_cast<double>(target);
  const double centre = (static_cast<double>(i) + 0.5) * ratio;
  const double distance = std::abs(static_cast<double>(position) + 0.5 - centre) / std::max(1.0, ratio);
  return std::max(0.0, 1 - distance);
}

/// Resize without crop, every target pixel from every source pixel, in double.
std::vector<double> reference_resize(const Bytes& bytes, Index width, Index height, Index channels,
                                     Index target_width, Index target_height) {
  std::vector<double> result;
  for (Index y = 0; y < target_height; ++y) {
    for (Index x = 0; x < target_width; ++x) {
      for (Index c = 0; c < channels; ++c) {
        double sum = 0, total = 0;
        for (Index v = 0; v < height; ++v) {
          for (Index u = 0; u < width; ++u) {
            const double weight = triangle(v, y, height, target_height) * triangle(u, x, width, target_width);
            sum += weight * bytes[static_cast<std::size_t>((v * width + u) * channels + c)];
            total += weight;
          }
        }
        result.push_back(sum / total);
      }
    }
  }
  return result;
}

std::string error_of(const Bytes& bytes, Index width, Index height, Index channels, const ImageInput& input) {
  try {
    picture(bytes, width, height, channels, input);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a picture of the network's size passes unchanged") {
  const Bytes rgb = random_bytes(32 * 32 * 3, 1);
  CHECK(picture(rgb, 32, 32, 3, input_of(32, 32)) == rgb);
  CHECK(picture(rgb, 32, 32, 3, input_of(32, 32, 3, Fit::fit)) == rgb);
  const Bytes grey = random_bytes(7 * 5, 2);
  CHECK(picture(grey, 7, 5, 1, input_of(7, 5, 1)) == grey);
}

TEST_CASE("all CIFAR-10 test images pass unchanged") {
  LAPIS_NEED_SHARED(path, "data/cifar-10-batches-bin/test_batch.bin");
  const Bytes file = lapis_test::read_bytes(path);
  REQUIRE(file.size() == 10000U * 3073U);
  const ImageInput input = input_of(32, 32);
  Index changed = 0;
  Bytes rgb(3072);
  for (std::size_t i = 0; i < 10000; ++i) {
    for (std::size_t p = 0; p < 1024; ++p) {
      for (std::size_t c = 0; c < 3; ++c) rgb[p * 3 + c] = file[i * 3073 + 1 + c * 1024 + p];
    }
    if (picture(rgb, 32, 32, 3, input) != rgb) ++changed;
  }
  CHECK(changed == 0);
}

TEST_CASE("resize by hand") {
  SECTION("four grey pixels to two: weights .75 .75 .25 of 1.75") {
    // (0*.75 + 100*.75 + 200*.25) / 1.75 = 71.4; (100*.25 + 200*.75 + 255*.75) / 1.75 = 209.3
    // The same row twice has the target's aspect ratio, so nothing is cropped.
    CHECK(picture({0, 100, 200, 255, 0, 100, 200, 255}, 4, 2, 1, input_of(2, 1, 1)) == Bytes{71, 209});
  }
  SECTION("two to four: a, 3a/4 + b/4, a/4 + 3b/4, b") {
    CHECK(picture({0, 200}, 2, 1, 1, input_of(4, 2, 1)) == Bytes{0, 50, 150, 200, 0, 50, 150, 200});
  }
  SECTION("one pixel fills everything") {
    CHECK(picture({9, 8, 7}, 1, 1, 3, input_of(2, 2)) == Bytes{9, 8, 7, 9, 8, 7, 9, 8, 7, 9, 8, 7});
  }
  SECTION("to one pixel: the mean where both have the same weight") {
    CHECK(picture({10, 30, 50, 70}, 2, 2, 1, input_of(1, 1, 1)) == Bytes{40});
  }
}

TEST_CASE("stretch gives what Keras's resize gives, with antialias and without") {
  Bytes bytes;  // keras.ops.image.resize(bytes as [1, 7, 9, 1], (height, width), "bilinear", antialias=...)
  for (int i = 0; i < 9 * 7; ++i) bytes.push_back(static_cast<std::uint8_t>(37 * i * i + 11 * i));
  struct Case {
    Index height, width;
    bool antialias;
    std::vector<double> keras;
  };
  const Case cases[] = {
      {3,
       4,
       true,
       {128.861, 161.753, 160.742, 129.245, 161.314, 140.040, 138.660, 132.376, 161.473, 89.537, 132.150,
        81.302}},
      {3,
       4,
       false,
       {110.167, 108.667, 209.083, 144.750, 132.750, 107.750, 110.000, 139.500, 180.000, 24.833, 131.583,
        52.250}},
      {2, 12, false, {56.5,    166.8125, 230.9375, 212.0625, 119.4375, 193.0625, 231.6875, 187.3125,
                      69.1875, 117.3125, 154.4375, 148.5,    172.0,    179.1875, 143.5625, 72.9375,
                      48.5625, 70.4375,  105.3125, 129.1875, 79.3125,  35.6875,  45.0625,  96.0}},
  };
  for (const auto& [height, width, antialias, keras] : cases) {
    INFO(width << " x " << height << (antialias ? ", antialias" : ""));
    ImageInput input = input_of(width, height, 1, Fit::stretch);
    input.antialias = antialias;
    const Bytes stretched = picture(bytes, 9, 7, 1, input);
    REQUIRE(stretched.size() == keras.size());
    for (std::size_t i = 0; i < keras.size(); ++i) CHECK(std::abs(stretched[i] - keras[i]) <= 1);
  }
}

TEST_CASE("resize agrees with a naive double-precision one within one level") {
  const Index sizes[][4] = {{32, 32, 8, 8},   {33, 47, 32, 32}, {5, 3, 32, 32}, {64, 1, 7, 9},
                            {1, 64, 5, 4},    {100, 80, 32, 3}, {2, 2, 31, 17}, {90, 91, 1, 1},
                            {31, 33, 32, 32}, {200, 30, 32, 32}};
  for (const auto& [width, height, target_width, target_height] : sizes) {
    for (const Index channels : {Index{1}, Index{3}}) {
      const Bytes bytes = random_bytes(width * height * channels, static_cast<std::uint64_t>(width));
      ImageInput input = input_of(target_width, target_height, channels);
      const Bytes actual = picture(bytes, width, height, channels, input);

      // The crop by its definition: the largest centred part of the target's ratio, sides rounded, at
      // least 1.
      Index crop_width = width, crop_height = height;
      const double ratio = static_cast<double>(target_width) / static_cast<double>(target_height);
      if (static_cast<double>(width) > static_cast<double>(height) * ratio) {
        crop_width = std::max<Index>(1, std::lround(static_cast<double>(height) * ratio));
      } else {
        crop_height = std::max<Index>(1, std::lround(static_cast<double>(width) / ratio));
      }
      Bytes part;
      for (Index y = 0; y < crop_height; ++y) {
        for (Index i = 0; i < crop_width * channels; ++i) {
          const Index row = y + (height - crop_height) / 2, start = (width - crop_width) / 2 * channels;
          part.push_back(bytes[static_cast<std::size_t>(row * width * channels + start + i)]);
        }
      }
      const auto expected =
          reference_resize(part, crop_width, crop_height, channels, target_width, target_height);
      REQUIRE(actual.size() == expected.size());
      double largest = 0;
      for (std::size_t i = 0; i < actual.size(); ++i)
        largest = std::max(largest, std::abs(actual[i] - expected[i]));
      CAPTURE(width, height, target_width, target_height, channels);
      CHECK(largest <= 1.0);
    }
  }
}

TEST_CASE("an even area stays even at any size") {
  for (const Index side : {1, 2, 31, 32, 33, 100, 257, 1000}) {
    for (const Index target : {1, 3, 32, 40}) {
      for (const int level : {0, 1, 127, 254, 255}) {
        const Bytes bytes(static_cast<std::size_t>(side * side), static_cast<std::uint8_t>(level));
        const Bytes result = picture(bytes, side, side, 1, input_of(target, target, 1));
        REQUIRE(result == Bytes(static_cast<std::size_t>(target * target), static_cast<std::uint8_t>(level)));
      }
    }
  }
}

TEST_CASE("crop keeps the centre") {
  // 6 x 2: columns 0..5; to 2 x 2 the columns 2 and 3 stay.
  const Bytes row = {0, 10, 20, 30, 40, 50, 0, 10, 20, 30, 40, 50};
  CHECK(picture(row, 6, 2, 1, input_of(2, 2, 1)) == Bytes{20, 30, 20, 30});
  // 2 x 6 likewise.
  const Bytes column = {0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51};
  CHECK(picture(column, 2, 6, 1, input_of(2, 2, 1)) == Bytes{20, 21, 30, 31});
}

TEST_CASE("fit keeps everything and fills the rest") {
  ImageInput input = input_of(4, 4, 1, Fit::fit);
  input.fill = 99;
  CHECK(picture({1, 2, 3, 4, 5, 6, 7, 8}, 4, 2, 1, input) ==
        Bytes{99, 99, 99, 99, 1, 2, 3, 4, 5, 6, 7, 8, 99, 99, 99, 99});
  CHECK(picture({1, 2, 3, 4}, 1, 4, 1, input) ==
        Bytes{99, 1, 99, 99, 99, 2, 99, 99, 99, 3, 99, 99, 99, 4, 99, 99});
}

TEST_CASE("alpha is composed over white") {
  const ImageInput input = input_of(1, 1);
  CHECK(picture({10, 20, 30, 255}, 1, 1, 4, input) == Bytes{10, 20, 30});
  CHECK(picture({10, 20, 30, 0}, 1, 1, 4, input) == Bytes{255, 255, 255});
  // 100 * 128 / 255 + 255 * 127 / 255 = 177.2; 0: 127; 255: 255
  CHECK(picture({100, 0, 255, 128}, 1, 1, 4, input) == Bytes{177, 127, 255});
  // Colours under full transparency do not bleed into the edge: (255 + 0) / 2.
  CHECK(picture({255, 0, 255, 0, 0, 0, 0, 255, 255, 0, 255, 0, 0, 0, 0, 255}, 2, 2, 4, input) ==
        Bytes{128, 128, 128});
}

TEST_CASE("grey and colour") {
  CHECK(picture({77}, 1, 1, 1, input_of(1, 1, 3)) == Bytes{77, 77, 77});
  const ImageInput grey = input_of(1, 1, 1);
  CHECK(picture({255, 0, 0}, 1, 1, 3, grey) == Bytes{76});   // .299 * 255 = 76.2
  CHECK(picture({0, 255, 0}, 1, 1, 3, grey) == Bytes{150});  // .587 * 255 = 149.7
  CHECK(picture({0, 0, 255}, 1, 1, 3, grey) == Bytes{29});   // .114 * 255 = 29.07
  CHECK(picture({200, 200, 200}, 1, 1, 3, grey) == Bytes{200});
  CHECK(picture({0, 0, 0, 0}, 1, 1, 4, grey) == Bytes{255});
}

TEST_CASE("pictures as large and as narrow as allowed") {
  const Bytes line(16384, 50);
  CHECK(picture(line, 16384, 1, 1, input_of(32, 32, 1)) == Bytes(1024, 50));
  CHECK(picture(line, 1, 16384, 1, input_of(32, 32, 1)) == Bytes(1024, 50));
  const Bytes fitted = picture(line, 16384, 1, 1, input_of(32, 32, 1, Fit::fit));
  CHECK(std::count(fitted.begin(), fitted.end(), 50) == 32);
  CHECK(std::count(fitted.begin(), fitted.end(), 0) == 1024 - 32);
  CHECK(picture(line, 1, 16384, 1, input_of(1, 1, 1, Fit::fit)) == Bytes{50});
}

TEST_CASE("tensor: every byte in every channel") {
  ImageInput input = input_of(2, 1);
  const Bytes bytes = {0, 51, 255, 1, 2, 3};
  std::vector<Real> x(6);
  image_to_tensor({bytes.data(), 2, 1, 3}, input, x.data());
  for (std::size_t i = 0; i < 6; ++i) CHECK(x[i] == static_cast<Real>(bytes[i] / 255.0));

  input.mean = {0.5, 0.25, 0};
  input.std = {0.25, 0.5, 2};
  image_to_tensor({bytes.data(), 2, 1, 3}, input, x.data());
  CHECK(x[0] == Real{-2});
  CHECK(x[1] == static_cast<Real>((51 / 255.0 - 0.25) / 0.5));
  CHECK(x[2] == Real{0.5});

  input.mean = {127.5};
  input.std = {127.5};
  input.scale = 1;
  image_to_tensor({bytes.data(), 2, 1, 3}, input, x.data());
  CHECK(x[0] == Real{-1});
  CHECK(x[2] == Real{1});

  const std::vector<Real> values = image_byte_values(input);
  REQUIRE(values.size() == 768);
  CHECK(values[51 * 3 + 1] == x[1]);
}

TEST_CASE("the tensor is made of exactly the picture") {
  const Bytes rgb = random_bytes(101 * 57 * 3, 5);
  const Pixels pixels{rgb.data(), 101, 57, 3};
  const ImageInput input = input_of(32, 32);
  const Bytes shown = image_to_picture(pixels, input);
  std::vector<Real> x(3072), again(3072);
  image_to_tensor(pixels, input, x.data());
  picture_to_tensor(shown.data(), input, again.data());
  CHECK(x == again);
}

TEST_CASE("pictures that cannot be") {
  const Bytes bytes(16);
  const ImageInput input = input_of(2, 2);
  CHECK(error_of(bytes, 0, 4, 3, input) == "picture: 0 x 4 pixels, expected at least 1 x 1");
  CHECK(error_of(bytes, 4, -1, 3, input) == "picture: 4 x -1 pixels, expected at least 1 x 1");
  CHECK(error_of(bytes, 20000, 300, 3, input) ==
        "picture: 20000 x 300 pixels, expected at most 16384 a side; make it smaller");
  CHECK(error_of(bytes, 10001, 10000, 3, input) ==
        "picture: 10001 x 10000 pixels, expected at most 100 megapixels; make it smaller");
  CHECK_NOTHROW(check_image_size(10000, 10000));
  CHECK_NOTHROW(check_image_size(16384, 1));
  CHECK(error_of(bytes, 2, 2, 2, input) == "picture: 2 channels, expected 1 (grey), 3 (RGB) or 4 (RGBA)");
  CHECK_THROWS_WITH(image_to_picture({nullptr, 2, 2, 3}, input), "picture: no pixels");
}

TEST_CASE("image inputs that cannot be") {
  const Bytes bytes(16);
  CHECK_THAT(error_of(bytes, 2, 2, 3, input_of(0, 32)), Contains("image input: size 0 x 32"));
  CHECK_THAT(error_of(bytes, 2, 2, 3, input_of(2, 2, 4)), Contains("image input: 4 channels, expected 1"));
  ImageInput input = input_of(2, 2);
  input.mean = {1, 2};
  CHECK_THAT(error_of(bytes, 2, 2, 3, input),
             Contains("image input: mean has 2 values, expected none, 1 or 3"));
  input.mean = {NAN};
  CHECK_THAT(error_of(bytes, 2, 2, 3, input), Contains("image input: mean holds nan"));
  input.mean = {};
  input.std = {1, 0, 1};
  CHECK_THAT(error_of(bytes, 2, 2, 3, input), Contains("image input: std holds 0"));
  input.std = {};
  input.scale = 0;
  CHECK_THAT(error_of(bytes, 2, 2, 3, input), Contains("image input: scale 0"));
}
