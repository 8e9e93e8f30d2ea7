#include "lapis/io/functional.h"

#include <catch2/catch.hpp>

#include "lapis/io/keras_model.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

std::string tensor(const std::string& from) {
  return R"({"class_name":"__keras_tensor__","config":{"shape":[null,4],"dtype":"float32","keras_history":[")" +
         from + R"(",0,0]}})";
}

/// Keras 3's way to write a layer and its one call.
std::string layer(const std::string& class_name, const std::string& name, const std::string& config,
                  const std::string& arguments, const std::string& named = "") {
  return R"({"module":"keras.layers","class_name":")" + class_name + R"(","config":{"name":")" + name + "\"" +
         (config.empty() ? "" : "," + config) + R"(},"registered_name":null,"name":")" + name +
         R"(","inbound_nodes":[{"args":[)" + arguments + R"(],"kwargs":{)" + named + "}}]}";
}

std::string dense(const std::string& name, const std::string& from) {
  return layer("Dense", name, R"("units":4)", tensor(from));
}

std::string input(const std::string& shape = "[null,4]") {
  return R"({"module":"keras.layers","class_name":"InputLayer","config":{"batch_shape":)" + shape +
         R"(,"dtype":"float32","sparse":false,"ragged":false,"name":"in","optional":false},"name":"in","inbound_nodes":[]})";
}

std::string model(const std::string& layers, const std::string& output) {
  return R"({"module":"keras.src.models.functional","class_name":"Functional","config":{"name":"f","trainable":true,)"
         R"("layers":[)" +
         layers + R"(],"input_layers":["in",0,0],"output_layers":[")" + output +
         R"(",0,0]},"registered_name":"Functional","build_config":{"input_shape":null}})";
}

std::vector<std::string> names(const Model& made) {
  std::vector<std::string> list;
  for (int i = 0; i < made.layer_count(); ++i) list.push_back(made.layer(i).name());
  return list;
}

std::string error(const std::string& json) {
  return error_text([&] { model_from_config(json); });
}

}  // namespace

TEST_CASE("A Functional that is a chain is read, in whatever order its layers stand") {
  const Model made = model_from_config(model(input() + "," + dense("b", "a") + "," + dense("a", "in"), "b"));
  CHECK(made.name() == "f");
  CHECK(names(made) == std::vector<std::string>{"a", "b"});
  CHECK(made.input_shape() == Shape{kUnknown, 4});
}

TEST_CASE("Keras 2's spelling of a Functional") {
  const Model made = model_from_config(
      R"({"class_name":"Model","config":{"name":"m","layers":[)"
      R"({"name":"in","class_name":"InputLayer","config":{"batch_input_shape":[null,4],"dtype":"float32","name":"in"},"inbound_nodes":[]},)"
      R"({"name":"d","class_name":"Dense","config":{"name":"d","units":3},"inbound_nodes":[[["in",0,0,{}]]]}],)"
      R"("input_layers":[["in",0,0]],"output_layers":[["d",0,0]]},"keras_version":"2.3.1","backend":"tensorflow"})");
  CHECK(names(made) == std::vector<std::string>{"d"});
  CHECK(made.output_shape() == Shape{kUnknown, 3});
}

TEST_CASE("Branches and joins are refused by name, and why") {
  const std::string need =
      ": only a chain of layers is supported; branches and joins (Add, Concatenate) need a plan that keeps "
      "several "
      "activations at once";
  CHECK(error(model(input() + "," + dense("a", "in") + "," +
                        layer("Add", "sum", "", "[" + tensor("in") + "," + tensor("a") + "]"),
                    "sum")) == "layer \"sum\" (Add) joins 2 tensors" + need);
  CHECK(error(model(input() + "," + dense("a", "in") + "," + dense("b", "in"), "b")) ==
        "layer \"in\" (InputLayer) feeds \"a\" and \"b\"" + need);
}

TEST_CASE("What else a Functional may not do") {
  const std::string twice =
      R"({"class_name":"Dense","config":{"name":"a","units":4},"name":"a","inbound_nodes":[{"args":[)" +
      tensor("in") + R"(],"kwargs":{}},{"args":[)" + tensor("in") + R"(],"kwargs":{}}]})";
  CHECK(error(model(input() + "," + twice, "a")) ==
        "layer \"a\" (Dense): it is used 2 times, expected once (shared layers are not supported)");
  CHECK(error(model(input() + "," + dense("a", "in") + "," + dense("b", "a"), "a")) ==
        "config: the layers lead from \"in\" to \"b\", but the output is that of \"a\"");
  CHECK(error(model(input() + "," + dense("a", "in") + "," + dense("b", "nowhere"), "a")) ==
        "layer \"b\" (Dense): it does not lie between the model's input and output");
  CHECK(error(model(input() + "," + dense("a", "in") + "," + dense("a", "in"), "a")) ==
        "layer \"a\" (Dense): the name stands twice");
  CHECK(
      error(model(input() + "," + layer("Dropout", "a", R"("rate":0.5)", tensor("in"), R"("training":true)"),
                  "a"))
          .find("training: expected null or false") != std::string::npos);
  CHECK(error(model(input() + "," + layer("MultiHeadAttention", "attn", "", tensor("in")), "attn"))
            .starts_with("layer \"attn\" (MultiHeadAttention) is not supported; supported: Activation, "));
  CHECK(error(model(input() + "," + layer("Dense", "a", R"("units":4)", tensor("in"), R"("scale":2)"), "a"))
            .find("key \"scale\" is not known") != std::string::npos);
  // A circle.
  CHECK(error(model(input() + "," + dense("a", "b") + "," + dense("b", "a"), "b"))
            .find("the output is that of") != std::string::npos);
}

TEST_CASE("The masks that Keras writes down are those that the layers hand on") {
  const std::string embedding =
      layer("Embedding", "words", R"("input_dim":5,"output_dim":3,"mask_zero":true)", tensor("in"));
  const auto not_equal = [](const std::string& from) {
    return R"({"module":"keras.src.ops.numpy","class_name":"NotEqual","config":{"name":"ne"},"name":"ne","inbound_nodes":[{"args":[)" +
           tensor(from) + R"(,0],"kwargs":{}}]})";
  };
  const std::string lstm =
      layer("LSTM", "lstm", R"("units":2)", tensor("words"), R"("training":false,"mask":)" + tensor("ne"));
  CHECK(names(model_from_config(model(input() + "," + embedding + "," + not_equal("in") + "," + lstm,
                                      "lstm"))) == std::vector<std::string>{"words", "lstm"});
  CHECK(
      error(model(input() + "," + embedding + "," + not_equal("words") + "," + lstm, "lstm")) ==
      "layer \"lstm\": its mask is made from \"words\", expected the mask that the layer before it hands on");

  // Masking: through Any.
  const std::string masking = layer("Masking", "masking", "", tensor("in"));
  const std::string any = layer("Any", "any", R"("axis":-1,"keepdims":false)", tensor("ne"));
  const std::string gru =
      layer("GRU", "gru", R"("units":2)", tensor("masking"), R"("mask":)" + tensor("any"));
  CHECK(names(model_from_config(model(
            input("[null,4,2]") + "," + masking + "," + not_equal("in") + "," + any + "," + gru, "gru"))) ==
        std::vector<std::string>{"masking", "gru"});
}

TEST_CASE("A Cast between floating-point types changes nothing, and may not end a mask") {
  const auto cast = [](const std::string& name, const std::string& from, const std::string& dtype) {
    return R"({"module":"keras.src.ops.core","class_name":"Cast","config":{"dtype":")" + dtype +
           R"("},"registered_name":"Cast","name":")" + name + R"(","inbound_nodes":[{"args":[)" +
           tensor(from) + R"(],"kwargs":{}}]})";
  };
  CHECK(names(model_from_config(model(input() + "," + cast("c", "in", "bfloat16") + "," + dense("a", "c") +
                                          "," + cast("d", "a", "float32"),
                                      "d"))) == std::vector<std::string>{"a"});
  CHECK(error(model(input() + "," + cast("c", "in", "int32") + "," + dense("a", "c"), "a")).find("(Cast)") !=
        std::string::npos);
  CHECK(error(model(input() + "," + cast("c", "d", "float16") + "," + cast("d", "c", "float32"), "d")) != "");
  const std::string embedding =
      layer("Embedding", "words", R"("input_dim":5,"output_dim":3,"mask_zero":true)", tensor("in"));
  CHECK(error(model(input() + "," + embedding + "," + cast("c", "words", "float16") + "," +
                        layer("LSTM", "lstm", R"("units":2)", tensor("c")),
                    "lstm")) ==
        "layer \"lstm\": a mask ends at the Cast before it, which is not supported; only a "
        "layer can end a mask here");
}
