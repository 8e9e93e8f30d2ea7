#include "lapis/layers/window.h"

#include <catch2/catch.hpp>

using namespace lapis;

TEST_CASE("valid: as many windows as fit") {
  CHECK(window_count(5, 3, 1, 1, Padding::valid) == 3);
  CHECK(window_count(5, 2, 2, 1, Padding::valid) == 2);
  CHECK(window_count(5, 3, 1, 2, Padding::valid) == 1);  // reaches over 5
  CHECK(window_count(4, 3, 1, 2, Padding::valid) == 0);
  CHECK(window_count(3, 3, 7, 1, Padding::valid) == 1);
  CHECK(window_count(kUnknown, 3, 1, 1, Padding::valid) == kUnknown);
  CHECK(window_padding(5, 3, 1, 1, Padding::valid) == 0);
}

TEST_CASE("same: one window for each stride, the odd padding at the end") {
  CHECK(window_count(5, 3, 1, 1, Padding::same) == 5);
  CHECK(window_count(5, 3, 2, 1, Padding::same) == 3);
  CHECK(window_count(6, 9, 4, 1, Padding::same) == 2);
  CHECK(window_count(kUnknown, 3, 2, 1, Padding::same) == kUnknown);
  CHECK(window_padding(5, 3, 1, 1, Padding::same) == 1);  // 2: 1 before, 1 after
  CHECK(window_padding(5, 2, 1, 1, Padding::same) == 0);  // 1: all after
  CHECK(window_padding(5, 4, 1, 1, Padding::same) == 1);  // 3: 1 before, 2 after
  CHECK(window_padding(4, 3, 2, 1, Padding::same) == 0);  // 1: all after
  CHECK(window_padding(5, 3, 2, 1, Padding::same) == 1);
  CHECK(window_padding(5, 3, 1, 2, Padding::same) == 2);  // dilated: reaches over 5
  CHECK(window_padding(6, 1, 3, 1, Padding::same) == 0);  // strides past the kernel: none
}

TEST_CASE("a window knows height from width") {
  const Window2D window = make_window({2, 8, 9, 3}, {3, 2}, {2, 3}, {1, 2}, Padding::same);
  CHECK(window.batch == 2);
  CHECK(window.height == 8);
  CHECK(window.width == 9);
  CHECK(window.channels == 3);
  CHECK(window.out_height == 4);
  CHECK(window.out_width == 3);
  CHECK(window.kernel_height == 3);
  CHECK(window.kernel_width == 2);
  CHECK(window.stride_y == 2);
  CHECK(window.stride_x == 3);
  CHECK(window.dilation_y == 1);
  CHECK(window.dilation_x == 2);
  CHECK(window.pad_top == 0);
  CHECK(window.pad_left == 0);
}
