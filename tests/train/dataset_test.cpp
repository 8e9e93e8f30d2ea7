#include "lapis/train/dataset.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "lapis/core/error.h"

using namespace lapis;
using Catch::Contains;

namespace {

/// byte -> byte + 1000 * channel: shows both in the tensor.
std::vector<Real> plain_values(Index channels) {
  std::vector<Real> values;
  for (Index byte = 0; byte < 256; ++byte) {
    for (Index c = 0; c < channels; ++c) values.push_back(static_cast<Real>(byte + 1000 * c));
  }
  return values;
}

/// One picture [height, width, 1] whose pixel (y, x) is 10 * y + x + 1.
PictureDataset counting_picture(Index height, Index width, const Augmentation& augmentation,
                                Index copies = 1) {
  std::vector<std::uint8_t> pixels;
  for (Index i = 0; i < copies; ++i) {
    for (Index y = 0; y < height; ++y) {
      for (Index x = 0; x < width; ++x) pixels.push_back(static_cast<std::uint8_t>(10 * y + x + 1));
    }
  }
  return PictureDataset({height, width, 1}, pixels, std::vector<Index>(static_cast<std::size_t>(copies), 0),
                        plain_values(1), augmentation);
}

}  // namespace

TEST_CASE("tensors come back as they are") {
  const TensorDataset data({2}, {1, 2, 3, 4, 5, 6}, {0, 1, 7});
  CHECK(data.size() == 3);
  CHECK(data.sample_shape() == Shape{2});
  CHECK(data.label(2) == 7);
  Real x[2];
  const RandomStream random(1, 1);
  data.fill(1, &random, x);
  CHECK(x[0] == 3);
  CHECK(x[1] == 4);
}

TEST_CASE("pictures: bytes by channel") {
  const PictureDataset data({1, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {0, 1}, plain_values(3));
  std::vector<Real> x(6);
  data.fill(1, nullptr, x.data());
  CHECK(x == std::vector<Real>{7, 1008, 2009, 10, 1011, 2012});
  const RandomStream random(1, 1);
  data.fill(1, &random, x.data());
  CHECK(x == std::vector<Real>{7, 1008, 2009, 10, 1011, 2012});
}

TEST_CASE("flip: every second picture, the same ones every time") {
  Augmentation augmentation;
  augmentation.horizontal_flip = true;
  const PictureDataset data = counting_picture(2, 3, augmentation, 2000);
  const RandomStream random(5, 1), other(5, 2);
  Index flipped = 0, differences = 0, changed = 0;
  for (Index i = 0; i < data.size(); ++i) {
    std::vector<Real> x(6), again(6), later(6);
    data.fill(i, &random, x.data());
    data.fill(i, &random, again.data());
    data.fill(i, &other, later.data());
    const bool is_flipped = x == std::vector<Real>{3, 2, 1, 13, 12, 11};
    if (is_flipped)
      ++flipped;
    else if (x != std::vector<Real>{1, 2, 3, 11, 12, 13})
      ++differences;
    if (x != again) ++differences;
    if (x != later) ++changed;
  }
  CHECK(differences == 0);
  // Binomial(2000, 1/2): 5 standard deviations are 112.
  CHECK(std::abs(flipped - 1000) < 112);
  CHECK(std::abs(changed - 1000) < 112);
  std::vector<Real> x(6);
  for (Index i = 0; i < 20; ++i) {
    data.fill(i, nullptr, x.data());
    CHECK(x == std::vector<Real>{1, 2, 3, 11, 12, 13});
  }
}

TEST_CASE("shift: all shifts equally often, edges mirrored or empty") {
  for (const auto fill : {Augmentation::Fill::zero, Augmentation::Fill::reflect}) {
    Augmentation augmentation;
    augmentation.shift = 2;
    augmentation.fill = fill;
    const Index height = 4, width = 5;
    const PictureDataset data = counting_picture(height, width, augmentation, 5000);
    const RandomStream random(11, 3);
    std::vector<Index> counts(25);
    Index differences = 0;
    for (Index i = 0; i < data.size(); ++i) {
      const PictureMove move = draw_move(augmentation, random, i);
      ++counts[static_cast<std::size_t>((move.shift_y + 2) * 5 + move.shift_x + 2)];
      std::vector<Real> x(20);
      data.fill(i, &random, x.data());
      // Padded by hand: two mirrored rows and columns on every side.
      const Index rows[] = {2, 1, 0, 1, 2, 3, 2, 1}, columns[] = {2, 1, 0, 1, 2, 3, 4, 3, 2};
      for (Index y = 0; y < height; ++y) {
        for (Index column = 0; column < width; ++column) {
          const Index v = y - move.shift_y + 2, u = column - move.shift_x + 2;
          const bool is_outside = v < 2 || v >= 2 + height || u < 2 || u >= 2 + width;
          Index expected = 10 * rows[v] + columns[u] + 1;
          if (fill == Augmentation::Fill::zero && is_outside) expected = 0;
          if (x[static_cast<std::size_t>(y * width + column)] != static_cast<Real>(expected)) ++differences;
        }
      }
    }
    CHECK(differences == 0);
    // 200 each; 5 standard deviations are 70.
    CHECK(*std::min_element(counts.begin(), counts.end()) > 130);
    CHECK(*std::max_element(counts.begin(), counts.end()) < 270);
  }
}

TEST_CASE("shift further than the picture is large") {
  Augmentation augmentation;
  augmentation.shift = 7;
  const PictureDataset data = counting_picture(1, 3, augmentation, 200);
  const RandomStream random(2, 2);
  std::vector<Real> x(3);
  for (Index i = 0; i < data.size(); ++i) {
    data.fill(i, &random, x.data());
    // Mirroring without end: neighbours always differ by 1.
    CHECK(std::abs(x[0] - x[1]) == 1);
    CHECK(std::abs(x[1] - x[2]) == 1);
  }
}

TEST_CASE("data sets that cannot be") {
  CHECK_THROWS_WITH(TensorDataset({2}, {1, 2, 3}, {0, 1}),
                    "data set: 3 values, expected 4 for 2 samples of shape [2]");
  CHECK_THROWS_WITH(TensorDataset({2}, {}, {}), Contains("no samples"));
  CHECK_THROWS_WITH(TensorDataset({1}, {1}, {-1}), Contains("sample 0: label -1"));
  CHECK_THROWS_WITH(TensorDataset({kUnknown}, {1}, {1}), Contains("expected known sizes"));
  CHECK_THROWS_WITH(PictureDataset({2, 2}, {}, {0}, {}), Contains("expected [height,width,channels]"));
  CHECK_THROWS_WITH(PictureDataset({1, 1, 1}, {1}, {0}, {1}), Contains("1 byte values, expected 256"));
  CHECK_THROWS_WITH(PictureDataset({1, 1, 1}, {1, 2}, {0}, plain_values(1)), Contains("2 bytes, expected 1"));
}
