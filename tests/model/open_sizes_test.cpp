#include "lapis/model/open_sizes.h"

#include <catch2/catch.hpp>

#include "lapis/io/keras_model.h"

using namespace lapis;

namespace {

/// `layers`: a JSON list's inside.
std::optional<Shape> smallest(const std::string& layers, const Shape& x, Index least = 1) {
  return with_smallest_sizes(model_from_config("[" + layers + "]", x), x, least);
}

const std::string kPool = R"({"class_name": "MaxPooling2D", "config": {"pool_size": 2}},)";
const std::string kMean = R"({"class_name": "GlobalAveragePooling2D", "config": {}})";

std::string conv1d(int kernel, int stride) {
  return R"({"class_name": "Conv1D", "config": {"filters": 2, "kernel_size": )" + std::to_string(kernel) +
         R"(, "strides": )" + std::to_string(stride) + "}},";
}

}  // namespace

TEST_CASE("an open size is the smallest that every window still fits") {
  CHECK(smallest(kPool + kMean, {kUnknown, kUnknown, kUnknown, 3}) == Shape{1, 2, 2, 3});
  CHECK(smallest(kPool + kPool + kPool + kMean, {kUnknown, kUnknown, kUnknown, 3}) == Shape{1, 8, 8, 3});
  CHECK(smallest(kMean, {kUnknown, kUnknown, kUnknown, 3}) == Shape{1, 1, 1, 3});
}

TEST_CASE("each axis has its own smallest size") {
  const std::string pool =
      R"({"class_name": "MaxPooling2D", "config": {"pool_size": [5, 3], "strides": 1}},)";
  CHECK(smallest(pool + kMean, {kUnknown, kUnknown, kUnknown, 1}) == Shape{1, 5, 3, 1});
  CHECK(smallest(pool + kMean, {kUnknown, 9, kUnknown, 1}) == Shape{1, 9, 3, 1});
}

TEST_CASE("large windows are found too, exactly") {
  const std::string last = R"({"class_name": "GlobalMaxPooling1D", "config": {}})";
  // 7, then (7 - 1) * 3 + 7, ... as four convolutions of stride 3 have it.
  std::string four;
  for (int i = 0; i < 4; ++i) four += conv1d(7, 3);
  CHECK(smallest(four + last, {kUnknown, kUnknown, 8}) == Shape{1, 241, 8});
  CHECK(smallest(conv1d(4096, 1) + last, {kUnknown, kUnknown, 1}) == Shape{1, 4096, 1});
}

TEST_CASE("what a Reshape divides is a multiple") {
  const std::string reshape = R"({"class_name": "Reshape", "config": {"target_shape": [-1, 6]}})";
  CHECK(smallest(reshape, {kUnknown, kUnknown, 4}) == Shape{1, 3, 4});
}

TEST_CASE("sizes begin where they are asked to, and known ones stay") {
  CHECK(smallest(kPool + kMean, {kUnknown, kUnknown, kUnknown, 3}, 32) == Shape{1, 32, 32, 3});
  CHECK(smallest(kPool + kMean, {kUnknown, 6, 4, 3}, 32) == Shape{1, 6, 4, 3});
  const Shape x = {kUnknown, kUnknown, 2};
  const Model model = model_from_config("[" + conv1d(3, 1) + R"({"class_name": "ReLU", "config": {}}])", x);
  CHECK(with_smallest_sizes(model, {4, kUnknown, 2}) == Shape{4, 3, 2});
}
