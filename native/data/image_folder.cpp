#include "data/image_folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "data/labels.h"
#include "file.h"
#include "lapis/core/error.h"
#include "picture.h"
#include "progress.h"

namespace lapis::native {
namespace {

namespace fs = std::filesystem;

struct Sample {
  std::string path;
  Index label;
};

bool is_picture_name(const fs::path& path) {
  static constexpr std::array<const char*, 8> kEndings = {".png", ".jpg", ".jpeg", ".bmp",
                                                          ".gif", ".ppm", ".pgm",  ".pnm"};
  std::string ending = path.extension().string();
  for (char& byte : ending) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

/// Names in `folder` that do not begin with a dot, sorted.
std::vector<std::string> list(const std::string& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (name.starts_with(".") || entry->is_directory(ignored) != folders) continue;
    if (folders || is_picture_name(entry->path())) names.push_back(name);
  }
  if (error) fail(folder, ": cannot read the folder: ", error.message());
  std::sort(names.begin(), names.end());
  return names;
}

std::string split_folder(const std::string& folder, Split split) {
  return (fs::path(folder) / split_name(split)).string();
}

bool has_split(const std::string& folder, Split split) {
  return is_folder(split_folder(folder, split));
}

/// The folder whose folders are the classes to train on.
std::string training_folder(const std::string& folder) {
  return has_split(folder, Split::train) ? split_folder(folder, Split::train) : folder;
}

/// Which split the `i`-th file of a class belongs to where one folder serves several.
bool belongs(Split split, std::size_t i, std::size_t every, bool valid_apart, bool test_apart) {
  const bool valid = !valid_apart && every > 0 && i % every == every - 1;
  const bool test = !test_apart && every > 1 && i % every == every - 2;
  return split == Split::valid ? valid : split == Split::test ? test : !valid && !test;
}

std::vector<Sample> list_samples(const std::string& folder, Split split,
                                 const std::vector<std::string>& labels, double validation_split) {
  const bool apart = split != Split::train && has_split(folder, split);
  const std::string root = apart ? split_folder(folder, split) : training_folder(folder);
  const bool valid_apart = has_split(folder, Split::valid);
  const bool test_apart = has_split(folder, Split::test) || has_split(folder, Split::train);
  if (split == Split::test && !apart && test_apart) fail(folder, ": no folder \"test\" beside \"train\"");
  const auto every = validation_split > 0 ? static_cast<std::size_t>(std::lround(1 / validation_split)) : 0;
  std::vector<Sample> samples;
  for (const std::string& name : list(root, true)) {
    const std::string class_folder = (fs::path(root) / name).string();
    const Index label = find_label(class_folder, name, labels);
    const std::vector<std::string> files = list(class_folder, false);
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (apart || belongs(split, i, every, valid_apart, test_apart)) {
        samples.push_back({(fs::path(class_folder) / files[i]).string(), label});
      }
    }
  }
  if (samples.empty()) {
    fail(root, ": no pictures for the split \"", split_name(split), "\", expected ", root,
         "/CLASS/*.png or *.jpg");
  }
  return samples;
}

}  // namespace

std::vector<std::string> image_folder_labels(const std::string& folder) {
  const std::string root = training_folder(folder);
  std::vector<std::string> labels = list(root, true);
  if (labels.empty()) {
    fail(root,
         ": neither CIFAR-10 (data_batch_1.bin), nor NusaX (train.csv), nor one folder of pictures a class");
  }
  return labels;
}

LabelledPictures read_image_folder(const std::string& folder, Split split,
                                   const std::vector<std::string>& labels, double validation_split,
                                   const ImageInput& input) {
  LabelledPictures set;
  const std::vector<Sample> samples = list_samples(folder, split, labels, validation_split);
  Progress progress(std::string("reading ") + split_name(split), static_cast<long>(samples.size()));
  for (const Sample& sample : samples) {
    const Picture decoded = read_picture(sample.path);
    const std::vector<std::uint8_t> picture =
        image_to_picture({decoded.pixels.data(), decoded.width, decoded.height, decoded.channels}, input);
    set.pictures.insert(set.pictures.end(), picture.begin(), picture.end());
    set.labels.push_back(sample.label);
    progress.update(static_cast<long>(set.labels.size()));
  }
  return set;
}

}  // namespace lapis::native
