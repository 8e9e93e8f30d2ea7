#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/check_layer.h"

namespace lapis_test {

/// One row of the table that the contract tests (float) and the gradient checks (double) both run over.
struct NamedCase {
  std::string family;  // "conv2d"
  std::string name;    // what is particular about it
  std::shared_ptr<const lapis::Layer> layer;
  LayerCase test;
};

/// Every layer with odd sizes, batch 1, all paddings, all merges, with and without masks.
std::vector<NamedCase> layer_cases();

}  // namespace lapis_test
