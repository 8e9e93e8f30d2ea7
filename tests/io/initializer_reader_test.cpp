#include <catch2/catch.hpp>
#include <cmath>

#include "lapis/io/config_reader.h"
#include "lapis/io/config_writer.h"
#include "lapis/io/keras_model.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

namespace {

Initializer initializer(const std::string& json) {
  const Json parsed = Json::parse(json);
  return read_initializer(JsonCursor(parsed, "i"));
}

std::string initializer_error(const std::string& json) {
  return error_text([&] { initializer(json); });
}

}  // namespace

TEST_CASE("Initialisers in all spellings") {
  using Kind = Initializer::Kind;
  const auto is = [](const std::string& json, Kind kind, double a = 0, double b = 0) {
    INFO(json);
    CHECK(initializer(json) == Initializer{.kind = kind, .a = a, .b = b});
  };
  for (const std::string name : {"zeros", "zero", "Zeros"}) is("\"" + name + "\"", Kind::zeros);
  for (const std::string name : {"ones", "one", "Ones"}) is("\"" + name + "\"", Kind::ones);
  for (const std::string name : {"random_uniform", "uniform", "RandomUniform"})
    is("\"" + name + "\"", Kind::random_uniform, -0.05, 0.05);
  for (const std::string name : {"random_normal", "normal", "RandomNormal"})
    is("\"" + name + "\"", Kind::random_normal, 0, 0.05);
  is("\"truncated_normal\"", Kind::truncated_normal, 0, 0.05);
  for (const std::string name : {"glorot_uniform", "GlorotUniform", "xavier"})
    is("\"" + name + "\"", Kind::glorot_uniform);
  is("\"glorot_normal\"", Kind::glorot_normal);
  for (const std::string name : {"he_normal", "HeNormal", "he"}) is("\"" + name + "\"", Kind::he_normal);
  is("\"he_uniform\"", Kind::he_uniform);
  is("\"orthogonal\"", Kind::orthogonal, 1);

  is(R"({"class_name":"uniform","config":{"lower":-0.2,"upper":0.3}})", Kind::random_uniform, -0.2, 0.3);
  is(R"({"class_name":"RandomUniform","config":{"minval":-1,"maxval":2,"seed":null}})", Kind::random_uniform,
     -1, 2);
  is(R"({"class_name":"normal","config":{"mean":0.5,"variance":0.04}})", Kind::random_normal, 0.5,
     std::sqrt(0.04));
  is(R"({"class_name":"RandomNormal","config":{"mean":0.5,"stddev":0.04}})", Kind::random_normal, 0.5, 0.04);
  is(R"({"class_name":"Constant","config":{"value":3}})", Kind::constant, 3);
  is(R"({"class_name":"Orthogonal","config":{"gain":2.0,"seed":null}})", Kind::orthogonal, 2);
  is(R"({"class_name":"he"})", Kind::he_normal);
  is(R"({"class_name":"VarianceScaling","config":{"scale":2.0,"mode":"fan_in","distribution":"truncated_normal"}})",
     Kind::he_normal);
  is(R"({"class_name":"VarianceScaling","config":{"scale":1.0,"mode":"fan_avg","distribution":"uniform"}})",
     Kind::glorot_uniform);
  CHECK(initializer(R"({"class_name":"xavier","config":{"seed":5}})") ==
        Initializer{.kind = Kind::glorot_uniform, .seed = 5});
}

TEST_CASE("lecun and VarianceScaling in general") {
  using Fan = Initializer::Fan;
  using Distribution = Initializer::Distribution;
  const auto scaling = [](double scale, Fan fan, Distribution distribution) {
    return Initializer{
        .kind = Initializer::Kind::variance_scaling, .a = scale, .fan = fan, .distribution = distribution};
  };
  const Initializer lecun_normal = scaling(1, Fan::in, Distribution::truncated_normal);
  for (const std::string name : {"lecun_normal", "LecunNormal"})
    CHECK(initializer("\"" + name + "\"") == lecun_normal);
  CHECK(initializer(R"({"class_name":"LecunUniform","config":{"seed":null}})") ==
        scaling(1, Fan::in, Distribution::uniform));
  CHECK(initializer(R"({"class_name":"VarianceScaling","config":{}})") == lecun_normal);
  // EfficientNet's.
  CHECK(initializer(R"({"class_name":"VarianceScaling","config":{"scale":2.0,"mode":"fan_out",
                       "distribution":"truncated_normal","seed":null}})") ==
        scaling(2, Fan::out, Distribution::truncated_normal));
  CHECK(
      initializer(
          R"({"class_name":"VarianceScaling","config":{"scale":2.0,"distribution":"untruncated_normal"}})") ==
      scaling(2, Fan::in, Distribution::untruncated_normal));
}

TEST_CASE("An initialiser that is not known is kept, written back, and refused where weights are drawn") {
  for (
      const std::string text :
      {R"("mine")", R"({"class_name":"Identity","config":{"gain":1.0}})",
       R"({"class_name":"Constant","config":{"value":[[1.5,2],[3,4]]}})",
       R"({"module":"my.code","class_name":"Mine","config":{"a":{"b":[1,null]}},"registered_name":"pkg>Mine"})",
       R"({"class_name":"he","config":{"scale":2}})",
       R"({"class_name":"normal","config":{"stddev":1,"variance":1}})",
       R"({"class_name":"uniform","config":{"lower":1,"upper":0}})",
       R"({"class_name":"he","config":{"seed":-1}})",
       R"({"class_name":"VarianceScaling","config":{"scale":-3.0}})"}) {
    INFO(text);
    const Initializer value = initializer(text);
    CHECK(value.kind == Initializer::Kind::kept);
    CHECK_FALSE(value.reason.empty());
    CHECK(initializer(write_initializer(value).dump()) == value);
    const std::string config =
        R"([{"class_name":"Dense","config":{"name":"d","units":2,"kernel_initializer":)" + text + "}}]";
    Model model = model_from_config(config, Shape{kUnknown, 2});
    CHECK(error_text([&] {
            model.initialize(1);
          }).starts_with("layer \"d\" (Dense): kernel: its initializer cannot be drawn: "));
    CHECK(model_to_config(model).find(R"("kernel_initializer":)" + text) != std::string::npos);
  }
  CHECK(initializer("\"mine\"").reason.starts_with("i: expected an initializer: zeros, ones, "));
  CHECK(initializer_error("3") == "i: expected an initializer's name or object, found 3");
  // A matrix of word vectors is not kept twice: what is written has Keras's default.
  std::string numbers = "0.5";
  for (int i = 0; i < 2000; ++i) numbers += ",0.5";
  const Model words = model_from_config(
      R"([{"class_name":"Embedding","config":{"input_dim":2001,"output_dim":1,"embeddings_initializer":
          {"class_name":"Constant","config":{"value":[)" +
          numbers + "]}}}}]",
      Shape{kUnknown, 2});
  CHECK(model_to_config(words).find("embeddings_initializer") == std::string::npos);
}

TEST_CASE("Initialisers are written so that they read back the same") {
  using Kind = Initializer::Kind;
  for (const Initializer& value :
       {Initializer{.kind = Kind::zeros}, Initializer{.kind = Kind::ones},
        Initializer{.kind = Kind::constant, .a = 0.3},
        Initializer{.kind = Kind::random_uniform, .a = -0.1, .b = 0.7, .seed = 3},
        Initializer{.kind = Kind::random_normal, .a = 1, .b = 0.1},
        Initializer{.kind = Kind::truncated_normal, .b = 0.2},
        Initializer{.kind = Kind::glorot_uniform, .seed = 9}, Initializer{.kind = Kind::glorot_normal},
        Initializer{.kind = Kind::he_uniform}, Initializer{.kind = Kind::he_normal},
        Initializer{.kind = Kind::orthogonal, .a = 1.5},
        Initializer{.kind = Kind::variance_scaling,
        .a = 0.3,
        .seed = 4,
        .fan = Initializer::Fan::average,
        .distribution = Initializer::Distribution::untruncated_normal}})
    CHECK(initializer(write_initializer(value).dump()) == value);
}
