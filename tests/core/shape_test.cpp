#include "lapis/core/shape.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

TEST_CASE("a shape counts its axes from either end") {
  const Shape shape = {2, 3, 5};
  CHECK(shape.rank() == 3);
  CHECK(shape[0] == 2);
  CHECK(shape[2] == 5);
  CHECK(shape[-1] == 5);
  CHECK(shape[-3] == 2);
}

TEST_CASE("a shape's size and its rows") {
  CHECK(Shape({2, 3, 5}).size() == 30);
  CHECK(Shape({2, 3, 5}).rows() == 6);
  CHECK(Shape({7}).rows() == 1);
  CHECK(Shape({4, 0, 2}).size() == 0);
  CHECK(Shape().rank() == 0);
  CHECK(Shape().size() == 1);
}

TEST_CASE("shapes are equal when rank and all sizes are") {
  CHECK(Shape({2, 3}) == Shape({2, 3}));
  CHECK_FALSE(Shape({2, 3}) == Shape({3, 2}));
  CHECK_FALSE(Shape({2, 3}) == Shape({2, 3, 1}));
  CHECK(Shape({kUnknown, 3}) == Shape({kUnknown, 3}));
  // What is left of a longer shape does not count.
  Shape shape = Shape({9, 2, 3}).without_batch();
  CHECK(shape == Shape({2, 3}));
}

TEST_CASE("a size can be changed, an axis appended, the batch replaced") {
  Shape shape = {2, 3};
  shape.set(-1, 8);
  shape.push_back(4);
  CHECK(shape == Shape({2, 8, 4}));
  CHECK(shape.with_batch(1) == Shape({1, 8, 4}));
  CHECK(shape == Shape({2, 8, 4}));
  CHECK(shape.without_batch() == Shape({8, 4}));
}

TEST_CASE("an unknown size prints as ?") {
  CHECK(Shape({kUnknown, 32, 3}).to_string() == "[?,32,3]");
  CHECK(Shape().to_string() == "[]");
  std::ostringstream text;
  text << Shape({5});
  CHECK(text.str() == "[5]");
  CHECK_FALSE(Shape({2, kUnknown}).is_known());
  CHECK(Shape({2, 3}).is_known());
}

TEST_CASE("a sixth axis is refused") {
  Shape shape = {1, 2, 3, 4, 5};
  CHECK(error_text([&] { shape.push_back(6); }) == "a shape has at most 5 axes; [1,2,3,4,5] is full");
  CHECK(shape == Shape({1, 2, 3, 4, 5}));
}
