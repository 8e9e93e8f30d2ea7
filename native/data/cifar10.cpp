#include "data/cifar10.h"

#include <array>
#include <filesystem>
#include <span>

#include "file.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

constexpr std::size_t kSide = 32;
constexpr std::size_t kPlane = kSide * kSide;
constexpr std::size_t kPicture = 3 * kPlane;
constexpr std::size_t kRecord = 1 + kPicture;
constexpr std::size_t kOfficialRecords = 10'000;
constexpr std::size_t kClasses = 10;
constexpr std::size_t kValidationPart = 10;  // one in so many

constexpr std::array<const char*, 5> kTrainFiles = {
    "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
constexpr const char* kTestFile = "test_batch.bin";
constexpr const char* kLabelsFile = "batches.meta.txt";

std::string in(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

/// 0 where it cannot be told.
std::size_t file_size(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::size_t>(size);
}

/// A file of whole records may still have lost some: only the official size, or one shared by all six files,
/// is right.
bool is_sample_folder(const std::string& folder) {
  const std::size_t size = file_size(in(folder, kTestFile));
  if (size == 0 || size % kRecord != 0) return false;
  for (const char* name : kTrainFiles) {
    if (file_size(in(folder, name)) != size) return false;
  }
  return true;
}

/// All records of a file, checked.
std::vector<std::uint8_t> read_records(const std::string& folder, const std::string& name) {
  const std::string path = in(folder, name);
  const std::vector<std::byte> file = read_file(path);
  const std::span<const std::uint8_t> bytes = as_octets(file);
  if (bytes.size() != kOfficialRecords * kRecord && !is_sample_folder(folder)) {
    fail(path, ": ", bytes.size(), " bytes, expected ", kOfficialRecords * kRecord, " (", kOfficialRecords,
         " records of ", kRecord, "): download it again");
  }
  for (std::size_t i = 0; i < bytes.size(); i += kRecord) {
    if (bytes[i] >= kClasses) {
      fail(path, ": record ", i / kRecord, ": label ", int{bytes[i]}, ", expected 0 to ", kClasses - 1);
    }
  }
  return {bytes.begin(), bytes.end()};
}

/// Adds the records to `set`: three planes become one picture of RGB pixels, then what the network sees.
void append(std::span<const std::uint8_t> records, const ImageInput& input, LabelledPictures& set) {
  std::array<std::uint8_t, kPicture> rgb{};
  for (std::size_t at = 0; at < records.size(); at += kRecord) {
    set.labels.push_back(records[at]);
    const std::uint8_t* planes = records.data() + at + 1;
    for (std::size_t pixel = 0; pixel < kPlane; ++pixel) {
      for (std::size_t c = 0; c < 3; ++c) rgb[3 * pixel + c] = planes[c * kPlane + pixel];
    }
    const std::vector<std::uint8_t> picture = image_to_picture({rgb.data(), kSide, kSide, 3}, input);
    set.pictures.insert(set.pictures.end(), picture.begin(), picture.end());
  }
}

}  // namespace

bool is_cifar10(const std::string& folder) {
  return exists(in(folder, kTrainFiles[0])) || exists(in(folder, kTestFile));
}

std::vector<std::string> cifar10_labels(const std::string& folder) {
  const std::string path = in(folder, kLabelsFile);
  if (!exists(path)) {
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

LabelledPictures read_cifar10(const std::string& folder, Split split, const ImageInput& input) {
  LabelledPictures set;
  if (split == Split::test) {
    append(read_records(folder, kTestFile), input, set);
    return set;
  }
  std::vector<std::uint8_t> records;
  for (const char* name : kTrainFiles) {
    const std::vector<std::uint8_t> batch = read_records(folder, name);
    records.insert(records.end(), batch.begin(), batch.end());
  }
  const std::size_t count = records.size() / kRecord;
  const std::size_t training = (count - count / kValidationPart) * kRecord;
  const std::span<const std::uint8_t> all(records);
  append(split == Split::train ? all.first(training) : all.subspan(training), input, set);
  return set;
}

}  // namespace lapis::native
