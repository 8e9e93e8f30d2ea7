#include "lapis/layers/embedding.h"

#include <cmath>
#include <limits>

#include "lapis/layers/lstm.h"
#include "lapis/layers/rescaling.h"
#include "lapis/model/workspace.h"
#include "layers/run_layer.h"
#include "support/error_text.h"

using namespace lapis;
using namespace lapis_test;

namespace {

const Values kTable = {0.5, -0.5,  //
                       1,   10,    //
                       2,   20};

}  // namespace

TEST_CASE("Embedding looks up rows, row 0 too") {
  for (const bool mask_zero : {false, true}) {
    const Embedding layer("embedding", {.input_dim = 3, .output_dim = 2, .mask_zero = mask_zero});
    CHECK(forward(layer, {{2, 2}, {2, 0, 1, 2}, kTable}) == Values({2, 20, 0.5, -0.5, 1, 10, 2, 20}));
  }
}

TEST_CASE("Embedding's gradient adds up where an id comes twice") {
  const Embedding layer("embedding", {.input_dim = 3, .output_dim = 2});
  const LayerGradients gradients = backward(layer, {{1, 3}, {2, 0, 2}, kTable}, {1, 2, 3, 4, 5, 6});
  CHECK(gradients.parameters == Values({3, 4, 0, 0, 6, 8}));
  CHECK(gradients.dx == Values({0, 0, 0}));
}

TEST_CASE("Embedding makes a mask only with mask_zero") {
  const Embedding layer("embedding", {.input_dim = 3, .output_dim = 2, .mask_zero = true});
  CHECK(layer.mask_rule() == MaskRule::make);
  CHECK(Embedding("embedding", {.input_dim = 3, .output_dim = 2}).mask_rule() == MaskRule::drop);
  const auto backend = make_cpu_backend(1);
  const Values x = {0, 2, 1, 0, 0, 1};
  Values y(12);
  std::vector<std::uint8_t> mask(6, 7);
  ForwardArgs args;
  args.x = {x.data(), {2, 3}};
  args.y = {y.data(), {2, 3, 2}};
  args.parameters = kTable.data();
  args.made_mask = mask.data();
  layer.forward(*backend, args);
  CHECK(mask == std::vector<std::uint8_t>({0, 1, 1, 0, 0, 1}));
}

TEST_CASE("Embedding's parameters and shapes") {
  const Embedding layer("embedding", {.input_dim = 2836, .output_dim = 64});
  CHECK(parameter_list(layer, {kUnknown, kUnknown}) == "embeddings [2836,64]");
  const Initializer start = layer.parameters({1, 1})[0].initializer;
  CHECK((start.kind == Initializer::Kind::random_uniform && start.a == -0.05 && start.b == 0.05));
  CHECK(layer.output_shape({kUnknown, kUnknown}) == Shape({kUnknown, kUnknown, 64}));
  CHECK(layer.output_shape({4, 80}) == Shape({4, 80, 64}));
  CHECK(layer.macs({4, 80}) == 0);
}

TEST_CASE("Embedding refuses ids outside its table") {
  const Embedding layer("words", {.input_dim = 3, .output_dim = 2});
  const auto text = [&](const Values& x) {
    return error_text([&] { layer.check_values({x.data(), {1, static_cast<Index>(x.size())}}); });
  };
  CHECK(text({0, 1, 2}) == "no error");
  CHECK(text({0, 3}) ==
        R"(layer "words" (Embedding): input element 1 is 3, expected a whole number from 0 to 2)");
  CHECK(text({-1}) ==
        R"(layer "words" (Embedding): input element 0 is -1, expected a whole number from 0 to 2)");
  CHECK(text({0.5}) ==
        R"(layer "words" (Embedding): input element 0 is 0.5, expected a whole number from 0 to 2)");
  CHECK(text({std::numeric_limits<Real>::quiet_NaN()}) ==
        R"(layer "words" (Embedding): input element 0 is nan, expected a whole number from 0 to 2)");
}

TEST_CASE("No way of running an Embedding reads outside its table, wherever the ids come from") {
  const auto backend = make_cpu_backend(1);
  const auto model_of = [](bool scaled, bool recurrent) {
    LSTM::Config lstm;
    lstm.units = 4;
    std::vector<LayerPtr> layers;
    if (scaled) layers.push_back(std::make_unique<Rescaling>("scale", Rescaling::Config{.scale = 1000}));
    layers.push_back(
        std::make_unique<Embedding>("words", Embedding::Config{.input_dim = 6, .output_dim = 4}));
    if (recurrent) layers.push_back(std::make_unique<LSTM>("lstm", lstm));
    return Model("words", {kUnknown, 3}, std::move(layers));
  };
  for (const bool scaled : {false, true}) {
    for (const bool recurrent : {false, true}) {
      const Model model = model_of(scaled, recurrent);
      for (const Mode mode : {Mode::predict, Mode::inspect, Mode::train}) {
        Workspace workspace(model, *backend, {2, 3}, mode);
        for (const Real bad : {Real(-1), Real(6), Real(5e8), Real(-5e8), Real(INFINITY), Real(NAN)}) {
          const View x = workspace.input(2);
          std::fill_n(x.data, 6, Real(0));
          workspace.run(2);
          x.data[4] = bad;
          const std::string text = error_text([&] { workspace.run(2); });
          CHECK(text.find(R"("words" (Embedding): input element)") != std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("Embedding refuses what does not fit") {
  const auto text = [](const Embedding::Config& config, const Shape& x) {
    return error_text([&] { Embedding("words", config).output_shape(x); });
  };
  CHECK(text({.input_dim = 3, .output_dim = 2}, {1, 2, 3}) ==
        R"(layer "words" (Embedding): input [1,2,3], expected ids [batch,time])");
  CHECK(text({.input_dim = 0, .output_dim = 2}, {1, 2}) ==
        R"(layer "words" (Embedding): input_dim is 0, expected at least 1)");
  CHECK(text({.input_dim = 3, .output_dim = 0}, {1, 2}) ==
        R"(layer "words" (Embedding): output_dim is 0, expected at least 1)");
}
