#include "support/model_bytes.h"

#include "lapis/io/keras_model.h"

namespace lapis_test {

lapis::ModelFile picture_model() {
  lapis::Model model =
      lapis::model_from_config(R"({"class_name": "Sequential", "config": {"name": "pictures", "layers": [
    {"class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 3]}},
    {"class_name": "Conv2D", "config": {"filters": 4, "kernel_size": 3, "padding": "same", "activation": "relu"}},
    {"class_name": "MaxPooling2D", "config": {}},
    {"class_name": "Conv2D", "config": {"filters": 5, "kernel_size": [2, 3], "use_bias": false}},
    {"class_name": "AveragePooling2D", "config": {"pool_size": 2, "strides": 1}},
    {"class_name": "Activation", "config": {"activation": "tanh"}},
    {"class_name": "Flatten", "config": {}},
    {"class_name": "Dense", "config": {"units": 6}},
    {"class_name": "RMSNormalization", "config": {}},
    {"class_name": "ReLU", "config": {}},
    {"class_name": "Dropout", "config": {"rate": 0.5}},
    {"class_name": "Dense", "config": {"units": 3, "activation": "softmax"}}]}})");
  model.initialize(7);
  return {.model = std::move(model),
          .input = lapis::ImageInput{.width = 8, .height = 8, .mean = {0.5}, .std = {0.25}},
          .labels = {"boat", "cat", "dog"},
          .training = R"({"epochs":3,"seed":7})",
          .metrics = {{"accuracy", 0.72}, {"loss", 0.9}}};
}

lapis::ModelFile text_model() {
  lapis::Model model = lapis::model_from_config(R"([
    {"class_name": "Embedding", "config": {"input_dim": 6, "output_dim": 4, "mask_zero": true}},
    {"class_name": "Bidirectional", "config": {"layer":
      {"class_name": "LSTM", "config": {"units": 3, "return_sequences": true}}}},
    {"class_name": "SimpleRNN", "config": {"units": 4}},
    {"class_name": "Dense", "config": {"units": 2, "activation": "softmax"}}])",
                                                lapis::Shape{1, 5});
  model.initialize(3);
  return {
      .model = std::move(model),
      .input = lapis::TextInput{.sequence_length = 5, .vocabulary = {"", "[UNK]", "enak", "buruk", "sekali"}},
      .labels = {"negatif", "positif"},
      .training = {},
      .metrics = {}};
}

}  // namespace lapis_test
