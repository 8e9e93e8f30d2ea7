#include "data/cifar10.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <utility>

#include "data/labels.h"
#include "data/problems.h"
#include "file.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSide = 32;
constexpr std::size_t kPlane = kSide * kSide;
constexpr std::size_t kPicture = 3 * kPlane;
constexpr std::size_t kRecord = 1 + kPicture;
constexpr std::size_t kRecord100 = 2 + kPicture;  // CIFAR-100 has two labels
constexpr std::size_t kOfficialRecords = 10'000;
constexpr std::size_t kClasses = 10;
constexpr std::size_t kValidationPart = 10;  // one in so many

constexpr std::array<const char*, 5> kTrainFiles = {
    "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
constexpr const char* kTestFile = "test_batch.bin";
constexpr const char* kLabelsFile = "batches.meta.txt";
constexpr const char* kInnerFolder = "cifar-10-batches-bin";

std::string in(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

/// The file of that name, in capitals or not; empty where there is none.
std::string find_file(const std::string& folder, const std::string& name) {
  if (exists(in(folder, name))) return in(folder, name);
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (plain_name(entry->path().filename().string()) == name) return entry->path().string();
  }
  return {};
}

bool has_any_batch(const std::string& folder) {
  if (!find_file(folder, kTestFile).empty()) return true;
  return std::any_of(kTrainFiles.begin(), kTrainFiles.end(),
                     [&](const char* name) { return !find_file(folder, name).empty(); });
}

/// What the folder holds that is near to CIFAR-10 and not read here, and the way out; empty: nothing of the
/// kind.
std::string other_form(const std::string& folder) {
  const auto has = [&](const char* name) { return !find_file(folder, name).empty(); };
  const std::string wanted = ", expected CIFAR-10's binary version (cifar-10-binary.tar.gz)";
  if (has("fine_label_names.txt") || has("cifar-100-binary") || has("cifar-100-python"))
    return "holds CIFAR-100" + wanted;
  if (has("data_batch_1") || has("batches.meta") || has("cifar-10-batches-py"))
    return "holds CIFAR-10 for Python (pickled files)" + wanted;
  if (has("data_batch_1.mat") || has("cifar-10-batches-mat")) return "holds CIFAR-10 for Matlab" + wanted;
  if (has("cifar-10-binary.tar.gz"))
    return "holds cifar-10-binary.tar.gz, which must be unpacked first (tar xf)";
  return {};
}

/// 0 where it cannot be told.
std::size_t file_size(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = path.empty() ? 0 : fs::file_size(path, error);
  return error ? 0 : static_cast<std::size_t>(size);
}

class Cifar10 : public DataSource {
 public:
  Cifar10(const std::string& path, const DataRequest& request);

  DataConfig::Kind kind() const override { return DataConfig::Kind::cifar10; }
  /// Which pictures validate is fixed; no request changes it.
  bool is_apart(Split split) const override { return split != Split::all; }
  std::unique_ptr<Dataset> open(Split split, const InputSpec& input,
                                const Augmentation& augmentation) const override;

 private:
  bool is_sample() const;
  std::vector<std::string> read_labels() const;
  void check_files(std::span<const char* const> names) const;
  void read_records(const std::string& name, std::vector<std::uint8_t>& records, Problems& problems) const;
  std::vector<std::uint8_t> read_split(Split split) const;

  std::string folder_;
};

Cifar10::Cifar10(const std::string& path, const DataRequest& request) : DataSource(path), folder_(path) {
  if (!has_any_batch(path) && has_any_batch(in(path, kInnerFolder))) folder_ = in(path, kInnerFolder);
  if (!has_any_batch(folder_)) {
    if (const std::string form = other_form(path); !form.empty()) fail(path, ": ", form);
  }
  inventory_.what = "pictures";
  // The class numbers are in the files: other names may be given to them, but not another number of names.
  inventory_.labels = request.labels.empty() ? read_labels() : request.labels;
  if (inventory_.labels.size() != kClasses)
    fail(path, ": CIFAR-10 has ", kClasses, " classes, but there are ", inventory_.labels.size(), " labels");
  std::size_t training = 0;
  for (const char* name : kTrainFiles) training += file_size(find_file(folder_, name)) / kRecord;
  inventory_.counts = {static_cast<Index>(training - training / kValidationPart),
                       static_cast<Index>(training / kValidationPart),
                       static_cast<Index>(file_size(find_file(folder_, kTestFile)) / kRecord)};
}

/// A file of whole records may still have lost some: only the official size, or one shared by all six files,
/// is right.
bool Cifar10::is_sample() const {
  const std::size_t size = file_size(find_file(folder_, kTestFile));
  if (size == 0 || size % kRecord != 0) return false;
  return std::all_of(kTrainFiles.begin(), kTrainFiles.end(),
                     [&](const char* name) { return file_size(find_file(folder_, name)) == size; });
}

/// The ten class names of batches.meta.txt; the official ones where there is no such file.
std::vector<std::string> Cifar10::read_labels() const {
  const std::string path = find_file(folder_, kLabelsFile);
  if (path.empty()) {
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  }
  const std::string text = read_text_file(path, 1 << 16);
  std::vector<std::string> labels;
  std::string label;
  for (const char byte : text + "\n") {
    if (byte != '\n' && byte != '\r') {
      label += byte;
    } else if (!label.empty()) {
      labels.push_back(label);
      label.clear();
    }
  }
  if (labels.size() != kClasses) fail(path, ": ", labels.size(), " class names, expected ", kClasses);
  return labels;
}

void Cifar10::check_files(std::span<const char* const> names) const {
  std::vector<std::string> missing;
  for (const char* name : names) {
    if (find_file(folder_, name).empty()) missing.emplace_back(name);
  }
  if (missing.empty()) return;
  fail(folder_, ": ", list_labels(missing), missing.size() == 1 ? " is" : " are",
       " missing, expected data_batch_1.bin to data_batch_5.bin and test_batch.bin");
}

/// Adds all records of a file.
void Cifar10::read_records(const std::string& name, std::vector<std::uint8_t>& records,
                           Problems& problems) const {
  const std::string path = find_file(folder_, name);
  const std::vector<std::byte> file = read_file(path);
  const std::span<const std::uint8_t> bytes = as_octets(file);
  if (bytes.size() != kOfficialRecords * kRecord && !is_sample()) {
    const bool is_100 = !bytes.empty() && bytes.size() % kRecord100 == 0 && bytes.size() % kRecord != 0;
    problems.add(path + ": " + std::to_string(bytes.size()) + " bytes, expected " +
                 std::to_string(kOfficialRecords * kRecord) + " (" + std::to_string(kOfficialRecords) +
                 " records of " + std::to_string(kRecord) +
                 "): " + (is_100 ? "these are records of CIFAR-100" : "download it again"));
    return;
  }
  for (std::size_t i = 0; i < bytes.size(); i += kRecord) {
    if (bytes[i] < kClasses) continue;
    problems.add(path + ": record " + std::to_string(i / kRecord) + ": label " + std::to_string(bytes[i]) +
                 ", expected 0 to " + std::to_string(kClasses - 1));
    return;  // the file is not what it is called, or every record behind is off
  }
  records.insert(records.end(), bytes.begin(), bytes.end());
}

std::vector<std::uint8_t> Cifar10::read_split(Split split) const {
  std::vector<const char*> names;
  if (split != Split::test) names.assign(kTrainFiles.begin(), kTrainFiles.end());
  if (split == Split::test || split == Split::all) names.push_back(kTestFile);
  check_files(names);
  Problems problems;
  std::vector<std::uint8_t> records;
  for (const char* name : names) read_records(name, records, problems);
  problems.check(folder_, static_cast<Index>(names.size()), "files");
  if (split == Split::test || split == Split::all) return records;
  const auto training =
      static_cast<std::ptrdiff_t>(static_cast<std::size_t>(inventory_.count(Split::train)) * kRecord);
  if (split == Split::train) return {records.begin(), records.begin() + training};
  return {records.begin() + training, records.end()};
}

std::unique_ptr<Dataset> Cifar10::open(Split split, const InputSpec& input,
                                       const Augmentation& augmentation) const {
  check_input_reads(path_, kind(), input);
  const auto& image = std::get<ImageInput>(input);
  const std::vector<std::uint8_t> records = read_split(split);
  std::vector<std::uint8_t> pictures;
  std::vector<Index> labels;
  std::array<std::uint8_t, kPicture> rgb{};
  // Three planes become one picture of RGB pixels, then what the network sees.
  for (std::size_t at = 0; at < records.size(); at += kRecord) {
    labels.push_back(records[at]);
    const std::uint8_t* planes = records.data() + at + 1;
    for (std::size_t pixel = 0; pixel < kPlane; ++pixel) {
      for (std::size_t c = 0; c < 3; ++c) rgb[3 * pixel + c] = planes[c * kPlane + pixel];
    }
    const std::vector<std::uint8_t> picture = image_to_picture({rgb.data(), kSide, kSide, 3}, image);
    pictures.insert(pictures.end(), picture.begin(), picture.end());
  }
  return std::make_unique<PictureDataset>(Shape{image.height, image.width, image.channels},
                                          std::move(pictures), std::move(labels), image_byte_values(image),
                                          augmentation);
}

}  // namespace

bool is_cifar10(const std::string& folder) {
  return has_any_batch(folder) || has_any_batch(in(folder, kInnerFolder)) || !other_form(folder).empty();
}

std::unique_ptr<DataSource> open_cifar10(const std::string& path, const DataRequest& request) {
  return std::make_unique<Cifar10>(path, request);
}

}  // namespace lapis::native
