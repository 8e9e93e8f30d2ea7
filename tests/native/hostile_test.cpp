// A few bytes can ask for years of work and terabytes of memory. Whatever a small file asks for, each command
// answers within a second of processor time and 256 MB, with one line where it refuses.

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "container_bytes.h"
#include "file.h"
#include "lapis/core/utf8.h"
#include "support/model_bytes.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;

namespace {

constexpr std::size_t kLargestFile = 100'000;
constexpr double kMostSeconds = 1;
#ifdef __SANITIZE_ADDRESS__
constexpr long kMostKilobytes = 4'000'000;  // AddressSanitizer's own memory counts, and what was freed stays
#else
constexpr long kMostKilobytes = 256'000;
#endif

/// A tensor of zeros in a file.
struct Zeros {
  std::string name;
  std::vector<int> shape;
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string layer(const std::string& class_name, const std::string& config) {
  return R"(,{"class_name":")" + class_name + R"(","config":{)" + config + "}}";
}
std::string padding(int sides) {
  const std::string both = "[" + std::to_string(sides) + "," + std::to_string(sides) + "]";
  return layer("ZeroPadding2D", R"("padding":[)" + both + "," + both + "]");
}
std::string mish() {
  return layer("Activation", R"("activation":"mish")");
}
std::string same_pool(const std::string& kind, int size) {
  return layer(kind, R"("pool_size":)" + std::to_string(size) + R"(,"strides":1,"padding":"same")");
}
const std::string kMax = layer("GlobalMaxPooling2D", "");

/// A Sequential on `batch_shape`; `layers` begin with a comma.
std::string sequential(const std::string& batch_shape, const std::string& layers) {
  return R"({"class_name":"Sequential","config":{"name":"m","layers":[)"
         R"({"class_name":"InputLayer","config":{"batch_shape":)" +
         batch_shape + "}}" + layers + "]}}";
}

Bytes file_with(Json::Object metadata, const std::vector<Zeros>& tensors) {
  Json header{Json::Object()};
  header.add("__metadata__", std::move(metadata));
  std::int64_t end = 0;
  for (const Zeros& tensor : tensors) {
    std::int64_t size = 4;
    Json::Array shape;
    for (const int each : tensor.shape) {
      size *= each;
      shape.emplace_back(std::int64_t{each});
    }
    header.add(tensor.name, Json::Object{{"dtype", "F32"},
                                         {"shape", std::move(shape)},
                                         {"data_offsets", Json::Array{Json(end), Json(end + size)}}});
    end += size;
  }
  return safetensors_bytes(header.dump(), static_cast<std::size_t>(end));
}

/// This library's own file, with a self-test of these shapes.
Bytes own(const std::string& config, std::vector<int> input, std::vector<int> output,
          std::vector<Zeros> tensors = {}) {
  tensors.push_back({"selftest/input", std::move(input)});
  tensors.push_back({"selftest/output", std::move(output)});
  return file_with(
      {{"format", "lapis"}, {"format_version", "1"}, {"config", config}, {"input", R"({"kind":"tensor"})"}},
      tensors);
}

/// What Keras's files are packed into, without a self-test. `lapis`: this library's additions.
Bytes keras(const std::string& config, const std::vector<Zeros>& tensors = {}, const std::string& more = {}) {
  Json::Object metadata = {{"format", "keras"}, {"layout", "legacy"}, {"config", config}};
  if (!more.empty()) metadata.push_back({"lapis", more});
  return file_with(std::move(metadata), tensors);
}

Bytes archive(const std::string& config) {
  return zip_bytes({{"metadata.json", bytes_of(R"({"keras_version":"3.15.1"})")},
                    {"config.json", bytes_of(config)},
                    {"model.weights.h5", Hdf5Builder().group("layers").bytes()}},
                   /*deflated=*/true);
}

/// A chain of `count` ReLU as Keras 3 writes a Functional.
std::string functional(int count) {
  std::string layers = R"({"class_name":"InputLayer","config":{"name":"r0","batch_shape":[null,1]},)"
                       R"("name":"r0","inbound_nodes":[]})";
  for (int i = 1; i <= count; ++i) {
    const std::string name = "r" + std::to_string(i);
    layers +=
        R"(,{"class_name":"ReLU","config":{"name":")" + name + R"("},"name":")" + name +
        R"(","inbound_nodes":[{"args":[{"class_name":"__keras_tensor__","config":{"keras_history":["r)" +
        std::to_string(i - 1) + R"(",0,0]}}],"kwargs":{}}]})";
  }
  return R"({"class_name":"Functional","config":{"name":"f","layers":[)" + layers +
         R"(],"input_layers":[["r0",0,0]],"output_layers":[["r)" + std::to_string(count) + R"(",0,0]]}})";
}

std::string text_input(const std::string& length, const std::string& words = R"("a","b")") {
  return R"({"input":{"kind":"text","sequence_length":)" + length + R"(,"vocabulary":["","[UNK]",)" + words +
         "]}}";
}
std::string image_input(int side) {
  const std::string size = std::to_string(side);
  return R"({"input":{"kind":"image","width":)" + size + R"(,"height":)" + size + R"(,"channels":3}})";
}

struct Spent {
  int status = -1;
  std::string error;
  double seconds = 0;  // of processor time
  long kilobytes = 0;  // most memory at once
  std::size_t out_bytes = 0;
};

Spent run(const TemporaryFolder& folder, const std::vector<std::string>& arguments) {
  const pid_t process = start_lapis(arguments, folder / "out", folder / "error");
  int status = 0;
  rusage used{};
  REQUIRE(::wait4(process, &status, 0, &used) == process);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .error = lapis::native::read_text_file(folder / "error"),
          .seconds = seconds(used.ru_utime) + seconds(used.ru_stime),
          .kilobytes = used.ru_maxrss,
          .out_bytes = lapis::native::read_text_file(folder / "out").size()};
}

struct Hostile {
  const char* what;
  Bytes file;
  std::vector<std::string> command;  // "FILE" stands for the file, "OUT" for one to write
};

const std::vector<std::string> kInfo = {"info", "FILE", "--json"};
const std::vector<std::string> kConvert = {"convert", "FILE", "OUT.safetensors"};
const std::vector<std::string> kText = {"predict", "FILE", "--text", "a b", "--json"};
const std::vector<std::string> kPicture = {"predict", "FILE", "--image", "PICTURE", "--json"};
const std::vector<std::string> kTensor = {"predict", "FILE", "--input", "TENSOR", "--json"};

std::vector<Hostile> hostile_files() {
  const std::string pixel = "[null,1,1,1]";
  const std::string open = "[null,null,null,3]";
  const std::string pool = sequential(pixel, padding(512) + same_pool("MaxPooling2D", 1024) + kMax);
  const std::string mean = sequential(pixel, padding(256) + same_pool("AveragePooling2D", 4096) + kMax);
  const std::string wide = sequential(pixel, padding(4095) + layer("Flatten", ""));
  const std::string steps = sequential(pixel, padding(2896) + layer("Reshape", R"("target_shape":[-1,1])") +
                                                  layer("SimpleRNN", R"("units":1,"name":"r")"));
  const std::vector<Zeros> cell = {{"r/0", {1, 1}}, {"r/1", {1, 1}}, {"r/2", {1}}};
  const std::string words =
      sequential("[null,null]", layer("Embedding", R"("input_dim":4,"output_dim":64,"name":"e")") +
                                    layer("GlobalMaxPooling1D", ""));
  const std::vector<Zeros> table = {{"e/0", {4, 64}}};
  const std::string sum = layer("Conv2D", R"("filters":1,"kernel_size":100,"name":"c")");
  const std::vector<Zeros> sums = {{"c/0", {100, 100, 1, 1}}, {"c/1", {1}}};
  std::string many_words = R"("w0")";
  for (int i = 1; i < 6'000; ++i) many_words += ",\"w" + std::to_string(i) + '"';
  const auto relus = [](int count) { return repeated(layer("ReLU", ""), count); };
  return {
      {"max pool as large as the picture, in the self-test", own(pool, {1, 1, 1, 1}, {1, 1}), kInfo},
      {"the same, predicting", keras(pool), kTensor},
      {"the same, converted", keras(pool), kConvert},
      {"mean pool beyond the picture, in the self-test", own(mean, {1, 1, 1, 1}, {1, 1}), kInfo},
      {"126 activations on 64 rows",
       own(sequential(pixel, padding(511) + repeated(mish(), 126) + kMax), {64, 1, 1, 1}, {64, 1}), kInfo},
      {"126 activations, predicting", keras(sequential(pixel, padding(511) + repeated(mish(), 126) + kMax)),
       kTensor},
      {"50 normalisations, predicting",
       keras(sequential(pixel, padding(1024) + repeated(layer("Softmax", ""), 50) + kMax)), kTensor},
      {"one filter of 100 x 100",
       keras(sequential(pixel, padding(768) + sum + kMax), {{"c/0", {100, 100, 1, 1}}, {"c/1", {1}}}),
       kTensor},
      {"one filter of 100 x 100, converted", keras(sequential(pixel, padding(768) + sum + kMax), sums),
       kConvert},
      {"33 million steps, info", keras(steps, cell), kInfo},
      {"33 million steps, predicting", keras(steps, cell), kTensor},
      {"67 million outputs, info", keras(wide), kInfo},
      {"67 million outputs, predicting", keras(wide), kTensor},
      {"67 million outputs, converted", keras(wide), kConvert},
      {"16 million steps of a text", keras(words, table, text_input("16777216")), kText},
      {"1 million steps of a text", keras(words, table, text_input("1048576")), kText},
      {"6,000 words, 16 million steps", keras(words, {{"e/0", {4, 64}}}, text_input("16777216", many_words)),
       kText},
      {"picture of 16384 x 16384", keras(sequential(open, padding(4096) + kMax), {}, image_input(16384)),
       kPicture},
      {"picture of 6000 x 6000", keras(sequential(open, kMax), {}, image_input(6000)), kPicture},
      {"64 rows of 4096 x 4096, in the self-test",
       own(sequential(pixel, padding(2047) + kMax), {64, 1, 1, 1}, {64, 1}), kInfo},
      {"open sizes padded four times, in the self-test",
       own(sequential("[null,null,null,1]",
                      padding(4096) + padding(4096) + padding(4096) + padding(4096) + kMax),
           {1, 1, 1, 1}, {1, 1}),
       kInfo},
      {"29,900 layers", archive(sequential("[null,1]", relus(29'900))), kInfo},
      {"9,000 layers", archive(sequential("[null,1]", relus(9'000))), kInfo},
      {"9,000 layers, converted", archive(sequential("[null,1]", relus(9'000))), kConvert},
      {"10,500 layers in a Functional", archive(functional(10'500)), kInfo},
      {"2,500 layers in a Functional", archive(functional(2'500)), kInfo},
      {"a Dense of 16 million units", keras(sequential("[null,8]", layer("Dense", R"("units":16777216)"))),
       kInfo},
      {"an LSTM of 16 million units", keras(sequential("[null,2,8]", layer("LSTM", R"("units":16777216)"))),
       kInfo},
      {"a table of 2^24 x 2^24",
       keras(sequential("[null,2]", layer("Embedding", R"("input_dim":16777216,"output_dim":16777216)"))),
       kInfo},
      {"an input of 2^24 x 8 values, five times", keras(sequential("[null,16777216,8]", relus(5))), kInfo},
      {"64 samples of 67 million values at once",
       keras(wide),
       {"bench", "FILE", "--batch", "64", "--seconds", "0"}},
      {"a layer in a layer, 60 deep",
       keras(sequential("[null,2,8]",
                        "," + repeated(R"({"class_name":"TimeDistributed","config":{"layer":)", 60) +
                            R"({"class_name":"ReLU","config":{}})" + repeated("}}", 60))),
       kInfo},
      {"JSON 50,000 deep", keras(repeated("[", 50'000)), kInfo},
      {"JSON of 49,000 values", keras("[0" + repeated(",0", 49'000) + "]"), kInfo},
      {"JSON of 32,000 objects", keras("[{}" + repeated(",{}", 32'000) + "]"), kInfo},
      {"4 MB of JSON in a zip of some kB",
       archive(sequential("[null,1]", repeated(" ", 4'000'000) + relus(1))), kInfo},
      {"gzip of zeros in HDF5",
       zip_bytes({{"metadata.json", bytes_of(R"({"keras_version":"3.15.1"})")},
                  {"config.json", bytes_of(sequential("[null,1]", relus(1)))},
                  {"model.weights.h5", Hdf5Builder()
                                           .data("layers/dense/vars/0", {4'000'000}, {},
                                                 Hdf5Builder::Type::f32, Hdf5Builder::Storage::gzip)
                                           .bytes()}},
                 true),
       kInfo},
  };
}

void check_spent(const Spent& spent) {
  CAPTURE(spent.status, spent.error, spent.seconds, spent.kilobytes, spent.out_bytes);
  CHECK(spent.status <= 2);
  CHECK(spent.seconds <= kMostSeconds);
  CHECK(spent.kilobytes <= kMostKilobytes);
  CHECK(spent.out_bytes < 2'000'000);
  CHECK_FALSE(lapis::find_not_utf8(spent.error));
  CHECK(std::count(spent.error.begin(), spent.error.end(), '\n') == (spent.status == 0 ? 0 : 1));
}

}  // namespace

TEST_CASE("what a small file may cost: a second and 256 MB, whatever it asks for") {
  const TemporaryFolder folder;
  const std::string file = folder / "hostile";
  write_text(folder / "picture.ppm", "P6\n7 5\n255\n" + std::string(7 * 5 * 3, 'p'));
  const std::vector<std::byte> pixel(4);
  write_tensor(folder / "tensor", "input", lapis::Dtype::f32, {1, 1, 1, 1}, pixel);
  for (const Hostile& hostile : hostile_files()) {
    CAPTURE(hostile.what);
    CHECK(hostile.file.size() <= kLargestFile);
    lapis::native::write_file_atomically(file, hostile.file);
    std::vector<std::string> command = hostile.command;
    for (std::string& argument : command) {
      if (argument == "FILE") argument = file;
      if (argument == "OUT.safetensors") argument = folder / argument;
      if (argument == "PICTURE") argument = folder / "picture.ppm";
      if (argument == "TENSOR") argument = folder / "tensor";
    }
    check_spent(run(folder, command));
  }
}

TEST_CASE("a training of a few lines says what it takes before it takes it") {
  const TemporaryFolder folder;
  write_cifar10(folder / "data", 40);
  std::string config = picture_config("cifar10", 1);
  const std::string pool = R"({"class_name": "AveragePooling2D", "config": {"pool_size": 4}},)";
  REQUIRE(config.find(pool) != std::string::npos);
  const auto train_with = [&](const std::string& layers) {
    std::string changed = config;
    write_text(folder / "config.json", changed.replace(changed.find(pool), pool.size(), layers));
    return run(folder, {"train", folder / "config.json", "--data", folder / "data", "--out",
                        folder / "m.safetensors"});
  };
  const Spent wide = train_with(R"({"class_name": "Flatten", "config": {}},
                                  {"class_name": "Dense", "config": {"units": 87000}},)");
  check_spent(wide);
  CHECK_THAT(wide.error,
             Catch::Contains("parameters") && Catch::Contains("GB") && Catch::Contains("--large"));
  const Spent deep = train_with(R"({"class_name": "ZeroPadding2D", "config": {"padding": 1400}},
                                  {"class_name": "GlobalAveragePooling2D", "config": {}},
                                  {"class_name": "Reshape", "config": {"target_shape": [1, 1, 3]}},)");
  check_spent(deep);
  CHECK_THAT(deep.error, Catch::Contains("a batch of 16 samples [32,32,3]") && Catch::Contains("--large"));
}

TEST_CASE("what never ends is refused by how it begins") {
  const TemporaryFolder folder;
  for (const char* command : {"info", "bench"}) check_spent(run(folder, {command, "/dev/zero"}));
  const Spent spent = run(folder, {"info", "/dev/zero"});
  CHECK(spent.status == 2);
  CHECK_THAT(spent.error, Catch::StartsWith("lapis: /dev/zero: no model file"));
}

TEST_CASE("a model that takes more than its size is worth runs where that is asked for") {
  const TemporaryFolder folder;
  const std::string file = folder / "pool";
  const Bytes pool = keras(sequential("[null,1,1,1]", padding(96) + same_pool("MaxPooling2D", 193) + kMax));
  lapis::native::write_file_atomically(file, pool);
  const std::vector<std::byte> pixel(4);
  write_tensor(folder / "tensor", "input", lapis::Dtype::f32, {1, 1, 1, 1}, pixel);
  const CommandResult refused = run_lapis({"predict", file, "--input", folder / "tensor"});
  CHECK(refused.status == 2);
  CHECK_THAT(refused.error, Catch::Contains("billion multiplications") && Catch::Contains("--large"));
  CHECK(run_lapis({"predict", file, "--input", folder / "tensor", "--large"}).status == 0);
}
