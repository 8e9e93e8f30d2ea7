#include <catch2/catch.hpp>

#include "lapis/io/keras_model.h"
#include "support/error_text.h"

using namespace lapis;

/// Every refusal is one line that names the layer, its class, what it has, and what is known.
namespace {

const std::string kPictures = "[null,8,8,4]";
const std::string kSteps = "[null,6,4]";
const std::string kRows = "[null,5]";

struct Refusal {
  std::string input, class_name;
  std::string config;  // without the name
  std::string found;   // what the line must show of it
  std::string known;   // what the line must offer instead
};

const std::string kInner = R"("layer":{"class_name":"LSTM","config":{"name":"inner","units":2%}})";

std::string inner(const std::string& keys) {
  std::string text = kInner;
  return text.replace(text.find('%'), 1, keys.empty() ? "" : "," + keys);
}

std::vector<Refusal> layers_that_are_not_known() {
  std::vector<Refusal> list;
  for (const char* name : {"SeparableConv2D",
                           "DepthwiseConv2D",
                           "Conv2DTranspose",
                           "UpSampling2D",
                           "Cropping2D",
                           "Permute",
                           "GroupNormalization",
                           "UnitNormalization",
                           "PReLU",
                           "RandomFlip",
                           "RandomRotation",
                           "RandomZoom",
                           "CenterCrop",
                           "Resizing",
                           "Conv3D",
                           "MaxPooling3D",
                           "ConvLSTM2D",
                           "LocallyConnected2D",
                           "Lambda",
                           "Wrapper",
                           "SpectralNormalization",
                           "ThresholdedReLU",
                           "CuDNNLSTM",
                           "CuDNNGRU",
                           "MyLayer"})
    list.push_back({kPictures, name, "", name, "supported: Activation, "});
  return list;
}

std::vector<Refusal> values_that_are_not_known() {
  const std::string conv = R"("filters":4,"kernel_size":2)";
  return {
      {kPictures, "Conv2D", conv + R"(,"groups":2)", "groups: expected 1", "found 2"},
      {kPictures, "Conv2D", conv + R"(,"data_format":"channels_first")", "channels_first",
       "\"channels_last\""},
      {kPictures, "Conv2D", conv + R"(,"padding":"causal")", "\"causal\"", "\"valid\", \"same\""},
      {kPictures, "Conv2D", conv + R"(,"activation":"sparsemax")", "\"sparsemax\"", "\"relu\""},
      {kPictures, "Conv2D", conv + R"(,"activation":{"class_name":"LeakyReLU","config":{}})", "an object",
       "\"relu\""},
      {kPictures, "Conv2D", R"("filters":0,"kernel_size":2)", "filters", "found 0"},
      {kPictures, "Conv2D", R"("filters":-3,"kernel_size":2)", "filters", "found -3"},
      {kPictures, "Conv2D", R"("filters":2.5,"kernel_size":2)", "filters", "found 2.5"},
      {kPictures, "Conv2D", R"("filters":4)", "kernel_size", "missing"},
      {kPictures, "Conv2D", R"("kernel_size":2)", "filters", "missing"},
      {kPictures, "Conv2D", R"("filters":4,"kernel_size":[1,2,3])", "found [1,2,3]", "a list of two"},
      {kPictures, "Conv2D", R"("filters":4,"kernel_size":"3")", "found \"3\"", "a whole number"},
      {kPictures, "Conv2D", R"("filters":4,"kernel_size":3,"strides":0)", "found 0", "a whole number >= 1"},
      {kPictures, "Conv2D", conv + R"(,"use_bias":1)", "found 1", "true or false"},
      {kPictures, "Conv2D", conv + R"(,"kernel_initializer":7)", "found 7",
       "an initializer's name or object"},
      {kPictures, "Conv2D", conv + R"(,"kernel_regularizer":7)", "found 7", "L1, L2 or L1L2"},
      {kPictures, "Conv2D", conv + R"(,"colour":1)", "\"colour\"", "known: filters, "},
      {kPictures, "Conv2D", conv + R"(,"dtype":"int32")", "\"int32\"", "\"float32\""},
      {kPictures, "Conv2D", conv + R"(,"dtype":"int8_from_float32")", "quantized", "before model.quantize()"},
      {kPictures, "MaxPooling2D", R"("data_format":"channels_first")", "channels_first", "\"channels_last\""},
      {kPictures, "MaxPooling2D", R"("pool_size":"2")", "found \"2\"", "a whole number"},
      {kPictures, "AveragePooling2D", R"("padding":"full")", "\"full\"", "\"valid\", \"same\""},
      {kPictures, "AveragePooling2D", R"("pool_size":[2,2,2])", "found [2,2,2]", "a list of two"},
      {kPictures, "GlobalAveragePooling2D", R"("data_format":"channels_first")", "channels_first",
       "channels_last"},
      {kPictures, "GlobalMaxPooling2D", R"("keepdims":"yes")", "found \"yes\"", "true or false"},
      {kPictures, "ZeroPadding2D", R"("padding":[1,2,3])", "found [1,2,3]", "a pair"},
      {kPictures, "ZeroPadding2D", R"("padding":-1)", "found -1", ">= 0"},
      {kPictures, "BatchNormalization", R"("axis":1)", "axis is 1", "expected the last one"},
      {kPictures, "BatchNormalization", R"("axis":[1,2])", "found [1,2]", "a list of one"},
      {kPictures, "BatchNormalization", R"("momentum":2)", "found 2", "from 0.0 to 1.0"},
      {kPictures, "BatchNormalization", R"("renorm":true)", "renorm: expected false", "found true"},
      {kPictures, "LayerNormalization", R"("axis":[1,2])", "found [1,2]", "a list of one"},
      {kPictures, "LayerNormalization", R"("epsilon":"small")", "found \"small\"", "a number from 0.0"},
      {kPictures, "LayerNormalization", R"("rms_scaling":true)", "rms_scaling: expected false", "found true"},
      {kPictures, "Softmax", R"("axis":1)", "axis is 1", "expected the last one"},
      {kPictures, "Rescaling", R"("scale":[1,2,3])", "found [1,2,3]", "a number"},
      {kPictures, "Rescaling", R"("scale":1,"offset":null)", "found null", "a number"},
      {kPictures, "Rescaling", "", "scale", "missing"},
      {kPictures, "Reshape", R"("target_shape":[])", "found []", "a list of 1 to 4 sizes"},
      {kPictures, "Reshape", R"("target_shape":[5,5])", "[?,8,8,4]", "[?,5,5]"},
      {kPictures, "Dropout", R"("rate":2)", "found 2", "from 0.0 to 1.0"},
      {kPictures, "Dropout", R"("rate":0.5,"noise_shape":[1,2])", "noise_shape: expected null",
       "found [1,2]"},
      {kPictures, "LeakyReLU", R"("negative_slope":-1)", "found -1", "a number from 0.0"},
      {kPictures, "ReLU", R"("max_value":-1)", "found -1", "a number from 0.0"},
      {kPictures, "ELU", R"("alpha":"x")", "found \"x\"", "a number"},
      {kPictures, "Activation", "", "activation", "missing"},
      {kPictures, "Activation", R"("activation":"maxout")", "\"maxout\"", "\"relu\""},
      {kPictures, "Dense", R"("units":"ten")", "found \"ten\"", "a whole number >= 1"},
      {kPictures, "Dense", "", "units", "missing"},
      {kPictures, "Dense", R"("units":3,"name2":"x")", "\"name2\"", "known: units"},
      {kPictures, "LSTM", R"("units":3)", "[?,8,8,4]", "expected [batch,time,inputs]"},
      {kPictures, "Conv1D", conv, "[?,8,8,4]", "expected [batch,"},
      {kPictures, "GlobalAveragePooling1D", "", "[?,8,8,4]", "expected [batch,"},
      {kSteps, "Conv1D", conv + R"(,"groups":2)", "groups: expected 1", "found 2"},
      {kSteps, "Conv1D", conv + R"(,"padding":"full")", "\"full\"", "\"causal\""},
      {kSteps, "Conv1D", R"("filters":4,"kernel_size":[2,2])", "found [2,2]", "a list of one"},
      {kSteps, "Conv1D", R"("filters":4,"kernel_size":9)", "[?,6,4]", "kernel"},
      {kSteps, "Conv1D", R"("filters":4,"kernel_size":2,"data_format":"channels_first")", "channels_first",
       "channels_last"},
      {kSteps, "Conv2D", conv, "[?,6,4]", "expected [batch,"},
      {kSteps, "LSTM", R"("units":3,"activation":"gelu")", "\"gelu\"", "not supported in a recurrent layer"},
      {kSteps, "LSTM", R"("units":3,"recurrent_activation":"softmax")", "\"softmax\"",
       "not supported in a recurrent"},
      {kSteps, "LSTM", R"("units":3,"stateful":true)", "stateful: expected false", "found true"},
      {kSteps, "LSTM", R"("units":3,"return_state":true)", "return_state: expected false", "found true"},
      {kSteps, "LSTM", R"("units":3,"time_major":true)", "time_major: expected false", "found true"},
      {kSteps, "GRU", R"("units":3,"stateful":true)", "stateful: expected false", "found true"},
      {kSteps, "GRU", R"("units":3,"reset_after":"no")", "found \"no\"", "true or false"},
      {kSteps, "GRU", R"("units":3,"recurrent_activation":"maxout")", "\"maxout\"", "\"sigmoid\""},
      {kSteps, "SimpleRNN", R"("units":3,"activation":"softmax")", "\"softmax\"",
       "not supported in a recurrent"},
      {kSteps, "SimpleRNN", R"("units":3,"recurrent_activation":"tanh")", "\"recurrent_activation\"",
       "known: units"},
      {kSteps, "SimpleRNN", "", "units", "missing"},
      {kSteps, "Bidirectional", R"("merge_mode":"max",)" + inner(""), "\"max\"", "\"concat\", \"sum\""},
      {kSteps, "Bidirectional", R"("merge_mode":null,)" + inner(""), "found null", "\"concat\", \"sum\""},
      {kSteps, "Bidirectional", "", "layer", "missing"},
      {kSteps, "Bidirectional", R"("layer":{"class_name":"Dense","config":{"units":2}})", "wraps Dense",
       "SimpleRNN, LSTM or GRU"},
      {kSteps, "Bidirectional", inner(R"("stateful":true)"), "stateful: expected false", "found true"},
      {kSteps, "Bidirectional", inner("") + R"(,"backward_layer":{"class_name":"LSTM","config":{"units":2}})",
       "same direction", "opposite go_backwards"},
      {kSteps, "TimeDistributed", "", "layer", "missing"},
      {kSteps, "Masking", R"("mask_value":"x")", "found \"x\"", "a number"},
      {kRows, "Embedding", R"("input_dim":9)", "output_dim", "missing"},
      {kRows, "Embedding", R"("output_dim":9)", "input_dim", "missing"},
      {kRows, "Embedding", R"("input_dim":0,"output_dim":9)", "found 0", "a whole number >= 1"},
      {kRows, "Embedding", R"("input_dim":5,"output_dim":9,"weights":[1])", "weights: expected null",
       "found [1]"},
      {kRows, "Masking", "", "[?,5]", "expected [batch,time,n]"},
      {kRows, "LSTM", R"("units":3)", "[?,5]", "expected [batch,time,inputs]"},
      {kRows, "MaxPooling2D", "", "[?,5]", "expected [batch,"},
      {kRows, "Dense", R"("units":3,"quantization_config":{"mode":"int8"})",
       "quantization_config: expected null", "found an object"},
  };
}

std::string line(const Refusal& refusal) {
  const std::string text = R"({"class_name":"Sequential","config":{"name":"m","layers":[
      {"class_name":"InputLayer","config":{"batch_shape":)" +
                           refusal.input + R"(}},{"class_name":")" + refusal.class_name +
                           R"(","config":{"name":"the one")" + (refusal.config.empty() ? "" : ",") +
                           refusal.config + "}}]}}";
  return lapis_test::error_text([&] { model_from_config(text); });
}

}  // namespace

TEST_CASE("A hundred refusals each name the layer, its class, what it has and what is known") {
  std::vector<Refusal> table = layers_that_are_not_known();
  for (Refusal& refusal : values_that_are_not_known()) table.push_back(std::move(refusal));
  CHECK(table.size() >= 100);
  for (const Refusal& refusal : table) {
    const std::string text = line(refusal);
    INFO(refusal.class_name << " {" << refusal.config << "}: " << text);
    CHECK(text.find("layer \"the one\" (" + refusal.class_name + ")") != std::string::npos);
    CHECK(text.find(refusal.found) != std::string::npos);
    CHECK(text.find(refusal.known) != std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
  }
}

namespace {

/// A Functional with one layer whose call is `call`.
std::string functional_line(const std::string& class_name, const std::string& call) {
  const std::string text =
      R"({"class_name":"Functional","config":{"name":"f","layers":[
          {"class_name":"InputLayer","name":"in","config":{"batch_shape":[null,6,4],"name":"in"},"inbound_nodes":[]},
          {"class_name":")" +
      class_name + R"(","name":"the one","config":{"name":"the one","units":3},"inbound_nodes":[)" + call +
      R"(]}],"input_layers":["in",0,0],"output_layers":["the one",0,0]}})";
  return lapis_test::error_text([&] { model_from_config(text); });
}

}  // namespace

TEST_CASE("So do those of calls between layers, and of the input") {
  const std::string x =
      R"({"class_name":"__keras_tensor__","config":{"shape":[null,6,4],"dtype":"float32","keras_history":["in",0,0]}})";
  struct Call {
    std::string class_name, call, found, known;
  };
  for (const Call& call : {
           Call{"TrueDivide", R"({"args":[)" + x + R"(,127.5],"kwargs":{}})", "an operation between layers",
                "supported: "},
           Call{"GetItem", R"({"args":[)" + x + R"(,[{"class_name":"__slice__"},1]],"kwargs":{}})",
                "an operation between", "supported: "},
           Call{"Dense", R"({"args":[)" + x + R"(,3],"kwargs":{}})", "found 3", "a tensor"},
           Call{"Dense", R"({"args":[)" + x + R"(],"kwargs":{"training":true}})", "found true",
                "null or false"},
           Call{"Dense", R"({"args":[)" + x + R"(],"kwargs":{"colour":1}})", "\"colour\"", "known: training"},
           Call{"LSTM", R"({"args":[)" + x + R"(],"kwargs":{"initial_state":[1]}})", "initial_state",
                "expected null"},
           Call{"Dense", R"([["in",0,0,{}]],[["in",0,0,{}]])", "used 2 times", "once"},
           Call{"Add", R"([["in",0,0,{}],["in",0,0,{}]])", "joins 2 tensors", "only a chain"},
       }) {
    const std::string text = functional_line(call.class_name, call.call);
    INFO(call.class_name << ": " << text);
    CHECK(text.find("layer \"the one\" (" + call.class_name + ")") != std::string::npos);
    CHECK(text.find(call.found) != std::string::npos);
    CHECK(text.find(call.known) != std::string::npos);
  }
  for (const auto& [keys, found] : std::vector<std::pair<std::string, std::string>>{
           {R"("batch_shape":[null,4],"dtype":"complex64")", "\"complex64\""},
           {R"("batch_shape":[null,4],"sparse":true)", "expected false"},
           {R"("batch_shape":[null,4],"colour":1)", "\"colour\""},
           {R"("batch_shape":[null,-4])", "found -4"},
           {R"("batch_shape":3)", "found 3"},
           {R"("dtype":"float32")", "\"batch_shape\" is missing"}}) {
    const std::string text = lapis_test::error_text([&, &keys = keys] {
      model_from_config(R"([{"class_name":"InputLayer","config":{"name":"the one",)" + keys +
                        R"(}},{"class_name":"Dense","config":{"units":3}}])");
    });
    INFO(text);
    CHECK(text.starts_with("layer \"the one\" (InputLayer): "));
    CHECK(text.find(found) != std::string::npos);
  }
  for (const char* dtype :
       {"uint8", "float16", "float64", "bool", "int8", "int16", "int32", "int64", "uint16", "bfloat16"})
    model_from_config(R"([{"class_name":"InputLayer","config":{"batch_shape":[null,4],"dtype":")" +
                      std::string(dtype) + R"("}},{"class_name":"Dense","config":{"units":3}}])");
}
