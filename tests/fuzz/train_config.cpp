// A training config, and the model in it.

#include "lapis/io/train_config.h"

#include "check.h"
#include "lapis/io/keras_model.h"

using namespace lapis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::is_done([&] {
    const TrainConfig config = parse_train_config({reinterpret_cast<const char*>(data), size});
    const Json model = Json::parse(config.model_json(1000));
    describe_model(model, config.data.input_shape()).parameters();
  });
  return 0;
}
