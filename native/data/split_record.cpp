#include "data/split_record.h"

#include <array>
#include <charconv>

#include "data/open_dataset.h"
#include "lapis/core/error.h"
#include "lapis/io/json_reader.h"

namespace lapis::native {
namespace {

constexpr std::array<DataConfig::Kind, 3> kKinds = {DataConfig::Kind::cifar10, DataConfig::Kind::csv_text,
                                                    DataConfig::Kind::image_folder};

std::string to_hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

std::uint64_t from_hex(const JsonCursor& value) {
  const std::string& text = value.string();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size()) value.expected("a hexadecimal number");
  return number;
}

DataConfig::Kind kind_called(const JsonCursor& value) {
  for (const DataConfig::Kind kind : kKinds) {
    if (value.string() == kind_name(kind)) return kind;
  }
  value.expected("a kind of data");
}

double share(ObjectReader& object, std::string_view key) {
  const auto found = object.find(key);
  return found ? found->number(0, 1) : 0;
}

SplitRecord read_record(const Json& json) {
  SplitRecord record;
  record.known = true;
  ObjectReader object(JsonCursor(json, "training.split"));
  DataRequest& request = record.request;
  request.kind = kind_called(object.need("kind"));
  request.shares.rule = static_cast<int>(object.need("rule").integer(1, kSplitRule));
  request.shares.validation = share(object, "validation_split");
  request.shares.test = share(object, "test_split");
  if (const auto found = object.find("text_column")) request.columns.text = found->string();
  if (const auto found = object.find("label_column")) request.columns.label = found->string();
  if (const auto found = object.find("delimiter"); found && found->string().size() == 1)
    request.delimiter = found->string().front();
  for (std::size_t i = 0; i < record.counts.size(); ++i) {
    if (const auto found = object.find(split_name(static_cast<Split>(i))))
      record.counts[i] = static_cast<Index>(found->number(0, 1e15));
  }
  if (const auto found = object.find("samples")) record.fingerprint = from_hex(*found);
  return record;
}

Index count_of(const Json& training, std::string_view key) {
  const Json* count = training.find(key);
  return count == nullptr || count->integer() == nullptr ? 0 : static_cast<Index>(*count->integer());
}

/// Of a file of an earlier lapis: its config, and how it cut folders.
SplitRecord read_earlier(const Json& training) {
  SplitRecord record;
  record.counts = {count_of(training, "train_samples"), count_of(training, "valid_samples"), 0};
  const Json* config = training.find("config");
  const Json* data = config == nullptr ? nullptr : config->find("data");
  const Json* kind = data == nullptr ? nullptr : data->find("kind");
  if (kind == nullptr || kind->string() == nullptr) return record;
  record.known = true;
  if (*kind->string() == "cifar10") record.request.kind = DataConfig::Kind::cifar10;
  if (*kind->string() == "nusax") record.request.kind = DataConfig::Kind::csv_text;
  if (*kind->string() == "image_folder") {
    record.request.kind = DataConfig::Kind::image_folder;
    const Json* validation = data->find("validation_split");
    record.request.shares.rule = 1;
    record.request.shares.validation =
        validation == nullptr ? kDefaultValidationSplit : validation->number().value_or(0);
  }
  return record;
}

}  // namespace

Json split_record_json(const DataRequest& request, const DataSource& data) {
  const Inventory& inventory = data.inventory();
  Json::Object record = {{"rule", request.shares.rule}, {"kind", kind_name(data.kind())}};
  if (data.kind() != DataConfig::Kind::cifar10) {
    // What was cut: nothing where the split lay apart.
    record.push_back({"validation_split", data.is_apart(Split::valid) ? 0 : request.shares.validation});
    record.push_back({"test_split", data.is_apart(Split::test) ? 0 : request.shares.test});
  }
  if (data.kind() == DataConfig::Kind::csv_text) {
    record.push_back({"text_column", request.columns.text});
    record.push_back({"label_column", request.columns.label});
    if (request.delimiter) record.push_back({"delimiter", std::string(1, *request.delimiter)});
  }
  for (const Split split : {Split::train, Split::valid, Split::test})
    record.push_back({split_name(split), std::int64_t{inventory.count(split)}});
  if (inventory.fingerprint != 0) record.push_back({"samples", to_hex(inventory.fingerprint)});
  return record;
}

SplitRecord read_split_record(const std::string& training, const std::vector<std::string>& labels) {
  SplitRecord record;
  if (!training.empty()) {
    const Json json = Json::parse(training);
    if (const Json* split = json.find("split")) {
      record = read_record(*split);
    } else {
      record = read_earlier(json);
    }
  }
  record.request.labels = labels;
  return record;
}

std::string change_since(const SplitRecord& record, const DataSource& data) {
  const Inventory& inventory = data.inventory();
  // A training without validation says nothing of what could have validated.
  const bool same_counts = record.counts[0] == inventory.counts[0] &&
                           (record.counts[1] == inventory.counts[1] || record.counts[1] == 0);
  if (record.fingerprint == 0 ? same_counts || record.counts[0] == 0
                              : record.fingerprint == inventory.fingerprint) {
    return {};
  }
  return "these are not the " + inventory.what + " that the model was trained on (" +
         splits_text(record.counts) +
         (same_counts ? "; as many now, but others)" : "; " + std::to_string(inventory.total()) + " now)");
}

}  // namespace lapis::native
