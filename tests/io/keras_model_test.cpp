#include "lapis/io/keras_model.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "lapis/layers/registry.h"
#include "support/error_text.h"
#include "support/model_bytes.h"

using namespace lapis;
using lapis_test::Bytes;
using lapis_test::error_text;

namespace {

/// `layers` inside a Keras Sequential.
std::string sequential(const std::string& layers) {
  return R"({"module":"keras","class_name":"Sequential","config":{"name":"m","layers":[)" + layers + "]}}";
}

const std::string kInput3 = R"({"class_name":"InputLayer","config":{"batch_shape":[null,3]}},)";

std::string dense(const std::string& more) {
  return R"({"class_name":"Dense","config":{"units":2)" + more + "}}";
}

std::string config_error(const std::string& json) {
  return error_text([&] { model_from_config(json); });
}

std::vector<std::string> layer_names(const Model& model) {
  std::vector<std::string> names;
  for (int i = 0; i < model.layer_count(); ++i) names.push_back(model.layer(i).name());
  return names;
}

std::vector<std::string> paths(const Model& model) {
  std::vector<std::string> list;
  for (const ModelParameter& parameter : model.parameters()) list.push_back(parameter.path);
  return list;
}

/// Weights for a model, to be broken by a test.
struct Weights {
  std::vector<std::string> names;
  std::vector<Shape> shapes;
  std::vector<Bytes> bytes;
  Dtype dtype = Dtype::f32;

  explicit Weights(const Model& model) {
    Real next = 0;
    for (const ModelParameter& parameter : model.parameters()) {
      std::vector<Real> values(static_cast<std::size_t>(parameter.info.shape.size()));
      for (Real& value : values) value = next += Real{0.25};
      names.push_back(parameter.path);
      shapes.push_back(parameter.info.shape);
      bytes.push_back(to_bytes(values, dtype));
    }
  }
  std::vector<TensorView> views() const {
    std::vector<TensorView> list;
    for (std::size_t i = 0; i < names.size(); ++i) list.push_back({names[i], dtype, shapes[i], bytes[i]});
    return list;
  }
};

}  // namespace

TEST_CASE("Layers without names get Keras's") {
  const Model model = model_from_config(sequential(
      R"({"class_name":"InputLayer","config":{"batch_shape":[null,12,12,1]}},
         {"class_name":"Conv2D","config":{"filters":2,"kernel_size":2}},
         {"class_name":"MaxPooling2D","config":{"pool_size":[2,2],"strides":null}},
         {"class_name":"Conv2D","config":{"filters":2,"kernel_size":2}},
         {"class_name":"ReLU","config":{}},
         {"class_name":"Conv2D","config":{"filters":2,"kernel_size":2,"name":"conv2d_2"}},
         {"class_name":"Conv2D","config":{"filters":2,"kernel_size":2}},
         {"class_name":"Flatten","config":{}},
         {"class_name":"Dense","config":{"units":3}})"));
  CHECK(model.name() == "m");
  CHECK(layer_names(model) == std::vector<std::string>{"conv2d", "max_pooling2d", "conv2d_1", "re_lu",
                                                       "conv2d_2", "conv2d_3", "flatten", "dense"});
  CHECK(model.input_shape() == Shape{kUnknown, 12, 12, 1});
  CHECK(model.output_shape() == Shape{kUnknown, 3});
}

TEST_CASE("Bidirectional's children are named and their weights found as Keras has them") {
  const Model model = model_from_config(sequential(
      R"({"class_name":"Embedding","config":{"input_dim":5,"output_dim":2,"batch_input_shape":[null,7]}},
         {"class_name":"Bidirectional","config":{"layer":{"class_name":"LSTM","config":{"units":3,"return_sequences":true}}}},
         {"class_name":"Bidirectional","config":{"layer":{"class_name":"LSTM","config":{"units":3,"return_sequences":true}}}},
         {"class_name":"Bidirectional","config":{"layer":{"class_name":"SimpleRNN","config":{"units":2,"name":"r"}}}})"));
  CHECK(paths(model) ==
        std::vector<std::string>{
            "embedding/embeddings", "bidirectional/forward_lstm/lstm_cell/kernel",
            "bidirectional/forward_lstm/lstm_cell/recurrent_kernel",
            "bidirectional/forward_lstm/lstm_cell/bias", "bidirectional/backward_lstm/lstm_cell/kernel",
            "bidirectional/backward_lstm/lstm_cell/recurrent_kernel",
            "bidirectional/backward_lstm/lstm_cell/bias", "bidirectional_1/forward_lstm_1/lstm_cell/kernel",
            "bidirectional_1/forward_lstm_1/lstm_cell/recurrent_kernel",
            "bidirectional_1/forward_lstm_1/lstm_cell/bias",
            "bidirectional_1/backward_lstm_1/lstm_cell/kernel",
            "bidirectional_1/backward_lstm_1/lstm_cell/recurrent_kernel",
            "bidirectional_1/backward_lstm_1/lstm_cell/bias",
            "bidirectional_2/forward_r/simple_rnn_cell/kernel",
            "bidirectional_2/forward_r/simple_rnn_cell/recurrent_kernel",
            "bidirectional_2/forward_r/simple_rnn_cell/bias",
            "bidirectional_2/backward_r/simple_rnn_cell/kernel",
            "bidirectional_2/backward_r/simple_rnn_cell/recurrent_kernel",
            "bidirectional_2/backward_r/simple_rnn_cell/bias"});
}

TEST_CASE("The input's shape can be given in all of Keras's places") {
  const auto shape = [](const std::string& json) { return model_from_config(json).input_shape(); };
  const Shape expected = {kUnknown, 3};
  CHECK(shape(sequential(kInput3 + dense(""))) == expected);
  CHECK(shape(sequential(R"({"class_name":"InputLayer","config":{"batch_input_shape":[8,3],"dtype":"float32",
    "sparse":false,"ragged":false,"name":"input_1"}},)" +
                         dense(""))) == expected);
  CHECK(shape(sequential(R"({"class_name":"InputLayer","config":{"shape":[3]}},)" + dense(""))) == expected);
  CHECK(shape(sequential(dense(R"(,"batch_input_shape":[null,3])"))) == expected);
  CHECK(shape(sequential(dense(R"(,"input_shape":[3])"))) == expected);
  CHECK(shape(R"({"name":"m","layers":[)" + dense("") + R"(],"input_shape":[3]})") == expected);
  CHECK(shape(R"({"class_name":"Sequential","config":{"layers":[)" + dense("") +
              R"(],"build_input_shape":[null,3]}})") == expected);
  CHECK(shape(R"({"class_name":"Sequential","input_shape":[3],"config":[)" + dense("") + "]}") == expected);
  CHECK(model_from_config("[" + dense("") + "]", Shape{5, 3}).input_shape() == expected);
  CHECK(shape(sequential(R"({"class_name":"InputLayer","config":{"batch_shape":[null,null,3]}},)" +
                         dense(""))) == Shape{kUnknown, kUnknown, 3});

  CHECK(config_error(sequential(dense(""))) ==
        "config.layers: the shape of the input is not given: begin with an InputLayer that has "
        "\"batch_shape\", or give "
        "\"input_shape\" beside \"layers\"");
  CHECK(config_error(sequential(R"({"class_name":"InputLayer","config":{}},)" + dense(""))) ==
        "config.layers[0].config: key \"batch_shape\" is missing");
  CHECK(config_error(
            sequential(R"({"class_name":"InputLayer","config":{"batch_shape":[null,0]}},)" + dense(""))) ==
        "config.layers[0].config.batch_shape[1]: expected a whole number >= 1, found 0");
  CHECK(
      config_error(sequential(R"({"class_name":"InputLayer","config":{"batch_shape":[3]}},)" + dense(""))) ==
      "config.layers[0].config.batch_shape: expected a batch and 1 to 4 more sizes, found [3]");
  CHECK(config_error(R"({"layers":[)" + kInput3 + dense("") + R"(],"input_shape":[4]})") ==
        "input_shape [?,4] and that of the first layer, [?,3], differ");
}

TEST_CASE("From Keras 3.16 on recurrent layers hand no mask on") {
  const std::string text = sequential(
      R"({"class_name":"InputLayer","config":{"batch_shape":[null,5]}},
         {"class_name":"Embedding","config":{"input_dim":9,"output_dim":2,"mask_zero":true}},
         {"class_name":"LSTM","config":{"units":3,"recurrent_activation":"sigmoid","return_sequences":true}},
         {"class_name":"Bidirectional","config":{"layer":{"class_name":"GRU","config":{
           "units":3,"recurrent_activation":"sigmoid","return_sequences":true}}}},
         {"class_name":"TimeDistributed","config":{"layer":{"class_name":"Dense","config":{"units":3}}}},
         {"class_name":"Dense","config":{"units":2}})");
  const auto rules = [](const Model& model) {
    std::vector<MaskRule> list;
    for (int i = 0; i < model.layer_count(); ++i) list.push_back(model.layer(i).mask_rule());
    return list;
  };
  const auto pass = MaskRule::pass;
  const auto drop = MaskRule::drop;
  const std::vector<MaskRule> old_rules = {MaskRule::make, pass, pass, pass, pass};
  const std::vector<MaskRule> new_rules = {MaskRule::make, drop, drop, drop, pass};
  for (const char* version : {"", "3.3.0", "3.15.1", "2.16.1", "unknown"}) {
    INFO(version);
    CHECK(rules(model_from_config(text, std::nullopt, version)) == old_rules);
  }
  for (const char* version : {"3.16.0", "3.16.0.dev20260801", "3.20.1", "4.0.0"}) {
    INFO(version);
    CHECK(rules(model_from_config(text, std::nullopt, version)) == new_rules);
  }
  // The config may say so itself, and what is written keeps it.
  std::string versioned = text;
  versioned.insert(1, R"("keras_version":"3.16.0",)");
  CHECK(rules(model_from_config(versioned)) == new_rules);
  CHECK(rules(model_from_config(model_to_config(model_from_config(versioned)))) == new_rules);
  CHECK(rules(model_from_config(model_to_config(model_from_config(text)))) == old_rules);
}

TEST_CASE("A config that cannot be a model says why") {
  CHECK(config_error("3") == "JSON: expected an object, found 3");
  CHECK(config_error("{}") == "key \"class_name\" is missing");
  CHECK(config_error(R"({"class_name":"Network","config":{}})") ==
        "model (\"Network\") is not supported; supported: Sequential, Functional");
  CHECK(config_error(sequential("")) == "config.layers: no layers, expected at least one");
  CHECK(config_error(sequential(R"({"class_name":"InputLayer","config":{"batch_shape":[null,3]}})")) ==
        "config.layers: no layers, expected at least one");
  CHECK(config_error(sequential(dense("") + "," + kInput3 + dense(""))) ==
        "config.layers[1]: an InputLayer can only be the first layer");
  CHECK(config_error(sequential(kInput3 + R"({"class_name":"Attention","config":{"name":"a"}})")) ==
        "layer \"a\" (Attention) is not supported; supported: " + supported_layers());
  CHECK(config_error(sequential(kInput3 + dense(R"(,"colour":1)")))
            .starts_with("layer \"dense\" (Dense): config key \"colour\" is not known; known: units, "));
  CHECK(config_error(sequential(kInput3 + R"({"config":{}})")) ==
        "config.layers[1]: key \"class_name\" is missing");
  CHECK(config_error(sequential(kInput3 + "7")) == "config.layers[1]: expected an object, found 7");
  CHECK(config_error(sequential(kInput3 + dense(R"(,"name":"d")") + "," + dense(R"(,"name":"d")"))) ==
        "model \"m\": two layers are named \"d\", expected different names");
  CHECK(config_error(R"({"class_name":"Sequential","config":{"layers":[],"colour":1}})") ==
        "config.layers: no layers, expected at least one");
  CHECK(config_error(R"({"class_name":"Sequential","config":{"layers":[)" + kInput3 + dense("") +
                     R"(],"colour":1}})") ==
        "config: key \"colour\" is not known; known: name, trainable, dtype, input_shape, build_input_shape, "
        "layers");
  CHECK(config_error(R"({"class_name":"Sequential","colour":1,"config":{"layers":[)" + kInput3 + dense("") +
                     "]}}") ==
        "key \"colour\" is not known; known: class_name, module, registered_name, build_config, "
        "compile_config, "
        "backend, keras_version, config, input_shape");
  CHECK(config_error(sequential(kInput3 + R"({"class_name":"LSTM","config":{"units":3}})"))
            .starts_with("layer \"lstm\" (LSTM): input [?,3], expected [batch,time,inputs]"));
}

TEST_CASE("A network larger than any real one is refused before memory is taken") {
  const auto big = [](const std::string& batch_shape, const std::string& layers) {
    return config_error(R"([{"class_name":"InputLayer","config":{"batch_shape":)" + batch_shape + "}}," +
                        layers + "]");
  };
  CHECK(
      big("[null,3]", R"({"class_name":"Dense","config":{"units":16777216}},
                           {"class_name":"Dense","config":{"units":16777216}})") ==
      "layer \"dense_1\" (Dense): kernel: shape [16777216,16777216] is too large, a model may have 268435456 "
      "parameters");
  CHECK(big("[null,16777216,16777216,16777216]", R"({"class_name":"Flatten","config":{}})") ==
        "model \"sequential\": input: shape [?,16777216,16777216,16777216] is too large, one sample may have "
        "268435456 values");
  CHECK(big("[null,4096,4096,1]", R"({"class_name":"Conv2D","config":{"filters":1024,"kernel_size":1}})") ==
        "layer \"conv2d\" (Conv2D): output: shape [?,4096,4096,1024] is too large, one sample may have "
        "268435456 values");
  CHECK(big("[null,16384,16384,1]", R"({"class_name":"ReLU","config":{}})") ==
        "layer \"re_lu\" (ReLU): one sample has more than 268435456 values in this layer's input and output");
  // What counts is what is there at once: many large layers one after another are fine.
  CHECK_NOTHROW(
      describe_model(Json::parse(R"([{"class_name":"InputLayer","config":{"batch_shape":[null,2048,2048,3]}},
      {"class_name":"Conv2D","config":{"filters":16,"kernel_size":3,"padding":"same"}},
      {"class_name":"Conv2D","config":{"filters":32,"kernel_size":3,"padding":"same"}}])"))
          .parameters());
  std::string many = R"({"class_name":"ReLU","config":{}})";
  for (int i = 0; i < 10'000; ++i) many += R"(,{"class_name":"ReLU","config":{}})";
  CHECK(big("[null,1]", many) == "model \"sequential\" has 10001 layers, expected at most 10000");
}

TEST_CASE("A model's config is written so that it reads back the same") {
  for (const auto make : {lapis_test::picture_model, lapis_test::text_model}) {
    const ModelFile file = make();
    const std::string config = model_to_config(file.model);
    const Model again = model_from_config(config);
    CHECK(again.name() == file.model.name());
    CHECK(again.input_shape() == file.model.input_shape());
    CHECK(layer_names(again) == layer_names(file.model));
    CHECK(paths(again) == paths(file.model));
    CHECK(model_to_config(again) == config);
  }
}

TEST_CASE("The written config begins as Keras 3's") {
  const Model model = model_from_config("[" + dense("") + "]", Shape{1, 3});
  CHECK(
      model_to_config(model) ==
      R"({"module":"keras","class_name":"Sequential","config":{"name":"sequential","layers":[{"module":"keras.layers",)"
      R"("class_name":"InputLayer","config":{"batch_shape":[null,3],"dtype":"float32","name":"input_layer"},)"
      R"("registered_name":null},{"module":"keras.layers","class_name":"Dense","config":{"name":"dense","units":2,)"
      R"("activation":"linear","use_bias":true,"kernel_initializer":{"module":"keras.initializers","class_name":)"
      R"("GlorotUniform","config":{"seed":null},"registered_name":null},"bias_initializer":{"module":)"
      R"("keras.initializers","class_name":"Zeros","config":{},"registered_name":null}},"registered_name":null}]},)"
      R"("registered_name":null})");
}

TEST_CASE("Weights go where their paths say, whatever their order and type") {
  Model model = model_from_config(sequential(kInput3 + dense("") + "," + dense("")));
  Weights weights(model);
  std::vector<TensorView> views = weights.views();
  std::swap(views[0], views[3]);
  set_weights(model, views);
  for (std::size_t i = 0; i < model.values().size(); ++i)
    CHECK(model.values()[i] == static_cast<Real>(i + 1) * Real{0.25});

  const std::vector<Real> halves = {1, 2, 3, 4, 5, 6.5};
  const Bytes f16 = to_bytes(halves, Dtype::f16);
  views = weights.views();
  views[0].dtype = Dtype::f16;
  views[0].bytes = f16;
  set_weights(model, views);
  CHECK(std::vector<Real>(model.values().begin(), model.values().begin() + 6) == halves);
}

TEST_CASE("Weights that do not fit are refused by name, and the model keeps its own") {
  Model model = model_from_config(sequential(kInput3 + dense("") + "," + dense("")));
  model.initialize(1);
  const std::vector<Real> before(model.values().begin(), model.values().end());
  const auto text = [&](const auto& change) {
    Weights weights(model);
    change(weights);
    return error_text([&] { set_weights(model, weights.views()); });
  };
  CHECK(text([](Weights& w) {
          w.shapes[0] = {2, 3};
        }) == "tensor \"dense/kernel\": shape [2,3], expected [3,2] (dense receives [?,3])");
  CHECK(text([](Weights& w) { w.shapes[2] = {4}; }) ==
        "tensor \"dense_1/kernel\": shape [4], expected [2,2] (dense_1 receives [?,2])");
  CHECK(text([](Weights& w) { w.names[1] = "dense/offset"; }) ==
        "tensor \"dense/bias\" [2] is missing (dense receives [?,3])");
  CHECK(text([](Weights& w) {
          w.names.push_back("dense_2/kernel");
          w.shapes.push_back({2});
          w.bytes.push_back(w.bytes[1]);
        }) == "tensor \"dense_2/kernel\" [2] belongs to no layer of the model");
  CHECK(text([](Weights& w) { w.names[1] = "dense/kernel"; }) ==
        "tensor \"dense/kernel\": the name stands twice");
  CHECK(text([](Weights& w) { w.dtype = Dtype::i32; }) ==
        "tensor \"dense/kernel\": dtype I32, expected F32, F16, BF16 or F64");
  for (const Real value : {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()})
    CHECK(text([&](Weights& w) {
            w.bytes[3] = to_bytes(std::vector<Real>{1, value}, Dtype::f32);
          }) == std::string("tensor \"dense_1/bias\": element 1 is ") + (std::isnan(value) ? "nan" : "inf") +
                    ", expected a finite number");
  CHECK(std::vector<Real>(model.values().begin(), model.values().end()) == before);
}
