#include "lapis/layers/softmax.h"

#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

#include "lapis/layers/embedding.h"
#include "lapis/model/model.h"

namespace {

const Real kLog3 = std::log(Real(3));

}  // namespace

TEST_CASE("Softmax works along the last axis") {
  const Softmax layer("softmax", {});
  const LayerInput input = {{1, 2, 2}, {0, 0, kLog3, 0}};
  CHECK_THAT(forward(layer, input), near({0.5, 0.5, 0.75, 0.25}));
  CHECK_THAT(backward(layer, input, {4, 0, 16, 0}).dx, near({1, -1, 3, -3}));
  CHECK(layer.ends_in_softmax());
}

TEST_CASE("Softmax passes on what the loss made of it") {
  const Softmax layer("softmax", {});
  LayerInput input = {{1, 2}, {0, 0}};
  input.dy_is_logits = true;
  CHECK_THAT(backward(layer, input, {1, 2}).dx, near({1, 2}));
}

TEST_CASE("Softmax takes the last axis by its number too, and no other") {
  CHECK(Softmax("s", {.axis = 2}).output_shape({2, 3, 4}) == Shape({2, 3, 4}));
  CHECK(error_text([] {
          Softmax("s", {.axis = 1}).output_shape({2, 3, 4});
        }) == "layer \"s\" (Softmax): axis is 1, expected the last one: -1 or 2 (nothing else is supported)");
}

TEST_CASE("A mask that would reach Softmax is refused when the model is made") {
  const auto model = [](bool mask_zero) {
    std::vector<LayerPtr> layers;
    layers.push_back(std::make_unique<Embedding>(
        "embedding", Embedding::Config{.input_dim = 3, .output_dim = 2, .mask_zero = mask_zero}));
    layers.push_back(std::make_unique<Softmax>("softmax", Softmax::Config{}));
    Model("m", {kUnknown, 4}, std::move(layers));
  };
  CHECK(error_text([&] { model(false); }) == "no error");
  CHECK(error_text([&] { model(true); }) ==
        R"(layer "softmax" (Softmax): a mask reaches it, which it cannot honour)");
}
