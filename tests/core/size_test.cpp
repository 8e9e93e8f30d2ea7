#include "lapis/core/size.h"

#include <catch2/catch.hpp>
#include <limits>

#include "lapis/core/shape.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

TEST_CASE("sizes are added up and multiplied in 64 bits, whatever an Index is") {
  const Size wide = Size(64) * 4096 * 4096;  // 2^30: as bytes 0 in 32 bits
  CHECK(wide.as<std::int64_t>() == std::int64_t{1} << 30);
  CHECK((wide * 4 + wide).as<std::int64_t>() == std::int64_t{5} << 30);
  Size sum = 1;
  sum += wide;
  CHECK(sum.as<std::int64_t>() == (std::int64_t{1} << 30) + 1);
}

TEST_CASE("a size becomes a 32-bit index, as in WebAssembly, only where its bytes can be counted") {
  const std::int64_t most = std::numeric_limits<std::int32_t>::max() / static_cast<int>(sizeof(Real));
  CHECK(Size(most).as<std::int32_t>() == most);
  CHECK(Size(-1).as<std::int32_t>() == -1);
  const std::string bytes = std::to_string((std::int64_t{1} << 30) * static_cast<int>(sizeof(Real)));
  CHECK(error_text([] { (Size(64) * 4096 * 4096).as<std::int32_t>(); }) ==
        "it takes " + bytes + " bytes of memory, and at most 2147483647 can be addressed here");
  CHECK(error_text([&] { Size(most + 1).as<std::int32_t>(); }).starts_with("it takes 2147483648 bytes"));
}

TEST_CASE("what 64 bits cannot hold stays at the most that they hold") {
  const Size huge = Size(std::numeric_limits<std::int64_t>::max());
  for (const Size& size : {huge + 1, huge * 2, Size(std::int64_t{1} << 40) * (std::int64_t{1} << 40) + 5})
    CHECK(error_text([&] { size.as<Index>(); }).starts_with("it takes more than 9223372036854775807 bytes"));
}

TEST_CASE("a shape's size is checked as it is multiplied") {
  CHECK(Shape{2, 3, 4}.size() == 24);
  CHECK(Shape{2, 3, 4}.rows() == 6);
  const Index large = std::numeric_limits<Index>::max() / 2;
  CHECK(error_text([&] { Shape{large, 4}.size(); }).starts_with("it takes "));
  CHECK(error_text([&] { Shape{large, 4, 1}.rows(); }).starts_with("it takes "));
  CHECK(Shape{large, 4}.elements() == Approx(4.0 * static_cast<double>(large)));
}
