#include "lapis/model/cost.h"

#include <catch2/catch.hpp>

#include "lapis/io/keras_model.h"
#include "lapis/ops/parallel.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

Model one_layer(const std::string& class_name, const std::string& config, const Shape& x) {
  return model_from_config(R"([{"class_name": ")" + class_name + R"(", "config": )" + config + "}]", x);
}

double work_of(const std::string& class_name, const std::string& config, const Shape& x) {
  return one_layer(class_name, config, x).work(x);
}

}  // namespace

TEST_CASE("every kind of layer costs something, and twice the samples twice as much") {
  const struct {
    const char* class_name;
    const char* config;
    Shape x;
  } cases[] = {
      {"Dense", R"({"units": 3})", {1, 5}},
      {"Conv1D", R"({"filters": 3, "kernel_size": 2})", {1, 6, 5}},
      {"Conv2D", R"({"filters": 3, "kernel_size": 2})", {1, 6, 6, 5}},
      {"MaxPooling2D", "{}", {1, 6, 6, 5}},
      {"AveragePooling2D", "{}", {1, 6, 6, 5}},
      {"GlobalMaxPooling2D", "{}", {1, 6, 6, 5}},
      {"GlobalAveragePooling1D", "{}", {1, 6, 5}},
      {"ZeroPadding2D", "{}", {1, 6, 6, 5}},
      {"Activation", R"({"activation": "mish"})", {1, 5}},
      {"Softmax", "{}", {1, 5}},
      {"ELU", "{}", {1, 5}},
      {"ReLU", "{}", {1, 5}},
      {"Rescaling", R"({"scale": 2.0})", {1, 5}},
      {"BatchNormalization", "{}", {1, 5}},
      {"LayerNormalization", "{}", {1, 5}},
      {"RMSNormalization", "{}", {1, 5}},
      {"Masking", "{}", {1, 4, 5}},
      {"Embedding", R"({"input_dim": 9, "output_dim": 4})", {1, 5}},
      {"SimpleRNN", R"({"units": 1})", {1, 6, 1}},
      {"LSTM", R"({"units": 3})", {1, 6, 5}},
      {"GRU", R"({"units": 3})", {1, 6, 5}},
      {"Bidirectional", R"({"layer": {"class_name": "LSTM", "config": {"units": 3}}})", {1, 6, 5}},
      {"TimeDistributed", R"({"layer": {"class_name": "Dense", "config": {"units": 3}}})", {1, 6, 5}},
  };
  for (const auto& each : cases) {
    CAPTURE(each.class_name);
    const double work = work_of(each.class_name, each.config, each.x);
    CHECK(work >= each.x.elements());
    CHECK(one_layer(each.class_name, each.config, each.x).macs(each.x) <= work);
    CHECK(work_of(each.class_name, each.config, each.x.with_batch(2)) == Approx(2 * work));
  }
}

TEST_CASE("a view is no work") {
  CHECK(work_of("Flatten", "{}", {4, 3, 5}) == 0);
  CHECK(work_of("Reshape", R"({"target_shape": [15]})", {4, 3, 5}) == 0);
  CHECK(work_of("Dropout", R"({"rate": 0.5})", {4, 3, 5}) == 0);
}

TEST_CASE("a pool costs its outputs times its window, as far as that lies in the picture") {
  const std::string same = R"(, "strides": 1, "padding": "same"})";
  const double small = work_of("MaxPooling2D", R"({"pool_size": 8)" + same, {1, 64, 64, 1});
  const double large = work_of("MaxPooling2D", R"({"pool_size": 32)" + same, {1, 64, 64, 1});
  CHECK(large > 10 * small);
  CHECK(work_of("MaxPooling2D", R"({"pool_size": 64)" + same, {1, 64, 64, 1}) ==
        work_of("MaxPooling2D", R"({"pool_size": 4096)" + same, {1, 64, 64, 1}));
}

TEST_CASE("the allowance grows with the model and with what was handed in") {
  const Model model = one_layer("Dense", R"({"units": 10})", {kUnknown, 100});
  const Cost least = allowance(model, 0);
  const Cost more = allowance(model, 1e6);
  CHECK(more.work > least.work);
  CHECK(more.bytes > least.bytes);
  CHECK(least.is_within(more));
  CHECK_FALSE(more.is_within(least));
}

TEST_CASE("what a few bytes ask for is refused with what it takes and how to have it") {
  const auto backend = make_cpu_backend(make_serial());
  const Model pool =
      one_layer("MaxPooling2D", R"({"pool_size": 1024, "strides": 1, "padding": "same", "name": "p"})",
                {kUnknown, 1024, 1024, 1});
  const std::string text = error_text([&] {
    check_cost(pool, *backend, {1, 1024, 1024, 1}, 0, "; ask for it");
  });
  CHECK(text.find("billion multiplications for an input [1,1024,1024,1]") != std::string::npos);
  CHECK(text.ends_with("; ask for it"));
  CHECK_NOTHROW(check_cost(one_layer("MaxPooling2D", "{}", {kUnknown, 1024, 1024, 1}), *backend,
                           {1, 1024, 1024, 1}, 0));
}
