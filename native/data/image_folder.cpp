#include "data/image_folder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "data/folder_layout.h"
#include "data/folder_walk.h"
#include "data/labels.h"
#include "data/problems.h"
#include "lapis/core/error.h"
#include "lapis/core/utf8.h"
#include "picture.h"
#include "progress.h"

namespace lapis::native {
namespace {

namespace fs = std::filesystem;

struct Sample {
  std::string path;
  Index label;
  Split split;
};

/// A class folder, the pictures in it, as paths below it, and what else lies there.
struct ClassFolder {
  std::string name, path;
  std::vector<std::string> pictures;
  std::map<std::string, Index> skipped;
};

bool has_pictures(const std::vector<ClassFolder>& folders) {
  return std::any_of(folders.begin(), folders.end(),
                     [](const ClassFolder& folder) { return !folder.pictures.empty(); });
}

class ImageFolder : public DataSource {
 public:
  ImageFolder(const std::string& path, const DataRequest& request);

  DataConfig::Kind kind() const override { return DataConfig::Kind::image_folder; }
  bool is_apart(Split split) const override { return split != Split::all && !layout_.folder(split).empty(); }
  std::unique_ptr<Dataset> open(Split split, const InputSpec& input,
                                const Augmentation& augmentation) const override;

 private:
  std::vector<ClassFolder> list(const std::string& folder);
  void choose_labels(const std::vector<ClassFolder>& pool, const DataRequest& request);
  std::vector<ClassFolder> list_apart(Split split);
  void add(const std::vector<ClassFolder>& folders, Split split, Problems& problems);
  void cut_pool(const DataRequest& request, std::size_t pool_size);
  void take_stock();
  [[noreturn]] void refuse_empty() const;

  FolderLayout layout_;
  std::vector<Sample> samples_;
  Index listed_ = 0;  // pictures, with those of folders that are no class
};

ImageFolder::ImageFolder(const std::string& path, const DataRequest& request)
    : DataSource(path), layout_(find_layout(path, request.labels)) {
  inventory_.what = "pictures";
  inventory_.notes = layout_.notes;
  const std::string pool = layout_.pool();
  const std::vector<ClassFolder> training = pool.empty() ? std::vector<ClassFolder>() : list(pool);
  std::array<std::vector<ClassFolder>, kSplits> apart;
  for (const Split split : {Split::valid, Split::test})
    apart[static_cast<std::size_t>(split)] = list_apart(split);
  const auto& [none, valid, test] = apart;
  if (!has_pictures(training) && !has_pictures(valid) && !has_pictures(test)) refuse_empty();

  choose_labels(has_pictures(training) ? training : has_pictures(test) ? test : valid, request);
  Problems problems;
  add(training, Split::train, problems);
  cut_pool(request, samples_.size());
  add(valid, Split::valid, problems);
  add(test, Split::test, problems);
  problems.check(path_, listed_, "pictures");
  take_stock();
}

/// The class folders of a split of its own. One without pictures is none.
std::vector<ClassFolder> ImageFolder::list_apart(Split split) {
  std::string& folder = layout_.of[static_cast<std::size_t>(split)];
  if (folder.empty()) return {};
  std::vector<ClassFolder> folders = list(folder);
  if (has_pictures(folders)) return folders;
  const std::size_t flat = pictures_in(folder).size();
  inventory_.notes.push_back(folder + " is not used: " +
                             (flat > 0 ? std::to_string(flat) + " pictures lie in it, but in no class folders"
                                       : "there are no pictures in it"));
  folder.clear();
  return {};
}

/// The class folders in `folder`.
std::vector<ClassFolder> ImageFolder::list(const std::string& folder) {
  std::vector<std::string> closed = {path_, layout_.root};
  closed.insert(closed.end(), layout_.of.begin(), layout_.of.end());
  std::vector<ClassFolder> folders;
  for (std::string& name : layout_.classes(folder)) {
    std::string path = (fs::path(folder) / name).string();
    FolderWalk walk(closed);
    if (walk.is_closed(path)) {
      inventory_.notes.push_back(path + " leads back to where the classes lie: not used");
      continue;
    }
    std::vector<std::string> pictures = walk.pictures(path);
    for (const auto& [kind, count] : walk.skipped()) inventory_.skipped[kind] += count;
    folders.push_back({std::move(name), std::move(path), std::move(pictures), walk.skipped()});
  }
  const std::vector<std::string> beside = pictures_in(folder);
  if (!beside.empty() && !folders.empty()) {
    inventory_.notes.push_back(std::to_string(beside.size()) + " pictures lie in " + folder +
                               " beside the class folders and are not used, such as " + beside.front());
  }
  return folders;
}

/// The labels asked for; else the names of the folders that hold pictures.
void ImageFolder::choose_labels(const std::vector<ClassFolder>& pool, const DataRequest& request) {
  inventory_.labels = request.labels;
  std::vector<std::string> empty;
  for (const ClassFolder& folder : pool) {
    if (folder.pictures.empty()) {
      const std::string skipped = skipped_text(folder.skipped);
      empty.push_back(folder.name + (skipped.empty() ? "" : ", but " + skipped));
    } else if (request.labels.empty() && std::find(inventory_.labels.begin(), inventory_.labels.end(),
                                                   folder.name) == inventory_.labels.end()) {
      inventory_.labels.push_back(folder.name);
    }
  }
  if (request.labels.empty()) std::sort(inventory_.labels.begin(), inventory_.labels.end());
  if (empty.empty()) return;
  for (const std::string& name : empty) {
    inventory_.notes.push_back("no pictures that can be read here in " + name +
                               (request.labels.empty() ? ": not taken as a class" : ""));
  }
}

void ImageFolder::add(const std::vector<ClassFolder>& folders, Split split, Problems& problems) {
  for (const ClassFolder& folder : folders) {
    if (folder.pictures.empty()) continue;
    const auto count = static_cast<Index>(folder.pictures.size());
    listed_ += count;
    try {
      if (find_not_utf8(folder.name)) fail(folder.path, ": the class's name is not UTF-8: rename the folder");
      const Index label = find_label(folder.path, folder.name, inventory_.labels);
      for (const std::string& picture : folder.pictures)
        samples_.push_back({(fs::path(folder.path) / picture).string(), label, split});
    } catch (const Error& error) {
      problems.add(error.what(), count);
    }
  }
}

/// Cuts from the training pictures what has no folder of its own.
void ImageFolder::cut_pool(const DataRequest& request, std::size_t pool_size) {
  const SplitShares shares = shares_to_cut(request, "folder");
  std::vector<Index> labels;
  for (std::size_t i = 0; i < pool_size; ++i) labels.push_back(samples_[i].label);
  const std::vector<Split> splits = cut(labels, static_cast<Index>(inventory_.labels.size()), shares);
  for (std::size_t i = 0; i < pool_size; ++i) samples_[i].split = splits[i];
}

void ImageFolder::take_stock() {
  inventory_.of_class.assign(inventory_.labels.size(), {});
  Fingerprint fingerprint;
  for (const Sample& sample : samples_) {
    const auto split = static_cast<std::size_t>(sample.split);
    ++inventory_.counts[split];
    ++inventory_.of_class[static_cast<std::size_t>(sample.label)][split];
    if (sample.split == Split::test) continue;
    fingerprint.add(split_name(sample.split));
    fingerprint.add(fs::path(sample.path).lexically_relative(layout_.root).string());
  }
  inventory_.fingerprint = fingerprint.value();
  note_similar_labels(inventory_);
  note_missing_classes(inventory_);
}

/// Says what lies there instead of pictures in class folders.
void ImageFolder::refuse_empty() const {
  std::vector<std::string> places = {layout_.root};
  for (const std::string& folder : layout_.of) {
    if (!folder.empty()) places.push_back(folder);
  }
  for (const std::string& folder : places) {
    const std::vector<std::string> flat = pictures_in(folder);
    if (flat.empty()) continue;
    fail(folder, ": ", flat.size(), " pictures lie directly in it, such as ", flat.front(),
         ", expected one folder a class, ", folder, "/CLASS/", flat.front());
  }
  const std::string skipped = skipped_text(inventory_.skipped);
  if (!skipped.empty())
    fail(layout_.root, ": no pictures that can be read here, only other files: ", skipped);
  const bool bare = folders_in(layout_.root).empty();
  fail(layout_.root, bare ? ": no folders in it" : ": no pictures in its folders",
       ", expected one folder of pictures a class (or CIFAR-10: data_batch_1.bin, or texts: train.csv)");
}

std::unique_ptr<Dataset> ImageFolder::open(Split split, const InputSpec& input,
                                           const Augmentation& augmentation) const {
  check_input_reads(path_, kind(), input);
  const auto& image = std::get<ImageInput>(input);
  check_has(split);
  std::vector<std::uint8_t> pictures;
  std::vector<Index> labels;
  const Index count = inventory_.count(split);
  Progress progress(std::string("reading ") + split_name(split), static_cast<long>(count));
  Problems problems;
  for (const Sample& sample : samples_) {
    if (split != Split::all && sample.split != split) continue;
    labels.push_back(sample.label);
    progress.update(static_cast<long>(labels.size()));
    try {
      const Picture decoded = read_picture(sample.path);
      const std::vector<std::uint8_t> picture =
          image_to_picture({decoded.pixels.data(), decoded.width, decoded.height, decoded.channels}, image);
      pictures.insert(pictures.end(), picture.begin(), picture.end());
    } catch (const Error& error) {
      problems.add(error.what());
    }
  }
  progress.clear();
  problems.check(path_, count, "pictures");
  return std::make_unique<PictureDataset>(Shape{image.height, image.width, image.channels},
                                          std::move(pictures), std::move(labels), image_byte_values(image),
                                          augmentation);
}

}  // namespace

std::unique_ptr<DataSource> open_image_folder(const std::string& path, const DataRequest& request) {
  return std::make_unique<ImageFolder>(path, request);
}

}  // namespace lapis::native
