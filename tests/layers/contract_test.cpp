#include <catch2/catch.hpp>

#include "support/layer_cases.h"

using namespace lapis_test;

TEST_CASE("every layer keeps the contract of layers/layer.h") {
  for (const NamedCase& each : layer_cases()) {
    const LayerCheck check = check_layer(*each.layer, each.test);
    INFO(each.family << ", " << each.name << ": " << check.to_string());
    // A Dropout that drops differs from one that predicts in nothing but `training`, which the case sets for
    // both.
    CHECK(check.keeps_contract());
  }
}
