#include "data/image_folder.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "data/open_dataset.h"
#include "lapis/core/error.h"
#include "workbench.h"

using namespace lapis::native;
using namespace lapis_test;
using Catch::Contains;
using Names = std::vector<std::string>;

namespace {

namespace fs = std::filesystem;

lapis::ImageInput small() {
  lapis::ImageInput input;
  input.width = input.height = 4;
  return input;
}

DataRequest validating(double share) {
  DataRequest request;
  request.shares.validation = share;
  return request;
}

void write_pictures(const std::string& folder, int count, const std::string& ending = ".png") {
  fs::create_directories(folder);
  for (int i = 0; i < count; ++i)
    write_octets(folder + "/" + std::to_string(100 + i) + ending,
                 plain_png(8, 12, static_cast<std::uint8_t>(10 * i), 10, 10));
}

SplitCounts counts_of(const std::string& path, const DataRequest& request = validating(0.1)) {
  return open_image_folder(path, request)->inventory().counts;
}

std::string notes_of(const std::string& path, const DataRequest& request = validating(0.1)) {
  const auto data = open_image_folder(path, request);
  std::string text;
  for (const std::string& note : data->inventory().notes) text += note + "\n";
  return text;
}

}  // namespace

TEST_CASE("image folder: classes by name, and what was found in one line") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  write_pictures(path + "/emu", 6);
  write_pictures(path + "/cat", 22);
  write_pictures(path + "/dog", 12);
  write_text(path + "/dog/notes.txt", "no picture");
  write_text(path + "/dog/a.heic", "no picture that can be read");
  write_text(path + "/cat/b.heic", "no picture that can be read");
  write_text(path + "/cat/.DS_Store", "");
  const auto data = open_image_folder(path, validating(0.3));
  CHECK(data->labels() == Names{"cat", "dog", "emu"});
  CHECK(found_line(data->inventory()) ==
        "found 40 pictures in 3 classes (cat 22, dog 12, emu 6); 28 to train, 12 to validate; skipped 3 (2 "
        ".heic, "
        "1 .txt)");
  CHECK(data->inventory().notes.empty());
  const auto training = data->open(Split::train, small());
  const auto everything = data->open(Split::all, small());
  CHECK(training->size() == 28);
  CHECK(everything->size() == 40);
  CHECK(everything->label(0) == 0);
  CHECK(everything->label(39) == 2);
  std::vector<lapis::Real> x(4 * 4 * 3);
  everything->fill(21, nullptr, x.data());
  CHECK(x[0] == Approx(210 / 255.0));
  CHECK_THROWS_WITH(data->open(Split::test, small()),
                    Contains("no test split; there is: train 28, valid 12"));
}

TEST_CASE("image folder: pictures are told by content where the ending does not say") {
  const TemporaryFolder folder;
  for (const char* name : {"a.PNG", "b.jfif", "c", "d.picture", "e.JPEG"}) {
    fs::create_directories(folder / "x");
    write_octets(folder / "x" + std::string("/") + name, plain_png(3, 3, 1, 2, 3));
  }
  write_text(folder / "x/readme", "BM means nothing here");
  write_text(folder / "x/raw.nef", std::string_view("II*\0raw", 7));
  fs::create_symlink("nowhere.png", folder / "x/broken.png");
  REQUIRE(::mkfifo((folder / "x/pipe.png").c_str(), 0600) == 0);
  const auto data = open_image_folder(folder.path().string(), {});
  CHECK(data->inventory().total() == 5);
  CHECK(data->open(Split::all, small())->size() == 5);
  CHECK(skipped_text(data->inventory().skipped) ==
        "4 (1 .nef, 1 broken links, 1 no regular files, 1 without an ending)");
}

TEST_CASE("image folder: folders below the classes are searched, and links in a circle end") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  write_pictures(path + "/cat", 4);
  write_pictures(path + "/cat/persian", 6);
  write_pictures(path + "/cat/.hidden", 3);
  write_pictures(path + "/dog/a/b", 5);
  fs::create_directory_symlink(path, path + "/cat/up");
  fs::create_directory_symlink(path + "/dog/a", path + "/dog/a/b/again");
  const auto data = open_image_folder(path, validating(0));
  CHECK(found_line(data->inventory()) ==
        "found 15 pictures in 2 classes (cat 10, dog 5); 15 to train; skipped 2 (2 links to folders searched "
        "already)");
}

TEST_CASE("image folder: what is no class, and classes without pictures") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  write_image_folder(path, 10);
  for (const char* name : {"__MACOSX/red", ".cache", "empty/below", "webp"})
    fs::create_directories(folder / name);
  write_text(folder / "webp/a.xyz", "x");
  write_text(folder / "__MACOSX/red/._0.png", "x");
  CHECK(open_image_folder(path, {})->labels() == Names{"blue", "red"});
  CHECK(notes_of(path) ==
        "no pictures that can be read here in empty: not taken as a class\n"
        "no pictures that can be read here in webp, but 1 (1 .xyz): not taken as a class\n");
  // Where the labels are given, one may be without pictures, but not the other way round.
  DataRequest request = validating(0.1);
  request.labels = {"blue", "empty", "red"};
  CHECK(open_image_folder(path, request)->labels().size() == 3);
  request.labels = {"blue", "green"};
  CHECK_THROWS_WITH(open_image_folder(path, request),
                    Contains("/red: label \"red\", expected one of blue, green"));
}

TEST_CASE("image folder: folders for splits, whatever they are called") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  const auto moved = [&](const char* from, const char* to) { fs::rename(folder / from, folder / to); };
  write_image_folder(path + "/train", 10);
  CHECK(counts_of(path) == SplitCounts{18, 2, 0});
  write_image_folder(path + "/val", 3);
  CHECK(counts_of(path) == SplitCounts{20, 6, 0});
  write_image_folder(path + "/test", 4);
  CHECK(counts_of(path) == SplitCounts{20, 6, 8});
  moved("train", "Training"), moved("val", "VALIDATION"), moved("test", "Testing");
  CHECK(counts_of(path) == SplitCounts{20, 6, 8});
  CHECK(notes_of(path).empty());
  // Shares that cut nothing are named; a test share cuts nothing either.
  DataRequest request = validating(0.5);
  request.validation_given = true;
  request.shares.test = 0.2;
  CHECK(open_image_folder(path, request)->inventory().counts == SplitCounts{20, 6, 8});
  CHECK(notes_of(path, request) ==
        "validation_split is not used: a folder of its own holds what validates\n"
        "test_split is not used: a folder of its own holds what tests\n");
  write_image_folder(path + "/val", 2);
  write_image_folder(path + "/more", 2);
  CHECK(counts_of(path) == SplitCounts{20, 4, 8});
  CHECK_THAT(notes_of(path), Contains("of \"VALIDATION\" and \"val\" in ") &&
                                 Contains("only \"val\" is used") &&
                                 Contains("not used, beside the folder to train on: more"));
  write_pictures(path + "/Testing/green", 1);
  CHECK_THROWS_WITH(counts_of(path), Contains("Testing/green: label \"green\", expected one of blue, red"));
  write_pictures(path + "/Testing/yellow", 2);
  CHECK_THROWS_WITH(counts_of(path), Contains("3 of 35 pictures cannot be used: ") &&
                                         Contains("green: label") && Contains("yellow: label"));
}

TEST_CASE(
    "image folder: a split's folder without class folders or pictures is named and cuts from the others") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  write_image_folder(path + "/train", 10);
  write_pictures(path + "/test", 3);  // as for a competition: without classes
  fs::create_directories(path + "/val/blue");
  CHECK(counts_of(path) == SplitCounts{18, 2, 0});
  CHECK_THAT(notes_of(path),
             Contains("/val is not used: there are no pictures in it") &&
                 Contains("/test is not used: 3 pictures lie in it, but in no class folders"));
  // Nothing changes where other folders lie there.
  fs::create_directories(path + "/scripts");
  CHECK(counts_of(path) == SplitCounts{18, 2, 0});
  CHECK_THAT(notes_of(path), Contains("not used, beside the folder to train on: scripts"));
}

TEST_CASE("image folder: classes may lie beside the folders of other splits") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  write_image_folder(path, 10);
  write_image_folder(path + "/test", 3);
  fs::create_directory_symlink(".", path + "/loop");
  CHECK(open_image_folder(path, {})->labels() == Names{"blue", "red"});
  CHECK(counts_of(path) == SplitCounts{18, 2, 6});
  CHECK_THAT(notes_of(path), Contains("/loop leads back to where the classes lie: not used"));
}

TEST_CASE("image folder: a class may be called as a split is, and one folder may lie around everything") {
  const TemporaryFolder folder;
  write_pictures(folder / "vehicles/car", 5);
  write_pictures(folder / "vehicles/train", 5);
  CHECK(open_image_folder(folder / "vehicles", {})->labels() == Names{"car", "train"});
  CHECK_THAT(notes_of(folder / "vehicles"), Contains("train holds no folders: it is taken as a class"));

  write_image_folder(folder / "zip/shapes/train", 10);
  write_image_folder(folder / "zip/shapes/test", 2);
  fs::create_directories(folder / "zip/__MACOSX/shapes");
  CHECK(counts_of(folder / "zip") == SplitCounts{18, 2, 4});
  CHECK_THAT(notes_of(folder / "zip"), Contains("zip/shapes, the only folder in "));
  write_image_folder(folder / "sets/training_set/training_set", 10);
  write_image_folder(folder / "sets/test_set/test_set", 2);
  CHECK(counts_of(folder / "sets") == SplitCounts{18, 2, 4});
  // A network that knows the folder's name knows it as a class.
  write_pictures(folder / "one/cat/persian", 5);
  DataRequest request;
  request.labels = {"cat", "dog"};
  CHECK(open_image_folder(folder / "one", request)->inventory().of_class[0][0] == 5);
}

TEST_CASE("image folder: what lies there instead of pictures by class is said") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& name, const std::string& expected) {
    INFO(name);
    CHECK_THROWS_WITH(open_image_folder(folder / name, {}), Contains(expected));
  };
  write_pictures(folder / "flat", 3);
  refused("flat", "flat: 3 pictures lie directly in it, such as 100.png, expected one folder a class, ");
  write_pictures(folder / "flat_splits/train", 3);
  write_pictures(folder / "flat_splits/test", 3);
  refused("flat_splits", "flat_splits/train: 3 pictures lie directly in it");
  fs::create_directories(folder / "empty");
  refused("empty", "empty: no folders in it, expected one folder of pictures a class");
  fs::create_directories(folder / "hollow/cat");
  refused("hollow", "hollow: no pictures in its folders");
  fs::create_directories(folder / "other/cat");
  write_text(folder / "other/cat/a.heic", "x");
  refused("other", "other: no pictures that can be read here, only other files: 1 (1 .heic)");
  write_image_folder(folder / "only/test", 3);
  const auto data = open_image_folder(folder / "only", {});
  CHECK(data->open(Split::test, small())->size() == 6);
  CHECK_THROWS_WITH(data->open(Split::train, small()), Contains("no pictures to train on; there is: test 6"));
}

TEST_CASE("image folder: a class's name must be UTF-8, as model files are") {
  const TemporaryFolder folder;
  write_pictures(folder / "\xFF\xFE", 3);
  write_pictures(folder / "cat", 3);
  CHECK_THROWS_WITH(open_image_folder(folder.path().string(), {}),
                    Contains("the class's name is not UTF-8: rename the folder"));
}

TEST_CASE("image folder: all pictures that cannot be read are told at once") {
  const TemporaryFolder folder;
  write_pictures(folder / "x", 30);
  for (int i = 100; i < 115; ++i) write_text(folder / ("x/" + std::to_string(i) + ".png"), "damaged");
  const auto data = open_image_folder(folder.path().string(), {});
  CHECK_THROWS_WITH(data->open(Split::train, small()),
                    Contains(": 15 of 30 pictures cannot be used: ") &&
                        Contains("x/100.png: not a picture") && Contains("x/109.png: ") &&
                        !Contains("x/110.png") && Contains("; and 5 more"));
}

TEST_CASE("image folder: a class without a sample to validate with is named") {
  const TemporaryFolder folder;
  write_pictures(folder / "cat", 20);
  write_pictures(folder / "emu", 1);
  CHECK(notes_of(folder.path().string()) == "no pictures to validate with of the class emu\n");
}
