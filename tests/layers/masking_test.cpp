#include "lapis/layers/masking.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

#include "lapis/layers/lstm.h"
#include "lapis/model/workspace.h"

TEST_CASE("Masking sets steps to 0 in which all is mask_value") {
  const Masking layer("masking", {.mask_value = -1});
  const LayerInput input = {{1, 3, 2}, {-1, -1, -1, 2, 3, 4}};
  CHECK(forward(layer, input) == Values({0, 0, -1, 2, 3, 4}));
  CHECK(backward(layer, input, {1, 2, 3, 4, 5, 6}).dx == Values({0, 0, 3, 4, 5, 6}));
  CHECK(layer.mask_rule() == MaskRule::make);
}

TEST_CASE("Masking's mask reaches the layers after it") {
  std::vector<LayerPtr> layers;
  layers.push_back(std::make_unique<Masking>("masking", Masking::Config{}));
  const Model model("m", {kUnknown, 3, 2}, std::move(layers));
  const auto backend = make_cpu_backend(1);
  Workspace workspace(model, *backend, {1, 3, 2}, Mode::predict);
  const Values x = {0, 0, 0, 2, 3, 0};
  std::copy(x.begin(), x.end(), workspace.input(1).data);
  workspace.run(1);
  const Mask mask = workspace.output_mask();
  REQUIRE(mask != nullptr);
  CHECK(std::vector<int>(mask, mask + 3) == std::vector<int>{0, 1, 1});
}

TEST_CASE("Masking's shapes and errors") {
  const Masking layer("masking", {});
  CHECK(layer.output_shape({kUnknown, kUnknown, 4}) == Shape({kUnknown, kUnknown, 4}));
  CHECK(error_text([&] {
          layer.output_shape({1, 2});
        }) == R"(layer "masking" (Masking): input [1,2], expected [batch,time,n])");
}
