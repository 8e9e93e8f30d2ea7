#include <catch2/catch.hpp>
#include <filesystem>

#include "data/cifar10.h"
#include "data/image_folder.h"
#include "data/nusax.h"
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
  const LabelledPictures train = read_cifar10(folder.path().string(), Split::train, picture_input(32));
  const LabelledPictures valid = read_cifar10(folder.path().string(), Split::valid, picture_input(32));
  const LabelledPictures test = read_cifar10(folder.path().string(), Split::test, picture_input(32));
  CHECK(train.labels.size() == 18);
  CHECK(valid.labels == std::vector<lapis::Index>{4, 4});
  CHECK(test.labels == std::vector<lapis::Index>{5, 5, 5, 5});
  REQUIRE(train.pictures.size() == 18 * 3072);
  for (const int pixel : {0, 1, 33, 1023}) {
    for (int c = 0; c < 3; ++c) {
      const auto at = static_cast<std::size_t>(3072 + 3 * pixel + c);  // record 1
      // Plane c begins at c * 1024; 1024 % 7 == 2.
      CHECK(int{train.pictures[at]} == c * 80 + (c * 1024 + pixel) % 7 + 1);
    }
  }
}

TEST_CASE("cifar10: wrong sizes, labels and names are refused by file") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  lapis_test::write_cifar10(path, 3);
  const std::string file = folder / "data_batch_3.bin";
  const std::uintmax_t whole = fs::file_size(file);
  for (const std::uintmax_t size : {whole - 1, whole - 3073, std::uintmax_t{0}}) {
    fs::resize_file(file, size);
    CHECK_THROWS_WITH(read_cifar10(path, Split::train, picture_input(32)),
                      Catch::StartsWith(folder / "data_batch_1.bin: 9219 bytes, expected 30730000") ||
                          Catch::StartsWith(file + ": "));
  }
  lapis_test::write_cifar10(path, 3);
  std::vector<std::uint8_t> bytes(3 * 3073, 1);
  bytes[3073] = 10;
  write_octets(file, bytes);
  CHECK_THROWS_WITH(read_cifar10(path, Split::train, picture_input(32)),
                    file + ": record 1: label 10, expected 0 to 9");
  fs::remove(file);
  CHECK_THROWS_WITH(read_cifar10(path, Split::train, picture_input(32)),
                    Contains("data_batch_1.bin: 9219 bytes"));
  write_text(folder / "batches.meta.txt", "a\nb\n");
  CHECK_THROWS_WITH(cifar10_labels(path), folder / "batches.meta.txt: 2 class names, expected 10");
}

TEST_CASE("nusax: rows, with quotes and commas, in the order of the file") {
  const TemporaryFolder folder;
  write_text(folder / "train.csv", "id,text,label\n9,\"a, \"\"b\"\"\",positive\n7,c,negative\n");
  const LabelledTexts set = read_nusax(folder.path().string(), Split::train, kSentiments);
  CHECK(set.texts == std::vector<std::string>{"a, \"b\"", "c"});
  CHECK(set.labels == std::vector<lapis::Index>{2, 0});
}

TEST_CASE("nusax: what is wrong names file and line") {
  const TemporaryFolder folder;
  const std::string file = folder / "train.csv";
  const auto refused = [&](const std::string& csv, const std::string& expected) {
    write_text(file, csv);
    CHECK_THROWS_WITH(read_nusax(folder.path().string(), Split::train, kSentiments),
                      Contains(file + expected));
  };
  refused("", ":1: the file is empty");
  refused("id,text,label\n", ":1: a heading and no rows");
  refused("id,text\n1,a\n", ":1: no column \"label\" among \"id,text\"");
  refused("id,label\n1,a\n", ":1: no column \"text\"");
  refused("id,text,label\n1,a,positive\n2,b,good\n",
          ":3: label \"good\", expected one of negative, neutral, positive");
  refused("id,text,label\n1,\"a,positive\n", ":2: a quote that opens on this line is never closed");
  refused("id,text,label\n1,,positive\n", ":2: ");
  refused("id,text,label\n1,\xFF\xFE,positive\n", ":2: ");
}

TEST_CASE("image folder: classes by name, every tenth picture validates and the one before tests") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  lapis_test::write_image_folder(path, 20);
  write_text(folder / "red/notes.txt", "ignored");
  const std::vector<std::string> labels = image_folder_labels(path);
  CHECK(labels == std::vector<std::string>{"blue", "red"});
  const auto count = [&](Split split) {
    const LabelledPictures set = read_image_folder(path, split, labels, 0.1, picture_input(4));
    CHECK(set.pictures.size() == set.labels.size() * 4 * 4 * 3);
    return set.labels.size();
  };
  CHECK(count(Split::train) == 32);
  CHECK(count(Split::valid) == 4);
  CHECK(count(Split::test) == 4);
  const LabelledPictures set = read_image_folder(path, Split::train, labels, 0.1, picture_input(4));
  CHECK(set.labels.front() == 0);
  CHECK(set.labels.back() == 1);
  CHECK(set.pictures.front() == 10);  // blue has little red
  CHECK(set.pictures[set.pictures.size() - 3] >= 150);
}

TEST_CASE("image folder: folders for splits are obeyed, strangers refused") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  lapis_test::write_image_folder(path + "/train", 10);
  const std::vector<std::string> labels = image_folder_labels(path);
  CHECK(read_image_folder(path, Split::valid, labels, 0.5, picture_input(4)).labels.size() == 10);
  CHECK_THROWS_WITH(read_image_folder(path, Split::test, labels, 0.5, picture_input(4)),
                    Contains("no folder \"test\""));
  lapis_test::write_image_folder(path + "/test", 3);
  CHECK(read_image_folder(path, Split::test, labels, 0.5, picture_input(4)).labels.size() == 6);
  fs::create_directories(path + "/test/green");
  CHECK_THROWS_WITH(read_image_folder(path, Split::test, labels, 0.5, picture_input(4)),
                    Contains("test/green: label \"green\", expected one of blue, red"));
  write_text(path + "/train/red/broken.png", "no picture");
  CHECK_THROWS_WITH(read_image_folder(path, Split::train, labels, 0, picture_input(4)),
                    Contains("train/red/broken.png: not a picture"));
}

TEST_CASE("open_dataset: finds out what a folder holds and turns it into what the network reads") {
  const TemporaryFolder folder;
  lapis_test::write_cifar10(folder / "c", 2);
  lapis_test::write_nusax(folder / "n");
  lapis_test::write_image_folder(folder / "i", 4);
  const DataFolder pictures = find_data(folder / "c", std::nullopt, {});
  CHECK(pictures.kind == DataConfig::Kind::cifar10);
  CHECK(pictures.labels.at(9) == "truck");
  CHECK(open_dataset(pictures, Split::test, picture_input(32))->sample_shape() == lapis::Shape{32, 32, 3});
  CHECK(find_data(folder / "i", std::nullopt, {}).kind == DataConfig::Kind::image_folder);

  const DataFolder texts = find_data(folder / "n", std::nullopt, {});
  CHECK(texts.kind == DataConfig::Kind::nusax);
  CHECK(texts.labels == kSentiments);
  const lapis::TextInput text{4, {"", "[UNK]", "yang", "itu"}};
  const auto set = open_dataset(texts, Split::train, text);
  CHECK(set->size() == 60);
  CHECK(set->label(2) == 2);
  std::vector<lapis::Real> ids(4);
  set->fill(0, nullptr, ids.data());
  CHECK(ids == std::vector<lapis::Real>{1, 2, 1, 3});

  CHECK_THROWS_WITH(open_dataset(texts, Split::train, picture_input(32)), Contains("holds texts"));
  CHECK_THROWS_WITH(open_dataset(pictures, Split::train, text), Contains("holds pictures"));
  CHECK_THROWS_WITH(open_dataset(pictures, Split::train, lapis::TensorInput{}), Contains("plain numbers"));
  CHECK_THROWS_WITH(find_data(folder / "none", std::nullopt, {}), Contains("no such folder"));
  CHECK_THROWS_WITH(find_data(folder / "n/train.csv", std::nullopt, {}), Contains("is a file"));
  CHECK_THROWS_WITH(find_data(folder / "c", std::nullopt, {"a", "b"}), Contains("10 classes"));
}
