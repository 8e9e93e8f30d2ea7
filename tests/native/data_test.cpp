#include <catch2/catch.hpp>
#include <filesystem>

#include "data/cifar10.h"
#include "data/open_dataset.h"
#include "lapis/core/error.h"
#include "workbench.h"

using namespace lapis::native;
using Catch::Contains;
using lapis::DataConfig;
using lapis::ImageInput;
using lapis_test::TemporaryFolder;
using lapis_test::write_octets;
using lapis_test::write_text;

namespace {

namespace fs = std::filesystem;

ImageInput picture_input(lapis::Index side) {
  ImageInput input;
  input.width = side;
  input.height = side;
  return input;
}

const std::vector<std::string> kSentiments = {"negative", "neutral", "positive"};

std::vector<lapis::Index> labels_of(const lapis::Dataset& set) {
  std::vector<lapis::Index> labels;
  for (lapis::Index i = 0; i < set.size(); ++i) labels.push_back(set.label(i));
  return labels;
}

}  // namespace

TEST_CASE("cifar10: planes become RGB pixels; the last tenth of the training pictures validates") {
  const TemporaryFolder folder;
  // Every file: 4 records; record r of file f has label f and bytes that tell plane and pixel.
  for (int f = 0; f < 6; ++f) {
    std::vector<std::uint8_t> bytes;
    for (int r = 0; r < 4; ++r) {
      bytes.push_back(static_cast<std::uint8_t>(f));
      for (int i = 0; i < 3072; ++i) bytes.push_back(static_cast<std::uint8_t>(i / 1024 * 80 + i % 7 + r));
    }
    write_octets(folder / (f < 5 ? "data_batch_" + std::to_string(f + 1) + ".bin" : "test_batch.bin"), bytes);
  }
  const auto data = open_cifar10(folder.path().string(), {});
  CHECK(data->inventory().counts == SplitCounts{18, 2, 4});
  const auto train = data->open(Split::train, picture_input(32));
  CHECK(train->size() == 18);
  CHECK(labels_of(*data->open(Split::valid, picture_input(32))) == std::vector<lapis::Index>{4, 4});
  CHECK(labels_of(*data->open(Split::test, picture_input(32))) == std::vector<lapis::Index>{5, 5, 5, 5});
  CHECK(data->open(Split::all, picture_input(32))->size() == 24);
  std::vector<lapis::Real> x(3072);
  train->fill(1, nullptr, x.data());
  for (const int pixel : {0, 1, 33, 1023}) {
    for (int c = 0; c < 3; ++c) {
      // Plane c begins at c * 1024; 1024 % 7 == 2.
      const int byte = c * 80 + (c * 1024 + pixel) % 7 + 1;
      CHECK(x[static_cast<std::size_t>(3 * pixel + c)] == Approx(byte / 255.0));
    }
  }
}

TEST_CASE("cifar10: wrong sizes, labels and names are refused by file") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  lapis_test::write_cifar10(path, 3);
  const std::string file = folder / "data_batch_3.bin";
  const std::uintmax_t whole = fs::file_size(file);
  const auto refused = [&](Split split, const auto& matcher) {
    CHECK_THROWS_WITH(open_cifar10(path, {})->open(split, picture_input(32)), matcher);
  };
  for (const std::uintmax_t size : {whole - 1, whole - 3073, std::uintmax_t{0}}) {
    fs::resize_file(file, size);
    refused(Split::train, Contains(": 5 of 5 files cannot be used: ") &&
                              Contains("data_batch_1.bin: 9219 bytes, expected 30730000") &&
                              Contains(file + ": "));
  }
  lapis_test::write_cifar10(path, 3);
  std::vector<std::uint8_t> bytes(3 * 3073, 1);
  bytes[3073] = 10;
  write_octets(file, bytes);
  refused(Split::train, Catch::Equals(file + ": record 1: label 10, expected 0 to 9"));
  fs::remove(file);
  refused(Split::train, Catch::Equals(path + ": data_batch_3.bin is missing, expected data_batch_1.bin to " +
                                      "data_batch_5.bin and test_batch.bin"));
  fs::remove(folder / "data_batch_1.bin");
  refused(Split::valid, Contains("data_batch_1.bin, data_batch_3.bin are missing"));
  write_text(folder / "batches.meta.txt", "a\nb\n");
  CHECK_THROWS_WITH(open_cifar10(path, {}), folder / "batches.meta.txt: 2 class names, expected 10");
}

TEST_CASE("cifar10: an outer folder, capitals, and other forms of it") {
  const TemporaryFolder folder;
  lapis_test::write_cifar10(folder / "outer/cifar-10-batches-bin", 2);
  fs::rename(folder / "outer/cifar-10-batches-bin/test_batch.bin",
             folder / "outer/cifar-10-batches-bin/TEST_BATCH.BIN");
  const auto data = find_data(folder / "outer", {});
  CHECK(data->kind() == DataConfig::Kind::cifar10);
  CHECK(data->open(Split::test, picture_input(32))->size() == 2);
  const auto refused = [&](const char* file, const std::string& expected) {
    const TemporaryFolder other;
    write_text(other / file, "x");
    CHECK_THROWS_WITH(find_data(other.path().string(), {}), Contains(expected));
  };
  refused("fine_label_names.txt", "holds CIFAR-100, expected CIFAR-10's binary version");
  refused("data_batch_1", "holds CIFAR-10 for Python (pickled files)");
  refused("cifar-10-binary.tar.gz", "must be unpacked first");
}

TEST_CASE("open_dataset: finds out what a folder holds and turns it into what the network reads") {
  const TemporaryFolder folder;
  lapis_test::write_cifar10(folder / "c", 2);
  lapis_test::write_nusax(folder / "n");
  lapis_test::write_image_folder(folder / "i", 4);
  const auto pictures = find_data(folder / "c", {});
  CHECK(pictures->kind() == DataConfig::Kind::cifar10);
  CHECK(pictures->labels().at(9) == "truck");
  CHECK(pictures->open(Split::test, picture_input(32))->sample_shape() == lapis::Shape{32, 32, 3});
  CHECK(find_data(folder / "i", {})->kind() == DataConfig::Kind::image_folder);
  DataRequest folders;
  folders.kind = DataConfig::Kind::image_folder;
  CHECK_THROWS_WITH(find_data(folder / "c", folders),
                    Contains("holds CIFAR-10, but data.kind is image_folder, expected cifar10"));
  CHECK_THROWS_WITH(find_data(folder / "n", folders),
                    Contains("holds CSV files, but data.kind is image_folder"));
  // A list in CSV beside pictures: the network decides.
  write_text(folder / "i/train.csv", "file,label\n");
  DataRequest request;
  request.likely = DataConfig::Kind::image_folder;
  CHECK(find_data(folder / "i", request)->kind() == DataConfig::Kind::image_folder);
  request.likely = DataConfig::Kind::cifar10;
  CHECK(find_data(folder / "n", request)->kind() == DataConfig::Kind::csv_text);

  const auto texts = find_data(folder / "n", {});
  CHECK(texts->kind() == DataConfig::Kind::csv_text);
  CHECK(texts->labels() == kSentiments);
  const lapis::TextInput text{4, {"", "[UNK]", "yang", "itu"}};
  const auto set = texts->open(Split::train, text);
  CHECK(set->size() == 60);
  CHECK(set->label(2) == 2);
  std::vector<lapis::Real> ids(4);
  set->fill(0, nullptr, ids.data());
  CHECK(ids == std::vector<lapis::Real>{1, 2, 1, 3});

  CHECK_THROWS_WITH(texts->open(Split::train, picture_input(32)), Contains("holds texts"));
  CHECK_THROWS_WITH(pictures->open(Split::train, text), Contains("holds pictures"));
  CHECK_THROWS_WITH(pictures->open(Split::train, lapis::TensorInput{}), Contains("plain numbers"));
  CHECK_THROWS_WITH(find_data(folder / "none", {}), Contains("no such file or folder"));
  write_text(folder / "file", "");
  CHECK_THROWS_WITH(find_data(folder / "file", {}), Contains("is a file"));
  request = {};
  request.labels = {"a", "b"};
  CHECK_THROWS_WITH(find_data(folder / "c", request), Contains("10 classes"));
}
