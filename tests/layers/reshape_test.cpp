#include "lapis/layers/reshape.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("Reshape is a view with other sizes") {
  const Reshape layer("reshape", {.target_shape = {3, -1}});
  CHECK(layer.output_shape({kUnknown, 2, 6}) == Shape({kUnknown, 3, 4}));
  CHECK(layer.output_shape({kUnknown, kUnknown, 6}) == Shape({kUnknown, 3, kUnknown}));
  CHECK(Reshape("reshape", {.target_shape = {12}}).output_shape({5, 2, 6}) == Shape({5, 12}));
  CHECK(layer.is_view(true));
  CHECK(layer.mask_rule() == MaskRule::drop);
}

TEST_CASE("Reshape refuses sizes that do not make the same number of values") {
  const auto text = [](const std::vector<Index>& target, const Shape& x) {
    return error_text([&] { Reshape("r", {.target_shape = target}).output_shape(x); });
  };
  CHECK(text({5}, {1, 2, 3}) ==
        R"(layer "r" (Reshape): input [1,2,3] has 6 values a sample, which do not make [1,5])");
  CHECK(text({4, -1}, {1, 2, 3}) ==
        R"(layer "r" (Reshape): input [1,2,3] has 6 values a sample, which do not make [1,4,?])");
  CHECK(text({-1, -1}, {1, 2, 3}) ==
        R"(layer "r" (Reshape): target_shape has more than one -1, expected one at most)");
  CHECK(text({1 << 24, 1 << 24, 1 << 24, -1}, {1, kUnknown}) ==
        R"(layer "r" (Reshape): target_shape has more than 1073741824 values)");
  CHECK(text({0}, {1, 2, 3}) ==
        R"(layer "r" (Reshape): target_shape has a size of 0, expected sizes from 1, or one -1)");
}
