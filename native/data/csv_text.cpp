#include "data/csv_text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "data/csv_table.h"
#include "data/folder_layout.h"
#include "data/labels.h"
#include "data/problems.h"
#include "file.h"
#include "lapis/core/error.h"
#include "lapis/io/json.h"

namespace lapis::native {
namespace {

namespace fs = std::filesystem;

struct Sample {
  std::string text;
  Index label;
  Split split;
};

bool has_csv_ending(const fs::path& path) {
  const std::string ending = plain_name(path.extension().string());
  return ending == ".csv" || ending == ".tsv" || ending == ".txt";
}

/// Names of the files in `folder` that may be CSV, sorted. A text file counts where its name is a split's.
std::vector<std::string> csv_files_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code ignored;
    if (path.filename().string().starts_with(".") || !has_csv_ending(path) ||
        !entry->is_regular_file(ignored))
      continue;
    if (plain_name(path.extension().string()) == ".txt" && !split_called(path.stem().string())) continue;
    names.push_back(path.filename().string());
  }
  if (error) fail(folder, ": cannot read the folder: ", error.message());
  std::sort(names.begin(), names.end());
  return names;
}

/// The file of each split; empty: it has none of its own.
struct CsvFiles {
  std::array<std::string, kSplits> of{};
  std::vector<std::string> notes;
};

CsvFiles find_files(const std::string& path) {
  CsvFiles files;
  std::string& training = files.of[0];
  if (!is_folder(path)) {
    training = path;
    return files;
  }
  std::vector<std::string> names = csv_files_in(path);
  std::vector<std::string> others;
  for (const std::string& name : names) {
    const std::string file = (fs::path(path) / name).string();
    const auto split = split_called(fs::path(name).stem().string());
    std::string& taken = split ? files.of[static_cast<std::size_t>(*split)] : training;
    if (!split) {
      others.push_back(name);
    } else if (taken.empty()) {
      taken = file;
    } else {
      files.notes.push_back("of " + taken + " and " + file + " only the first is used");
    }
  }
  const bool none = std::all_of(files.of.begin(), files.of.end(), [](auto& file) { return file.empty(); });
  if (none && others.size() == 1) {
    training = (fs::path(path) / others[0]).string();
    files.notes.push_back("the texts are those in " + training + ", the only CSV file in " + path);
  } else if (none && others.size() > 1) {
    fail(path, ": holds ", list_labels(others),
         ", expected train.csv (and valid.csv, test.csv), or the path of one file");
  } else if (none) {
    fail(path, ": no CSV file in it, expected train.csv (and valid.csv, test.csv), or the path of one file");
  } else if (!others.empty()) {
    files.notes.push_back("not used: " + list_labels(others));
  }
  return files;
}

class CsvText : public DataSource {
 public:
  CsvText(const std::string& path, const DataRequest& request);

  DataConfig::Kind kind() const override { return DataConfig::Kind::csv_text; }
  bool is_apart(Split split) const override {
    return split != Split::all && !files_.of[static_cast<std::size_t>(split)].empty();
  }
  std::vector<std::string> texts(Split split) const override;
  std::unique_ptr<Dataset> open(Split split, const InputSpec& input,
                                const Augmentation& augmentation) const override;

 private:
  void choose_labels(const DataRequest& request, const std::array<CsvTable, kSplits>& tables);
  void add(const std::string& file, CsvTable& table, Split split, Problems& problems);
  void take_stock();

  CsvFiles files_;
  std::vector<Sample> samples_;
};

CsvText::CsvText(const std::string& path, const DataRequest& request)
    : DataSource(path), files_(find_files(path)) {
  inventory_.what = "texts";
  inventory_.notes = files_.notes;
  std::array<CsvTable, kSplits> tables;
  Problems problems;
  Index rows = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (files_.of[i].empty()) continue;
    tables[i] = read_csv_table(files_.of[i], request.columns, request.delimiter, problems);
    rows += tables[i].all_rows;
    for (const auto& [kind, count] : tables[i].skipped) inventory_.skipped[kind] += count;
  }
  choose_labels(request, tables);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    add(files_.of[i], tables[i], static_cast<Split>(i), problems);
    if (i != 0) continue;
    std::vector<Index> labels;
    for (const Sample& sample : samples_) labels.push_back(sample.label);
    const std::vector<Split> splits =
        cut(labels, static_cast<Index>(inventory_.labels.size()), shares_to_cut(request, "file"));
    for (std::size_t row = 0; row < samples_.size(); ++row) samples_[row].split = splits[row];
  }
  problems.check(path_, rows, "rows");
  take_stock();
}

/// The labels asked for; else those that stand in the training rows, or in all where there are none to train
/// on.
void CsvText::choose_labels(const DataRequest& request, const std::array<CsvTable, kSplits>& tables) {
  inventory_.labels = request.labels;
  if (!request.labels.empty()) return;
  std::set<std::string> labels;
  for (const CsvTable& table : tables) {
    for (const LabelledRow& row : table.rows) labels.insert(row.label);
    if (!labels.empty()) break;
  }
  inventory_.labels.assign(labels.begin(), labels.end());
}

void CsvText::add(const std::string& file, CsvTable& table, Split split, Problems& problems) {
  // Where the wrong column was named there may be as many labels as rows.
  std::unordered_map<std::string_view, Index> numbers;
  for (std::size_t i = 0; i < inventory_.labels.size(); ++i)
    numbers.emplace(inventory_.labels[i], static_cast<Index>(i));
  std::map<std::string, std::pair<int, Index>> unknown;  // the first line of a label, and its rows
  for (LabelledRow& row : table.rows) {
    const auto found = numbers.find(row.label);
    if (found == numbers.end()) {
      ++unknown.try_emplace(row.label, row.line, 0).first->second.second;
    } else {
      samples_.push_back({std::move(row.text), found->second, split});
    }
  }
  for (const auto& [label, where] : unknown) {
    try {
      find_label(file + ":" + std::to_string(where.first), label, inventory_.labels);
    } catch (const Error& error) {
      problems.add(error.what(), where.second);
    }
  }
}

void CsvText::take_stock() {
  inventory_.of_class.assign(inventory_.labels.size(), {});
  Fingerprint fingerprint;
  Index empty = 0;
  for (const Sample& sample : samples_) {
    const auto split = static_cast<std::size_t>(sample.split);
    ++inventory_.counts[split];
    ++inventory_.of_class[static_cast<std::size_t>(sample.label)][split];
    empty += sample.text.empty();
    if (sample.split == Split::test) continue;
    fingerprint.add(split_name(sample.split));
    fingerprint.add(inventory_.labels[static_cast<std::size_t>(sample.label)]);
    fingerprint.add(sample.text);
  }
  inventory_.fingerprint = fingerprint.value();
  if (empty > 0) inventory_.notes.push_back(std::to_string(empty) + " of the texts are empty");
  note_similar_labels(inventory_);
  note_missing_classes(inventory_);
}

std::vector<std::string> CsvText::texts(Split split) const {
  check_has(split);
  std::vector<std::string> texts;
  for (const Sample& sample : samples_) {
    if (split == Split::all || sample.split == split) texts.push_back(sample.text);
  }
  return texts;
}

std::unique_ptr<Dataset> CsvText::open(Split split, const InputSpec& input,
                                       const Augmentation& /*augmentation*/) const {
  check_input_reads(path_, kind(), input);
  const TextVectorizer vectorizer(std::get<TextInput>(input));
  const std::vector<std::string> chosen = texts(split);
  const auto length = static_cast<std::size_t>(vectorizer.sequence_length());
  std::vector<Real> ids(chosen.size() * length);
  for (std::size_t i = 0; i < chosen.size(); ++i)
    vectorizer.text_to_tensor(chosen[i], ids.data() + i * length);
  std::vector<Index> labels;
  for (const Sample& sample : samples_) {
    if (split == Split::all || sample.split == split) labels.push_back(sample.label);
  }
  return std::make_unique<TensorDataset>(Shape{vectorizer.sequence_length()}, std::move(ids),
                                         std::move(labels));
}

}  // namespace

bool is_csv_text(const std::string& path) {
  if (!is_folder(path)) return has_csv_ending(path);
  const std::vector<std::string> names = csv_files_in(path);
  if (names.size() == 1 && folders_in(path).empty()) return true;
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return split_called(fs::path(name).stem().string()).has_value();
  });
}

std::unique_ptr<DataSource> open_csv_text(const std::string& path, const DataRequest& request) {
  return std::make_unique<CsvText>(path, request);
}

}  // namespace lapis::native
