// Training and evaluation agree on the data: what validated is what `evaluate --split valid` takes.

#include <catch2/catch.hpp>
#include <filesystem>

#include "common.h"
#include "lapis/io/model_file.h"
#include "workbench.h"

using lapis::Json;
using namespace lapis_test;
using Catch::Contains;

namespace {

double number(const Json& json, const std::string& key) {
  const Json* value = json.find(key);
  REQUIRE(value != nullptr);
  REQUIRE(value->number());
  return *value->number();
}

std::string notes(const Json& json) {
  return json.find("data")->find("notes")->dump();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

/// A config for write_image_folder with more in its "data".
std::string folder_config(const std::string& more) {
  return replaced(picture_config("image_folder", 3), R"("kind": "image_folder")",
                  R"("kind": "image_folder", )" + more);
}

/// Pictures whose classes cannot be told, so that what was trained on shows: noise of each file's own.
void write_noise(const std::string& folder, int count) {
  std::uint32_t state = 12345;
  for (const char* name : {"blue", "red"}) {
    std::filesystem::create_directories(folder + "/" + name);
    for (int i = 0; i < count; ++i) {
      std::vector<std::uint8_t> rgb(12 * 12 * 3);
      for (std::uint8_t& byte : rgb)
        byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
      write_octets(folder + "/" + name + "/" + std::to_string(1000 + i) + ".png", encode("png", 12, 12, rgb));
    }
  }
}

Json train(const TemporaryFolder& folder, const std::string& config, const std::string& data) {
  write_text(folder / "config.json", config);
  return run_json({"train", folder / "config.json", "--data", data, "--out", folder / "m.safetensors"});
}

Json evaluate(const TemporaryFolder& folder, const std::string& data,
              const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"evaluate", folder / "m.safetensors", "--data", data};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_json(arguments);
}

std::string refusal(const std::vector<std::string>& arguments) {
  const CommandResult result = run_lapis(arguments);
  CHECK(result.status == 2);
  CHECK(result.error_lines() == 1);
  return result.error;
}

}  // namespace

TEST_CASE("agreement: evaluate takes the pictures that validated, for every share") {
  const TemporaryFolder folder;
  write_noise(folder / "data", 100);
  for (const char* share : {"0.1", "0.15", "0.3", "0.5", "0.9"}) {
    CAPTURE(share);
    const Json result =
        train(folder, folder_config("\"validation_split\": " + std::string(share)), folder / "data");
    const Json& last = result.find("epochs")->array()->back();
    const double valid = std::round(200 * std::stod(share));
    const Json& found = *result.find("data");
    CHECK(number(found, "found") == 200);
    CHECK(number(found, "train") == 200 - valid);
    CHECK(number(found, "valid") == valid);
    CHECK(number(found, "test") == 0);
    CHECK(found.find("classes")->dump() == R"({"blue":100,"red":100})");
    const Json evaluation = evaluate(folder, folder / "data", {"--split", "valid"});
    CHECK(number(evaluation, "samples") == valid);
    CHECK(number(evaluation, "accuracy") == number(last, "val_accuracy"));
    CHECK(number(evaluation, "loss") == Approx(number(last, "val_loss")).epsilon(1e-5));
    CHECK(notes(evaluation) == "[]");
    CHECK(number(evaluate(folder, folder / "data", {"--split", "train"}), "samples") == 200 - valid);
    CHECK(number(evaluate(folder, folder / "data", {"--split", "all"}), "samples") == 200);
  }
  // The folder may have moved.
  std::filesystem::rename(folder / "data", folder / "moved");
  CHECK(notes(evaluate(folder, folder / "moved", {"--split", "valid"})) == "[]");
}

TEST_CASE("agreement: a test split is there where it was asked for, and nowhere else") {
  const TemporaryFolder folder;
  write_noise(folder / "data", 20);
  train(folder, folder_config(R"("validation_split": 0.2)"), folder / "data");
  const std::vector<std::string> test = {
      "evaluate", folder / "m.safetensors", "--data", folder / "data", "--split", "test"};
  CHECK_THAT(refusal(test), Contains("data: no test split; there is: train 32, valid 8."));
  const Json evaluation = evaluate(folder, folder / "data");
  CHECK(*evaluation.find("split")->string() == "valid");
  CHECK_THAT(notes(evaluation), Contains("there is no test split: valid is evaluated"));

  train(folder, folder_config(R"("validation_split": 0.2, "test_split": 0.1)"), folder / "data");
  const Json tested = evaluate(folder, folder / "data");
  CHECK(*tested.find("split")->string() == "test");
  CHECK(number(tested, "samples") == 4);
}

TEST_CASE("agreement: a folder that has changed since the training is named") {
  const TemporaryFolder folder;
  write_noise(folder / "data", 20);
  train(folder, folder_config(R"("validation_split": 0.2)"), folder / "data");
  std::filesystem::rename(folder / "data/red/1003.png", folder / "data/red/1003b.png");
  CHECK_THAT(
      notes(evaluate(folder, folder / "data", {"--split", "valid"})),
      Contains("these are not the pictures that the model was trained on (train 32, valid 8; as many now, "
               "but others): the split is made anew"));
  std::filesystem::remove(folder / "data/red/1003b.png");
  CHECK_THAT(notes(evaluate(folder, folder / "data", {"--split", "valid"})),
             Contains("(train 32, valid 8; 39 now)"));
  // Of other data everything is evaluated where nothing else is asked for.
  const CommandResult plain = run_lapis({"evaluate", folder / "m.safetensors", "--data", folder / "data"});
  CHECK_THAT(plain.out,
             Catch::StartsWith(
                 "found 39 pictures in 2 classes (blue 20, red 19)\nnote: these are not the pictures") &&
                 Contains("39 now): all pictures are evaluated, also any that were trained on\n"));
  write_noise(folder / "new", 5);
  CHECK(number(evaluate(folder, folder / "new"), "samples") == 10);
}

TEST_CASE("agreement: what validated in a folder of its own is not cut from other data") {
  const TemporaryFolder folder;
  write_noise(folder / "data/train", 20);
  write_noise(folder / "data/val", 5);
  train(folder, folder_config(R"("test_split": 0)"), folder / "data");
  CHECK(number(evaluate(folder, folder / "data/"), "samples") == 10);
  CHECK(notes(evaluate(folder, folder / "data/", {"--split", "valid"})) == "[]");
  CHECK(number(evaluate(folder, folder / "data/train"), "samples") == 40);
}

TEST_CASE("agreement: files of an earlier lapis are evaluated by the rule that they were trained by") {
  const TemporaryFolder folder;
  write_noise(folder / "data", 100);
  train(folder, folder_config(R"("validation_split": 0.15)"), folder / "data");
  lapis::ModelFile file = lapis::native::load_model(folder / "m.safetensors");
  Json training = Json::parse(file.training);
  std::erase_if(*training.object(), [](const lapis::JsonMember& member) {
    return member.key == "split" || member.key == "train_samples" || member.key == "valid_samples";
  });
  file.training = training.dump();
  lapis::native::save_model(folder / "m.safetensors", file, {});
  // Every seventh of each class validates, the one before it tests.
  CHECK(number(evaluate(folder, folder / "data", {"--split", "valid"}), "samples") == 28);
  CHECK(number(evaluate(folder, folder / "data", {"--split", "test"}), "samples") == 28);
  CHECK(number(evaluate(folder, folder / "data", {"--split", "train"}), "samples") == 144);

  file.training.clear();
  lapis::native::save_model(folder / "m.safetensors", file, {});
  CHECK_THAT(refusal({"evaluate", folder / "m.safetensors", "--data", folder / "data", "--split", "valid"}),
             Contains("does not say how its data was split: --split all evaluates all 200 pictures"));
  CHECK(*evaluate(folder, folder / "data").find("split")->string() == "all");
}

TEST_CASE("agreement: one CSV file with columns of its own is cut as in the training") {
  const TemporaryFolder folder;
  std::string rows = "Message;Category\n";
  for (int i = 0; i < 60; ++i)
    rows += (i % 3 == 0   ? "menang hadiah besar;spam\n"
             : i % 3 == 1 ? "sampai nanti;ham\n"
                          : "rapat besok;Kerja\n");
  write_text(folder / "mail.csv", rows);
  const std::string config = replaced(
      text_config(4), R"("kind": "nusax")",
      R"("kind": "csv_text", "columns": {"text": "Message", "label": "Category"}, "validation_split": 0.25)");
  const Json result = train(folder, config, folder / "mail.csv");
  CHECK(result.find("data")->find("classes")->dump() == R"({"Kerja":20,"ham":20,"spam":20})");
  CHECK(number(*result.find("data"), "valid") == 15);
  const auto& epochs = *result.find("epochs")->array();
  const Json& kept = epochs.at(static_cast<std::size_t>(number(result, "kept_epoch")) - 1);
  const Json evaluation = evaluate(folder, folder / "mail.csv", {"--split", "valid"});
  CHECK(number(evaluation, "samples") == 15);
  CHECK(number(evaluation, "loss") == Approx(number(kept, "val_loss")).epsilon(1e-5));
  CHECK(notes(evaluation) == "[]");
  // Another file with other headings.
  write_text(folder / "new.csv", "t,c\nrapat,Kerja\n");
  CHECK(number(evaluate(folder, folder / "new.csv",
                        {"--split", "all", "--text-column", "t", "--label-column", "c"}),
               "samples") == 1);
}

TEST_CASE("train: another number of classes than outputs names both") {
  const TemporaryFolder folder;
  write_image_folder(folder / "data", 10);
  write_octets(folder / "data/blue2.png", plain_png(3, 3, 1, 2, 3));
  std::filesystem::create_directories(folder / "data/green/deep");
  write_octets(folder / "data/green/deep/a.png", plain_png(3, 3, 1, 2, 3));
  write_text(folder / "config.json", picture_config("image_folder", 1));
  const std::vector<std::string> arguments = {"train", folder / "config.json",  "--data", folder / "data",
                                              "--out", folder / "m.safetensors"};
  CHECK_THAT(refusal(arguments),
             Contains("3 classes (blue, green, red), but the last layer \"dense\" (Dense) puts "
                      "out 2 values"));
}

TEST_CASE("train: what validates is optional where nobody asked for it, and a batch may be all there is") {
  const TemporaryFolder folder;
  write_image_folder(folder / "data", 1);
  const Json alone = train(folder, picture_config("image_folder", 2), folder / "data");
  CHECK(alone.find("epochs")->array()->back().find("val_loss") == nullptr);
  CHECK_THAT(notes(alone),
             Contains("no validation: ") && Contains("fit.batch_size is 16: all 2 samples make one"));
  write_image_folder(folder / "ten", 10);
  const std::string half = folder_config(R"("validation_split": 0.5)");
  const Json held =
      train(folder, replaced(half, "\"seed\": 5", "\"seed\": 5, \"validation\": false"), folder / "ten");
  CHECK_THAT(notes(held), Contains("fit.validation is false: 10 samples are not used"));
  const Json unwanted = train(folder, folder_config(R"("validation_split": 0)"), folder / "data");
  CHECK_THAT(notes(unwanted), Contains("no validation: validation_split is 0"));
}

TEST_CASE("train: all damaged pictures are told at once, and nothing is written") {
  const TemporaryFolder folder;
  write_image_folder(folder / "data", 10);
  write_text(folder / "data/red/0.png", "damaged");
  write_text(folder / "data/blue/3.png", "");
  write_text(folder / "config.json", folder_config(R"("validation_split": 0)"));
  const std::string error = refusal(
      {"train", folder / "config.json", "--data", folder / "data", "--out", folder / "m.safetensors"});
  CHECK_THAT(error, Contains("2 of 20 pictures cannot be used: ") &&
                        Contains("blue/3.png: the file is empty") && Contains("red/0.png: not a picture"));
  CHECK_FALSE(std::filesystem::exists(folder / "m.safetensors"));
}
