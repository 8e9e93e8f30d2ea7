#include "lapis/layers/elu.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

TEST_CASE("ELU ends in -alpha") {
  const LayerInput input = {{1, 4}, {-200, std::log(Real(0.25)), 0, 3}};
  CHECK_THAT(forward(ELU("elu", {}), input), near({-1, -0.75, 0, 3}));
  const ELU layer("elu", {.alpha = 2});
  CHECK_THAT(forward(layer, input), near({-2, -1.5, 0, 3}));
  CHECK_THAT(backward(layer, input, {1, 1, 1, 5}).dx, near({0, 0.5, 2, 5}));
}

TEST_CASE("ELU near 0 keeps its digits") {
  const ELU layer("elu", {});
  const Real tiny = Real(-1e-6);
  const Real y = forward(layer, {{1, 1}, {tiny}})[0];
  CHECK(std::abs(y / tiny - 1) < Real(1e-5));
}
