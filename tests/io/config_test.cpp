#include <catch2/catch.hpp>

#include "lapis/io/config_reader.h"
#include "lapis/io/config_writer.h"
#include "lapis/layers/registry.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

std::unique_ptr<const Layer> read(const std::string& json) {
  const Json parsed = Json::parse(json);
  LayerNames names;
  return read_layer(JsonCursor(parsed, "config.layers[1]"), names);
}

std::string read_error(const std::string& class_name, const std::string& config) {
  return error_text([&] { read(R"({"class_name":")" + class_name + R"(","config":)" + config + "}"); });
}

}  // namespace

TEST_CASE("Every layer is written as Keras 3 reads it, and read back the same") {
  for (
      const std::string json :
      {R"({"class_name":"Activation","config":{"activation":"sigmoid"}})",
       R"({"class_name":"AveragePooling2D","config":{"pool_size":[3,2],"strides":null,"padding":"same"}})",
       R"({"class_name":"Bidirectional","config":{"layer":{"class_name":"LSTM","config":{"units":3}},"merge_mode":"sum"}})",
       R"({"class_name":"Conv2D","config":{"filters":3,"kernel_size":[3,2],"strides":2,"use_bias":false}})",
       R"({"class_name":"Dense","config":{"units":3,"activation":null,"kernel_initializer":"he_normal"}})",
       R"({"class_name":"Dense","config":{"units":3,"use_rmsnorm":true,"rmsnorm_epsilon":1e-8}})",
       R"({"class_name":"ActivityRegularization","config":{"l1":0.5,"l2":0.25}})",
       R"({"class_name":"Activation","config":{"activation":"relu","activity_regularizer":{"class_name":"L1L2","config":{"l1":0.5,"l2":0.25}}}})",
       R"({"class_name":"LSTM","config":{"units":3,"dropout":0.25,"implementation":1}})",
       R"({"class_name":"Dense","config":{"units":3,"trainable":false}})",
       R"({"class_name":"Bidirectional","config":{"trainable":false,"layer":{"class_name":"LSTM","config":{"units":3,"trainable":false}}}})",
       R"({"class_name":"TimeDistributed","config":{"layer":{"class_name":"Dense","config":{"units":3,"trainable":false}}}})",
       R"({"class_name":"GRU","config":{"units":3,"dropout":0.25,"recurrent_dropout":0.5}})",
       R"({"class_name":"Dropout","config":{"rate":0.25,"seed":3}})",
       R"({"class_name":"Embedding","config":{"input_dim":10,"output_dim":4,"mask_zero":true}})",
       R"({"class_name":"Flatten","config":{}})",
       R"({"class_name":"LSTM","config":{"units":2,"recurrent_activation":"hard_sigmoid","go_backwards":true}})",
       R"({"class_name":"MaxPooling2D","config":{"pool_size":2,"strides":1}})",
       R"({"class_name":"RMSNormalization","config":{"axis":[-1],"epsilon":1e-5}})",
       R"({"class_name":"ReLU","config":{"max_value":null,"negative_slope":0.0}})",
       R"({"class_name":"BatchNormalization","config":{"axis":[3],"momentum":0.9,"center":false,"synchronized":false}})",
       R"({"class_name":"Conv1D","config":{"filters":3,"kernel_size":[3],"strides":2,"padding":"causal"}})",
       R"({"class_name":"ELU","config":{"alpha":0.5}})",
       R"({"class_name":"GRU","config":{"units":2,"reset_after":false,"implementation":2}})",
       R"({"class_name":"GlobalAveragePooling1D","config":{"keepdims":true,"data_format":"channels_last"}})",
       R"({"class_name":"GlobalAveragePooling2D","config":{}})",
       R"({"class_name":"GlobalMaxPooling1D","config":{}})",
       R"({"class_name":"GlobalMaxPooling2D","config":{"keepdims":true}})",
       R"({"class_name":"LayerNormalization","config":{"axis":[-1],"epsilon":1e-5,"rms_scaling":false}})",
       R"({"class_name":"LeakyReLU","config":{"negative_slope":0.1}})",
       R"({"class_name":"LeakyReLU","config":{"alpha":0.1}})",
       R"({"class_name":"Masking","config":{"mask_value":-1.0}})",
       R"({"class_name":"ReLU","config":{"max_value":6,"negative_slope":0.1,"threshold":1}})",
       R"({"class_name":"Rescaling","config":{"scale":0.5,"offset":-1}})",
       R"({"class_name":"Reshape","config":{"target_shape":[3,-1]}})",
       R"({"class_name":"Softmax","config":{"axis":-1}})",
       R"({"class_name":"TimeDistributed","config":{"layer":{"class_name":"Dense","config":{"units":3}}}})",
       R"({"class_name":"ZeroPadding2D","config":{"padding":[[1,2],[3,4]]}})",
       R"({"class_name":"SimpleRNN","config":{"units":2,"return_sequences":true,"unroll":true}})"}) {
    INFO(json);
    const auto layer = read(json);
    const std::string written = write_layer(*layer).dump();
    INFO(written);
    CHECK(written.starts_with("{\"module\":\"keras.layers\",\"class_name\":\"" + std::string(layer->type()) +
                              "\",\"config\":{\"name\":\"" + layer->name() + "\""));
    const auto again = read(written);
    CHECK(write_layer(*again).dump() == written);
    CHECK(again->name() == layer->name());
  }
}

TEST_CASE("Each layer class of the registry can be read") {
  for (const LayerType& type : layer_types()) {
    INFO(type.type);
    // Without its required keys: an error that names the layer, or a layer.
    const std::string text = read_error(std::string(type.type), "{}");
    if (text != "no error")
      CHECK(text.starts_with("layer \"" + std::string(type.snake_name) + "\" (" + std::string(type.type) +
                             "): "));
  }
}

TEST_CASE("The written config is exactly this") {
  CHECK(
      write_layer(*read(R"({"class_name":"Conv2D","config":{"filters":3,"kernel_size":2}})")).dump() ==
      R"({"module":"keras.layers","class_name":"Conv2D","config":{"name":"conv2d","filters":3,"kernel_size":[2,2],)"
      R"("strides":[1,1],"padding":"valid","data_format":"channels_last","dilation_rate":[1,1],"activation":"linear",)"
      R"("use_bias":true,"kernel_initializer":{"module":"keras.initializers","class_name":"GlorotUniform","config":)"
      R"({"seed":null},"registered_name":null},"bias_initializer":{"module":"keras.initializers","class_name":"Zeros",)"
      R"("config":{},"registered_name":null}},"registered_name":null})");
}

TEST_CASE("A key that the layer does not know is refused by name") {
  CHECK(read_error("LSTM", R"({"name":"lstm","units":3,"foo":1})") ==
        "layer \"lstm\" (LSTM): config key \"foo\" is not known; known: units, "
        "activation, "
        "recurrent_activation, "
        "unit_forget_bias, use_bias, return_sequences, go_backwards, zero_output_for_mask, passes_mask, "
        "kernel_initializer, "
        "recurrent_initializer, bias_initializer, kernel_regularizer, kernel_constraint, "
        "recurrent_regularizer, "
        "recurrent_constraint, bias_regularizer, bias_constraint, return_state, "
        "stateful, dropout, "
        "recurrent_dropout, unroll, seed, implementation, time_major");
  CHECK(read_error("Flatten", R"({"data_format":"channels_last","trainable":true,"dtype":"float32"})") ==
        "no error");
  CHECK(error_text([] {
          read(R"({"class_name":"Flatten","config":{},"colour":1})");
        }).starts_with("config.layers[1]: key \"colour\" is not known; known: class_name, config"));
}

TEST_CASE("Every activation that Keras names is read, and written under its first name") {
  for (const std::string name :
       {"linear",      "relu",        "sigmoid", "tanh",      "softmax",  "hard_sigmoid", "relu6",
        "leaky_relu",  "elu",         "selu",    "softplus",  "softsign", "exponential",  "hard_tanh",
        "log_sigmoid", "log_softmax", "silu",    "hard_silu", "gelu",     "mish",         "tanh_shrink"}) {
    const std::string written =
        write_layer(*read(R"({"class_name":"Activation","config":{"activation":")" + name + "\"}}")).dump();
    CHECK(written.find("\"activation\":\"" + name + "\"") != std::string::npos);
  }
  const auto written = [](const std::string& name) {
    return write_layer(*read(R"({"class_name":"Activation","config":{"activation":")" + name + "\"}}"))
        .dump();
  };
  CHECK(written("swish") == written("silu"));
  CHECK(written("hard_swish") == written("hard_silu"));
  CHECK(read_error("Activation", R"({"activation":"sparsemax"})")
            .starts_with(
                "layer \"activation\" (Activation): config.layers[1].config.activation: expected one of "
                "\"linear\", \"relu\""));
}

TEST_CASE("Regularisers in each of Keras's spellings, and written back") {
  const auto read_one = [](const std::string& text) {
    const Json parsed = Json::parse(text);
    return read_regularizer(JsonCursor(parsed, "r"));
  };
  CHECK(read_one("null") == Regularizer{});
  CHECK(read_one(R"("l1")") == Regularizer{.l1 = 0.01});
  CHECK(read_one(R"("l2")") == Regularizer{.l2 = 0.01});
  CHECK(
      read_one(
          R"({"module":"keras.regularizers","class_name":"L2","config":{"l2":0.5},"registered_name":null})") ==
      Regularizer{.l2 = 0.5});
  CHECK(read_one(R"({"class_name":"L1L2","config":{"l1":0.5}})") == Regularizer{.l1 = 0.5});
  // Keras writes it where several layers share one, as in both directions of a Bidirectional.
  CHECK(read_one(R"({"class_name":"L1","config":{"l1":0.5},"shared_object_id":7})") ==
        Regularizer{.l1 = 0.5});
  // Any other is kept and written back.
  for (const std::string other : {R"({"class_name":"OrthogonalRegularizer","config":{"factor":1}})",
                                  R"({"class_name":"L1","config":{"l2":1}})", R"("mine")"}) {
    CHECK(read_one(other) == Regularizer{.unknown = other});
    const std::string written =
        write_layer(*read(R"({"class_name":"Dense","config":{"units":2,"kernel_regularizer":)" + other +
                          R"(,"bias_constraint":{"class_name":"MaxNorm","config":{"max_value":3}}}})"))
            .dump();
    CHECK(written.find(R"("kernel_regularizer":)" + other) != std::string::npos);
    CHECK(written.find(R"("bias_constraint":{"class_name":"MaxNorm","config":{"max_value":3}})") !=
          std::string::npos);
    CHECK(write_layer(*read(written)).dump() == written);
  }
  CHECK(error_text([&] { read_one("3"); }) == "r: expected null or a regularizer: L1, L2 or L1L2, found 3");

  const auto layer = read(R"({"class_name":"LSTM","config":{"units":2,"recurrent_regularizer":"l2"}})");
  CHECK(layer->parameters({1, 2, 3})[1].regularizer == Regularizer{.l2 = 0.01});
  CHECK(layer->parameters({1, 2, 3})[0].regularizer == Regularizer{});
  const std::string written = write_layer(*layer).dump();
  CHECK(written.find(R"("recurrent_regularizer":{"module":"keras.regularizers","class_name":"L1L2")") !=
        std::string::npos);
  CHECK(write_layer(*read(written)).dump() == written);
  CHECK(read(R"({"class_name":"ReLU","config":{"activity_regularizer":"l2"}})")->activity_regularizer() ==
        Regularizer{.l2 = 0.01});
}

TEST_CASE("ZeroPadding2D's padding in each of Keras's three spellings") {
  const auto shape = [](const std::string& padding) {
    return read(R"({"class_name":"ZeroPadding2D","config":{"padding":)" + padding + "}}")
        ->output_shape({1, 10, 20, 3});
  };
  CHECK(shape("2") == Shape{1, 14, 24, 3});
  CHECK(shape("[2,1]") == Shape{1, 14, 22, 3});
  CHECK(shape("[[1,2],[0,4]]") == Shape{1, 13, 24, 3});
  CHECK(read_error("ZeroPadding2D", R"({"padding":[1,2,3]})") ==
        "layer \"zero_padding2d\" (ZeroPadding2D): config.layers[1].config.padding: expected a whole number, "
        "a pair, "
        "or a pair of pairs, found [1,2,3]");
  CHECK(read_error("ZeroPadding2D", R"({"padding":[[1],2]})")
            .find("padding[0]: expected a whole number or a pair") != std::string::npos);
}

TEST_CASE("Options of the newer layers that are not supported are refused by name") {
  CHECK(read_error("BatchNormalization", R"({"renorm":true})") ==
        "layer \"batch_normalization\" (BatchNormalization): config.layers[1].config.renorm: expected false "
        "(nothing "
        "else is supported), found true");
  CHECK(read_error("LayerNormalization", R"({"rms_scaling":true})").find("rms_scaling: expected false") !=
        std::string::npos);
  CHECK(read_error("LayerNormalization", R"({"axis":[1,2]})")
            .find("axis: expected a whole number or a list of one") != std::string::npos);
  CHECK(read_error("Conv1D", R"({"filters":1,"kernel_size":2,"groups":2})").find("groups: expected 1") !=
        std::string::npos);
  CHECK(read_error("Rescaling", R"({"scale":[1,2,3]})").find("scale: expected") != std::string::npos);
  CHECK(read_error("GRU", R"({"units":1,"return_state":true})").find("return_state: expected false") !=
        std::string::npos);
  CHECK(
      read_error("GlobalMaxPooling1D", R"({"data_format":"channels_first"})").find("data_format: expected") !=
      std::string::npos);
  CHECK(read_error("TimeDistributed", R"({"layer":{"class_name":"GRU","config":{"units":1}}})")
            .starts_with(
                "layer \"time_distributed\" (TimeDistributed): wraps \"gru\" (GRU), expected one of "));
}

TEST_CASE("What a layer must have, and of which type") {
  CHECK(read_error("Dense", "{}") ==
        "layer \"dense\" (Dense): config.layers[1].config: key \"units\" is missing");
  CHECK(read_error("Dense", R"({"units":0})") ==
        "layer \"dense\" (Dense): config.layers[1].config.units: expected a whole number >= 1, found 0");
  CHECK(read_error("Dense", R"({"units":99999999})") ==
        "layer \"dense\" (Dense): config.layers[1].config.units: expected a whole number <= 16777216, found "
        "99999999");
  CHECK(
      read_error("Dense", R"({"units":"ten"})") ==
      "layer \"dense\" (Dense): config.layers[1].config.units: expected a whole number >= 1, found \"ten\"");
  CHECK(read_error("Dense", R"({"units":3,"use_bias":1})") ==
        "layer \"dense\" (Dense): config.layers[1].config.use_bias: expected true or false, found 1");
  const std::string activation = read_error("Dense", R"({"units":3,"activation":"rounded"})");
  CHECK(activation.starts_with(
      "layer \"dense\" (Dense): config.layers[1].config.activation: expected one of \"linear\", \"relu\", "));
  CHECK(activation.ends_with(", found \"rounded\""));
  CHECK(read_error("Dropout", R"({"rate":1.5})") ==
        "layer \"dropout\" (Dropout): config.layers[1].config.rate: expected a number from 0.0 to 1.0, found "
        "1.5");
  CHECK(read_error("Conv2D", R"({"filters":3,"kernel_size":[3]})") ==
        "layer \"conv2d\" (Conv2D): config.layers[1].config.kernel_size: expected a whole number or a list "
        "of two, "
        "found [3]");
  CHECK(read_error("Conv2D", R"({"filters":3,"kernel_size":[3,-1]})") ==
        "layer \"conv2d\" (Conv2D): config.layers[1].config.kernel_size[1]: expected a whole number >= 1, "
        "found -1");
  CHECK(read_error("Conv2D", R"({"filters":3,"kernel_size":5000})") ==
        "layer \"conv2d\" (Conv2D): config.layers[1].config.kernel_size: expected a whole number <= 4096, "
        "found 5000");
  CHECK(read_error("Bidirectional",
                   R"({"merge_mode":null,"layer":{"class_name":"LSTM","config":{"units":3}}})") ==
        "layer \"bidirectional\" (Bidirectional): config.layers[1].config.merge_mode: expected one of "
        "\"concat\", "
        "\"sum\", \"ave\", \"mul\", found null");
  CHECK(read_error("Bidirectional", R"({"layer":{"class_name":"Dense","config":{"units":3}}})") ==
        "layer \"bidirectional\" (Bidirectional): wraps Dense, expected SimpleRNN, LSTM or GRU");
}

TEST_CASE("What Keras can and this library cannot is refused clearly") {
  CHECK(read_error("MultiHeadAttention", R"({"name":"attn"})") ==
        "layer \"attn\" (MultiHeadAttention) is not supported; supported: " + supported_layers());
  CHECK(read_error("MultiHeadAttention", "{}") ==
        "layer config.layers[1] (MultiHeadAttention) is not supported; supported: " + supported_layers());
  CHECK(
      read_error("Sequential", R"({"name":"inner","layers":[]})") ==
      "layer \"inner\" (Sequential): a model inside a model is not supported: put its layers into the outer "
      "\"layers\"");
  CHECK(read_error("Conv2D", R"({"filters":3,"kernel_size":3,"data_format":"channels_first"})") ==
        "layer \"conv2d\" (Conv2D): config.layers[1].config.data_format: expected \"channels_last\" (nothing "
        "else is "
        "supported), found \"channels_first\"");
  CHECK(read_error("Conv2D", R"({"filters":3,"kernel_size":3,"groups":2})") ==
        "layer \"conv2d\" (Conv2D): config.layers[1].config.groups: expected 1 (nothing else is supported), "
        "found 2");
  CHECK(read_error("LSTM", R"({"units":3,"stateful":true})") ==
        "layer \"lstm\" (LSTM): config.layers[1].config.stateful: expected false (nothing else is "
        "supported), found "
        "true");
  CHECK(
      read_error("LSTM", R"({"units":3,"dropout":1.5})") ==
      "layer \"lstm\" (LSTM): config.layers[1].config.dropout: expected a number from 0.0 to 1.0, found 1.5");
  CHECK(read_error("Dense", R"({"units":3,"trainable":0})") ==
        "layer \"dense\" (Dense): config.layers[1].config.trainable: expected true or false, found 0");
  CHECK(read_error("RMSNormalization", R"({"axis":[1,2]})") ==
        "layer \"rms_normalization\" (RMSNormalization): config.layers[1].config.axis: expected -1 (nothing "
        "else is "
        "supported), found [1,2]");
}

TEST_CASE("Names may be anything but control characters") {
  for (const std::string name : {"", "a\\nb", "\\u007f"})
    CHECK(read_error("Flatten", R"({"name":")" + name + "\"}")
              .starts_with("config.layers[1].config.name: expected a name of 1 to 1000 bytes without control "
                           "characters, found \""));
  CHECK(read_error("Flatten", R"({"name":")" + std::string(1001, 'x') + "\"}") != "no error");
  for (const std::string& name :
       {std::string(1000, 'x'), std::string("conv1/conv"), std::string(R"(the \"last\" one)"),
        std::string("слой №1 – ☃"), std::string("  out put  ")})
    CHECK(read_error("Flatten", R"({"name":")" + name + "\"}") == "no error");
  CHECK(read_error("Flatten", R"({"name":7})") == "config.layers[1].config.name: expected a string, found 7");
}

TEST_CASE("Numbers of every floating-point policy are taken as float32") {
  const auto policy = [](const std::string& class_name, const std::string& config) {
    return R"({"module":"keras","class_name":")" + class_name + R"(","config":)" + config +
           R"(,"registered_name":null})";
  };
  for (const std::string& dtype :
       {std::string(R"("float32")"), std::string(R"("float16")"), std::string(R"("bfloat16")"),
        std::string(R"("float64")"), std::string(R"("mixed_float16")"), std::string(R"("mixed_bfloat16")"),
        std::string("null"), policy("DTypePolicy", R"({"name":"mixed_float16"})"),
        policy("DTypePolicy", R"({"name":"float64","source_name":null})"),
        policy("Policy", R"({"name":"mixed_float16"})"),
        policy("PolicyV1",
               R"({"name":"mixed_float16","loss_scale":{"class_name":"DynamicLossScale","config":{}}})")})
    CHECK(read_error("Dense", R"({"units":3,"dtype":)" + dtype + "}") == "no error");
  for (const std::string& dtype :
       {std::string(R"("int8_from_float32")"), std::string(R"("float8_from_mixed_bfloat16")"),
        policy("QuantizedDTypePolicy", R"({"mode":"int8","source_name":"float32"})"),
        policy("QuantizedFloat8DTypePolicy",
               R"({"mode":"float8","source_name":"float32","amax_history_length":1024})"),
        policy("GPTQDTypePolicy", R"({"mode":"gptq/4/-1","source_name":"float32"})")}) {
    const std::string error = read_error("Dense", R"({"name":"d","units":3,"dtype":)" + dtype + "}");
    INFO(error);
    CHECK(
        error.starts_with("layer \"d\" (Dense): config.layers[1].config.dtype: the model is quantized (\""));
  }
  CHECK(
      read_error("Dense", R"({"units":3,"dtype":"int32"})") ==
      "layer \"dense\" (Dense): config.layers[1].config.dtype: dtype \"int32\", expected one of \"float32\", "
      "\"float16\", \"bfloat16\", \"float64\", \"mixed_float16\", \"mixed_bfloat16\", \"mixed_float64\"");
}

TEST_CASE("Unnamed layers get Keras's names; given names stay free of them") {
  LayerNames names({"dense_1"});
  CHECK(names.make("dense") == "dense");
  CHECK(names.make("conv2d") == "conv2d");
  CHECK(names.make("dense") == "dense_2");
  CHECK(names.make("dense") == "dense_3");
}
