#include "data/inventory.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "common.h"
#include "console.h"
#include "data/labels.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMostClasses = 12;

std::string counted(Index count) {
  return format_count(static_cast<double>(count));
}

Index sum(const SplitCounts& counts) {
  return counts[0] + counts[1] + counts[2];
}

std::string classes_text(const Inventory& inventory) {
  if (inventory.of_class.empty()) return list_labels(inventory.labels);
  std::string text;
  for (std::size_t i = 0; i < std::min(inventory.labels.size(), kMostClasses); ++i)
    text += (i == 0 ? "" : ", ") + inventory.labels[i] + " " + counted(sum(inventory.of_class[i]));
  return inventory.labels.size() > kMostClasses ? text + ", ..." : text;
}

/// Notes the labels of which `is_missing` says so, after `what`, e.g. "no pictures to train on".
template <class IsMissing>
void note_labels(Inventory& inventory, const std::string& what, const IsMissing& is_missing) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < inventory.of_class.size(); ++i) {
    if (is_missing(inventory.of_class[i])) names.push_back(inventory.labels[i]);
  }
  if (names.empty()) return;
  inventory.notes.push_back(what + " of " +
                            (names.size() == 1 ? "the class " : std::to_string(names.size()) + " classes: ") +
                            list_labels(names));
}

/// Notes the labels with samples elsewhere, but none in a split that has some.
void note_missing_in(Inventory& inventory, Split split, const std::string& purpose) {
  if (inventory.count(split) == 0) return;
  note_labels(inventory, "no " + inventory.what + " to " + purpose, [split](const SplitCounts& counts) {
    return sum(counts) > 0 && counts[static_cast<std::size_t>(split)] == 0;
  });
}

}  // namespace

void note_missing_classes(Inventory& inventory) {
  note_labels(inventory, "no " + inventory.what, [](const SplitCounts& counts) { return sum(counts) == 0; });
  note_missing_in(inventory, Split::train, "train on");
  note_missing_in(inventory, Split::valid, "validate with");
}

void note_similar_labels(Inventory& inventory) {
  std::set<std::string> plain;
  for (const std::string& label : inventory.labels) {
    if (plain.insert(plain_name(label)).second) continue;
    inventory.notes.push_back("the label " + in_quotes(label) +
                              " and another differ in capitals or spaces alone: they are two classes");
  }
}

std::string skipped_text(const std::map<std::string, Index>& skipped) {
  std::vector<std::pair<std::string, Index>> kinds(skipped.begin(), skipped.end());
  std::stable_sort(kinds.begin(), kinds.end(), [](auto& a, auto& b) { return a.second > b.second; });
  Index total = 0;
  std::string list;
  for (const auto& [kind, count] : kinds) {
    total += count;
    list += (list.empty() ? "" : ", ") + counted(count) + " " + kind;
  }
  return total == 0 ? "" : counted(total) + " (" + list + ")";
}

std::string splits_text(const SplitCounts& counts) {
  std::string text;
  for (const Split split : {Split::train, Split::valid, Split::test}) {
    const Index count = counts[static_cast<std::size_t>(split)];
    if (count > 0) text += (text.empty() ? "" : ", ") + std::string(split_name(split)) + " " + counted(count);
  }
  return text;
}

std::string found_line(const Inventory& inventory, bool as_whole) {
  const std::size_t classes = inventory.labels.size();
  std::string line = "found " + counted(inventory.total()) + " " + inventory.what + " in " +
                     counted(static_cast<Index>(classes)) + (classes == 1 ? " class (" : " classes (") +
                     classes_text(inventory) + ")";
  if (!as_whole) line += "; " + counted(inventory.count(Split::train)) + " to train";
  for (const auto& [split, purpose] : {std::pair(Split::valid, "validate"), std::pair(Split::test, "test")}) {
    const Index count = as_whole ? 0 : inventory.count(split);
    if (count > 0) line += ", " + counted(count) + " to " + purpose;
  }
  const std::string skipped = skipped_text(inventory.skipped);
  return skipped.empty() ? line : line + "; skipped " + skipped;
}

Json inventory_json(const Inventory& inventory) {
  Json::Object classes;
  for (std::size_t i = 0; i < inventory.of_class.size(); ++i)
    classes.push_back({to_utf8(inventory.labels[i]), std::int64_t{sum(inventory.of_class[i])}});
  Json::Object skipped;
  for (const auto& [kind, count] : inventory.skipped) skipped.push_back({to_utf8(kind), std::int64_t{count}});
  Json::Array notes;
  for (const std::string& note : inventory.notes) notes.emplace_back(to_utf8(note));
  return Json::Object{{"what", inventory.what},
                      {"found", std::int64_t{inventory.total()}},
                      {"classes", std::move(classes)},
                      {"train", std::int64_t{inventory.count(Split::train)}},
                      {"valid", std::int64_t{inventory.count(Split::valid)}},
                      {"test", std::int64_t{inventory.count(Split::test)}},
                      {"skipped", std::move(skipped)},
                      {"notes", std::move(notes)}};
}

void print_inventory(const Inventory& inventory, bool as_whole) {
  std::printf("%s\n", one_line(found_line(inventory, as_whole)).c_str());
  for (const std::string& note : inventory.notes) std::printf("note: %s\n", one_line(note).c_str());
}

void Fingerprint::add(std::string_view text) {
  for (const char byte : text) value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  value_ = (value_ ^ 0xff) * 0x100000001b3;  // "a", "bc" is not "ab", "c"
}

}  // namespace lapis::native
