// CONFIG [0xFF VERSION [0xFF]]: Keras's JSON to a description, a model, a config, and the same model again.
// With a third part the shape of the input is given.

#include "check.h"
#include "lapis/io/keras_model.h"

using namespace lapis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Parts parts({data, size});
  constexpr Index kMostParameters = 200'000;
  std::string config;
  const bool is_model = fuzz::is_done([&] {
    const Json json = Json::parse(parts[0]);
    std::optional<Shape> shape;
    if (parts.size() > 2) shape = Shape{kUnknown, 8, 8, 3};
    ModelDescription description = describe_model(json, shape, parts[1]);
    Index total = 0;
    for (const auto& parameter : description.parameters()) total += parameter.shape.size();
    if (description.text || total > kMostParameters) fail("not here");
    const Model model(description.name, description.input_shape, std::move(description.layers));
    config = model_to_config(model);
  });
  if (!is_model) return 0;
  fuzz::must_work("own config is refused", [&] {
    const Model again = model_from_config(config, std::nullopt, parts[1]);
    fuzz::must_be(model_to_config(again) == config, "a config reads back as something else", config);
  });
  return 0;
}
