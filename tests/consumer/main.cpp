#include <lapis/lapis.h>

#include <cmath>
#include <cstdio>

/// Makes a model from a Keras config, writes it as a file, reads it back and predicts.
int main() {
  try {
    lapis::Model model = lapis::model_from_config(R"({"class_name": "Sequential", "config": {"layers": [
      {"class_name": "InputLayer", "config": {"batch_shape": [null, 3]}},
      {"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}}]}})");
    model.initialize(1);
    const std::vector<std::byte> bytes =
        lapis::write_model({.model = std::move(model), .labels = {"no", "yes"}});
    const lapis::ModelFile file = lapis::read_model(bytes);
    auto backend = lapis::make_cpu_backend();
    lapis::Workspace workspace(file.model, *backend, {1, 3}, lapis::Mode::predict);
    lapis::Real* const x = workspace.input(1).data;
    x[0] = 1;
    x[1] = -2;
    x[2] = 3;
    const lapis::ConstView y = workspace.run(1);
    std::printf("%g + %g = 1\n", static_cast<double>(y.data[0]), static_cast<double>(y.data[1]));
    return std::abs(static_cast<double>(y.data[0] + y.data[1]) - 1) < 1e-6 ? 0 : 1;
  } catch (const lapis::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
