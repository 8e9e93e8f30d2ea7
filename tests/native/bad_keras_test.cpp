// Files in Keras's containers, or taken for such, that are damaged, hostile or something else: each ends in
// one line that says where, what and what to do, with status 2; none crashes or takes memory that it is not
// worth.

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "container_bytes.h"
#include "keras_file.h"
#include "lapis/core/error.h"
#include "lapis/core/random.h"
#include "support/error_text.h"
#include "support/shared.h"
#include "workbench.h"

using namespace lapis_test;
using Catch::Contains;
using Catch::StartsWith;
using Storage = Hdf5Builder::Storage;
using Type = Hdf5Builder::Type;

namespace {

const std::string kConfig = R"({"class_name":"Sequential","config":{"name":"s","layers":[
  {"class_name":"InputLayer","config":{"batch_shape":[null,3]}},
  {"class_name":"Dense","config":{"name":"last","units":2,"activation":"softmax"}}]}})";
const std::string kMetadata = R"({"keras_version":"3.15.1","date_saved":"2026-11-23@18:57:06"})";
const std::vector<float> kKernel = {0.5F, -1, 2, 0.25F, 3, -0.75F};
const std::vector<float> kBias = {0.125F, -0.5F};

void add_kernel(Hdf5Builder& file, Type type = Type::f32, Storage storage = Storage::contiguous) {
  file.data("layers/dense/vars/0", {3, 2}, kKernel, type, storage);
}

void add_bias(Hdf5Builder& file) {
  file.data("layers/dense/vars/1", {2}, kBias);
}

Bytes keras_of(const Bytes& weights, const std::string& config = kConfig) {
  return zip_bytes({{"metadata.json", bytes_of(kMetadata)},
                    {"config.json", bytes_of(config)},
                    {"model.weights.h5", weights}});
}

/// A .keras whose model.weights.h5 is what `build` makes.
template <class Build>
Bytes keras_with(const Build& build) {
  Hdf5Builder file;
  build(file);
  return keras_of(file.bytes());
}

/// A legacy file; `build` adds to it or does not.
template <class Build>
Bytes legacy_with(const Build& build,
                  const std::vector<std::string>& names = {"last/kernel:0", "last/bias:0"}) {
  Hdf5Builder file;
  file.data("model_weights/last/last/kernel:0", {3, 2}, kKernel)
      .data("model_weights/last/last/bias:0", {2}, kBias);
  file.texts("model_weights", "layer_names", {"last"}).texts("model_weights/last", "weight_names", names);
  file.text("/", "model_config", kConfig).text("/", "keras_version", "2.15.0");
  build(file);
  return file.bytes();
}

Bytes good_keras() {
  return keras_with([](Hdf5Builder& file) {
    add_kernel(file);
    add_bias(file);
  });
}

std::string read_error(const Bytes& bytes) {
  return error_text([&] { lapis::native::read_keras_file(bytes); });
}

/// Kernel and bias of a good file.
void check_good(const Bytes& bytes) {
  const lapis::ModelFile file = lapis::native::read_keras_file(bytes);
  std::vector<float> expected = kKernel;
  expected.insert(expected.end(), kBias.begin(), kBias.end());
  const std::span<const lapis::Real> values = file.model.values();
  CHECK(std::vector<float>(values.begin(), values.end()) == expected);
}

struct BadFile {
  std::string name;  // with the ending
  Bytes bytes;
  std::string expected;
};

void check_refused(const std::vector<BadFile>& files) {
  const TemporaryFolder folder;
  for (const BadFile& file : files) {
    INFO(file.name);
    const std::string path = folder / file.name;
    const auto* const octets = reinterpret_cast<const std::uint8_t*>(file.bytes.data());
    write_octets(path, {octets, octets + file.bytes.size()});
    const CommandResult result = run_lapis({"info", path});
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(result.error_lines() == 1);
    CHECK(result.error.size() < 600);
    CHECK_THAT(result.error, StartsWith("lapis: " + path + ": ") && Contains(file.expected));
  }
}

}  // namespace

TEST_CASE("keras files: every storage and precision that Keras and h5py write is read") {
  check_good(good_keras());
  check_good(legacy_with([](Hdf5Builder&) {}));
  for (const Type type : {Type::f16, Type::f32_big_endian, Type::f64}) {
    INFO(static_cast<int>(type));
    check_good(keras_with([&](Hdf5Builder& file) {
      add_kernel(file, type);
      add_bias(file);
    }));
  }
  for (const Storage storage : {Storage::compact, Storage::gzip}) {
    INFO("storage " << static_cast<int>(storage));
    check_good(keras_with([&](Hdf5Builder& file) {
      add_kernel(file, Type::f32, storage);
      add_bias(file);
    }));
  }
  // What trains the model further says nothing of it.
  check_good(keras_with([](Hdf5Builder& file) {
    add_kernel(file);
    add_bias(file);
    file.data("optimizer/vars/0", {1}, {9}, Type::i32).soft_link("optimizer/vars/1", "/nowhere");
  }));
}

TEST_CASE("bad Keras files: zips") {
  const Bytes config = bytes_of(kConfig);
  const Bytes good = good_keras();
  const auto with = [&](const std::string& name) {
    return zip_bytes({{"config.json", config}, {"model.weights.h5", config}, {name, config}});
  };
  // A directory that claims 3.75 GiB for config.json, and its local header.
  const std::string size = {static_cast<char>(kConfig.size() & 0xFF), static_cast<char>(kConfig.size() >> 8),
                            0, 0};
  const Bytes bomb = zip_bytes({{"config.json", config},
                                {"model.weights.h5", Bytes(std::size_t{64} << 20)},
                                {"metadata.json", bytes_of(kMetadata)}},
                               true);
  std::vector<std::pair<std::string, Bytes>> many = {{"config.json", config}, {"model.weights.h5", config}};
  for (int i = 0; i < 40; ++i) many.emplace_back("assets/" + std::to_string(i), Bytes(std::size_t{1} << 20));
  check_refused({
      {"many.keras", zip_bytes(many, true), "claim more than 100 times the file's size"},
      {"bomb.keras", bomb, "member \"model.weights.h5\" of the zip claims 67108864 bytes but is stored in "},
      {"claims.keras",
       patched(good, size + size, std::string("\0\0\0\xF0", 4) + std::string("\0\0\0\xF0", 4)), "zip"},
      {"up.keras", with("../evil"), "member \"../evil\" of the zip leads out of its folder"},
      {"up2.keras", with("assets/../../evil"), "leads out of its folder"},
      {"root.keras", with("/etc/passwd"), "leads out of its folder"},
      {"drive.keras", with("C:/evil"), "leads out of its folder"},
      {"backslash.keras", with("assets\\..\\evil"), "leads out of its folder"},
      {"twice.keras", patched(with("config.jsom"), "config.jsom", "config.json"), "zip"},
      {"empty_zip.keras", bytes_of(std::string("PK\5\6") + std::string(18, '\0')),
       "no \"config.json\" inside"},
      {"other.zip", zip_bytes({{"readme.txt", config}}), "a zip, but no \"config.json\" inside"},
      {"weightless.keras", zip_bytes({{"config.json", config}}), "no \"model.weights.h5\" inside"},
      {"torch.pt", zip_bytes({{"archive/data.pkl", config}, {"archive/version", config}}),
       "a PyTorch file, expected a model of Keras"},
      {"arrays.npz", zip_bytes({{"arr_0.npy", config}}), "an archive of NumPy's"},
      {"saved.zip", zip_bytes({{"model/saved_model.pb", config}}), "a TensorFlow SavedModel"},
      {"no_json.keras", zip_bytes({{"config.json", bytes_of("{")}, {"model.weights.h5", keras_of({})}}),
       "HDF5"},
      {"metadata.keras",
       zip_bytes({{"config.json", config}, {"model.weights.h5", config}, {"metadata.json", bytes_of("[1,")}}),
       "metadata.json: not valid JSON"},
      {"no_hdf5.keras", keras_of(bytes_of("hello")), "model.weights.h5: not a whole HDF5 file"},
      {"flipped.keras", patched(good, "softmax", "softmix"), "member \"config.json\" of the zip is damaged"},
  });
}

TEST_CASE("bad Keras files: what lies in model.weights.h5") {
  const auto with = [](auto&& add) {
    return keras_with([&](Hdf5Builder& file) {
      add_bias(file);
      add(file);
    });
  };
  const auto kernel_as = [&](Type type, Storage storage = Storage::contiguous) {
    return with([=](Hdf5Builder& file) { add_kernel(file, type, storage); });
  };
  const auto beside = [&](auto&& add) {
    return with([&](Hdf5Builder& file) {
      add_kernel(file);
      add(file);
    });
  };
  const std::string kernel = "data set \"layers/dense/vars/0\" ";
  std::string deep = "layers";
  for (int i = 0; i < 40; ++i) deep += "/g";
  check_refused({
      {"soft.keras", with([](Hdf5Builder& f) { f.soft_link("layers/dense/vars/0", "/layers/dense/vars/1"); }),
       "\"layers/dense/vars/0\" is a soft link, which is not followed"},
      {"external.keras",
       with([](Hdf5Builder& f) { f.external_link("layers/dense/vars/0", "/etc/passwd", "/x"); }),
       "\"layers/dense/vars/0\" is a link to another file, which is not followed"},
      {"cycle.keras", beside([](Hdf5Builder& f) { f.hard_link("layers/again", "/"); }),
       "\"layers/again\" is an object that has another path too (a hard link)"},
      {"cycle2.keras", beside([](Hdf5Builder& f) { f.hard_link("layers/dense/again", "/layers"); }),
       "hard link"},
      {"deep.keras", beside([&](Hdf5Builder& f) { f.group(deep); }), "groups lie more than 32 deep"},
      {"file.keras", kernel_as(Type::f32, Storage::external_file),
       kernel + "keeps its values in another file"},
      {"virtual.keras", kernel_as(Type::f32, Storage::virtual_set), kernel + "is put together from others"},
      {"lzf.keras", kernel_as(Type::f32, Storage::lzf),
       kernel + "is compressed with LZF, which is not read: save it"},
      {"szip.keras", kernel_as(Type::f32, Storage::szip), kernel + "is compressed with szip"},
      {"text.keras", kernel_as(Type::text), kernel + "holds texts, expected F16"},
      {"ints.keras", kernel_as(Type::i32), "tensor \"last/kernel\": dtype I32, expected F32"},
      {"unwritten.keras", kernel_as(Type::f32, Storage::never_written),
       kernel + "has a shape, [3,2], but no values"},
      {"missing.keras", with([](Hdf5Builder&) {}), "layer \"last\": "},
      {"extra.keras", beside([](Hdf5Builder& f) { f.data("layers/dense/vars/2", {2}, {}); }),
       "variable \"layers/dense/vars/2\" [2] belongs to no layer of the model"},
      {"other.keras", beside([](Hdf5Builder& f) { f.data("layers/conv2d/vars/0", {2}, {}); }),
       "belongs to no layer"},
      {"shape.keras", with([](Hdf5Builder& f) {
         f.data("layers/dense/vars/0", {2, 3}, kKernel);
       }),
       "tensor \"last/kernel\": shape [2,3], expected [3,2]"},
      {"rank.keras", with([](Hdf5Builder& f) {
         f.data("layers/dense/vars/0", {1, 1, 1, 1, 3, 2}, {});
       }),
       "6 axes"},
      {"nan.keras", with([](Hdf5Builder& f) {
         f.data("layers/dense/vars/0", {3, 2}, {1, std::numeric_limits<float>::quiet_NaN()});
       }),
       "tensor \"last/kernel\": element 1 is nan"},
      {"bomb.keras", beside([](Hdf5Builder& f) {
         f.data("layers/x", {8192, 4096}, {}, Type::f32, Storage::gzip);
       }),
       "makes 134217760 bytes, at most "},
      {"group.keras", with([](Hdf5Builder& f) { f.group("layers/dense/vars/0"); }), "layer \"last\": "},
  });
}

TEST_CASE("bad Keras files: what a legacy .h5 says of itself") {
  const auto nothing = [](Hdf5Builder&) {};
  check_refused({
      {"weights.h5", keras_of({}).empty() ? Bytes() : [] {
         Hdf5Builder file;
         add_kernel(file);
         add_bias(file);
         return file.bytes();
       }(), "holds weights only (no attribute \"model_config\"): save the whole model with model.save()"},
      {"legacy_weights.h5", [] {
         Hdf5Builder file;
         file.data("last/last/kernel:0", {3, 2}, kKernel).texts("/", "layer_names", {"last"});
         return file.bytes();
       }(), "holds weights only"},
      {"nothing.h5", [] {
         Hdf5Builder file;
         file.text("/", "model_config", kConfig);
         return file.bytes();
       }(), "holds no weights (no group \"model_weights\")"},
      {"absent.h5", legacy_with(nothing, {"last/kernel:0", "last/bios:0"}),
       "data set \"model_weights/last/last/bios:0\" is missing: the file is incomplete"},
      {"short.h5", legacy_with(nothing, {"last/kernel:0"}),
       "data set \"model_weights/last/last/bias:0\" is in no weight_names"},
      {"twice.h5", legacy_with(nothing, {"last/kernel:0", "last/kernel:0"}), "is listed twice in weight_names"},
      {"up.h5", legacy_with(nothing, {"../last/last/kernel:0", "last/bias:0"}), "is missing"},
      {"soft.h5", legacy_with([](Hdf5Builder& f) { f.soft_link("model_weights/last/x", "/"); }), "is a soft link"},
      {"extra.h5", legacy_with([](Hdf5Builder& f) {
         f.data("model_weights/last/more", {2}, kBias);
       }), "data set \"model_weights/last/more\" is in no weight_names"},
      {"top.h5", legacy_with([](Hdf5Builder& f) {
         f.data("model_weights/top_level_model_weights/w", {2}, kBias);
         f.texts("model_weights/top_level_model_weights", "weight_names", {"w"});
       }), "variable \"top_level_model_weights/0\" [2] belongs to no layer of the model"},
      {"unlisted.h5", legacy_with([](Hdf5Builder& f) { f.group("model_weights/other"); }, {"last/bias:0"}),
       "is in no weight_names"},
  });
}

TEST_CASE("bad Keras files: a network that is not supported is named") {
  std::string attention = kConfig;
  attention.replace(attention.find("\"Dense\""), 7, "\"MultiHeadAttention\"");
  check_refused({{"attention.keras", keras_of(Hdf5Builder().bytes(), attention),
                  "layer \"last\" (MultiHeadAttention) is not supported; supported: "}});
}

TEST_CASE("files taken for a model by mistake are called by their name") {
  using namespace std::string_literals;
  const std::string rest(64, '\x01');
  check_refused({
      {"model.pkl", bytes_of("\x80\x04\x95\x10\0\0\0"s + rest + "."),
       "a pickle of Python's, expected a model of Keras"},
      {"old.pt", bytes_of("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."s + rest),
       "a PyTorch file"},
      {"model.tflite", bytes_of("\x1C\0\0\0TFL3"s + rest), "a TensorFlow Lite file"},
      {"model.onnx", bytes_of("\x08\x08\x12\x07pytorch"s + rest), "an ONNX file"},
      {"saved_model.pb", bytes_of("\x08\x01\x12\xA1\x02"s + rest), "a TensorFlow SavedModel"},
      {"array.npy", bytes_of("\x93NUMPY\x01\0"s + rest), "an array of NumPy's"},
      {"model.gguf", bytes_of("GGUF\x03\0\0\0"s + rest), "a GGUF file"},
      {"model.tar.gz", bytes_of("\x1F\x8B\x08\0"s + rest), "compressed with gzip"},
      {"model.png", bytes_of("\x89PNG\r\n\x1A\n"s + rest), "a picture"},
      {"model.json", bytes_of(R"({"format": "layers-model"})"), "JSON, which holds no weights"},
      {"model.txt", bytes_of("a text, no more\n"), "a text, expected"},
      {"none.keras", {}, "an empty file, expected"},
      {"junk.bin", bytes_of(rest), "the header's length is "},
  });
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "saved");
  write_text(folder / "saved/saved_model.pb", "x");
  const CommandResult result = run_lapis({"info", folder / "saved"});
  CHECK(result.status == 2);
  CHECK_THAT(result.error,
             Contains("saved: a TensorFlow SavedModel, expected a file: in Keras, save it with"));
}

TEST_CASE("keras files: cut at any length, one line") {
  for (const Bytes& whole : {good_keras(), legacy_with([](Hdf5Builder&) {})}) {
    for (std::size_t size = 8; size < whole.size(); size += 1 + whole.size() / 97) {
      const std::string text = read_error({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
      INFO(size << " of " << whole.size());
      CHECK(text != "no error");
      CHECK(text.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("keras files: thousands of flipped bytes neither crash nor take memory") {
  rusage before;
  getrusage(RUSAGE_SELF, &before);
  const lapis::RandomStream random(20, 26);
  std::uint64_t drawn = 0;
  const auto below = [&](std::size_t bound) {
    return static_cast<std::size_t>(random.below(drawn++, bound));
  };
  std::map<bool, int> read;
  for (const Bytes& whole : {good_keras(), legacy_with([](Hdf5Builder&) {})}) {
    const bool zip = whole[0] == std::byte{'P'};
    const int rounds = zip ? 2000 : 1000;
    for (int round = 0; round < rounds; ++round) {
      Bytes bytes = whole;
      for (std::size_t flips = 1 + below(3); flips > 0; --flips)
        bytes[8 + below(bytes.size() - 8)] = static_cast<std::byte>(below(3) == 0 ? 0xFF : below(256));
      const std::string text = read_error(bytes);
      ++read[text == "no error"];
      if (text.empty() || text.size() > 600 ||
          std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20; }))
        FAIL_CHECK("round " << round << ": " << text);
    }
  }
  CHECK(read[false] > 1000);
  rusage after;
  getrusage(RUSAGE_SELF, &after);
  CHECK(after.ru_maxrss - before.ru_maxrss < 64 * 1024);  // KiB; a flipped size can say gigabytes
}
