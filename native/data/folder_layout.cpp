#include "data/folder_layout.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "data/labels.h"
#include "lapis/core/error.h"
#include "lapis/io/json.h"
#include "picture.h"

namespace lapis::native {
namespace {

namespace fs = std::filesystem;

constexpr int kMostFoldersAround = 8;

std::string in(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

bool is_left_behind(const std::string& name) {
  static constexpr std::array<const char*, 6> kNames = {
      "__MACOSX", "__pycache__", "@eaDir", "$RECYCLE.BIN", "lost+found", "System Volume Information"};
  return name.starts_with(".") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool among(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The only folder in `folder`, where that holds nothing but folders, as `folder` itself does; else "". It is
/// no folder of a split, but of the one that `folder` is of.
std::string folder_inside(const std::string& folder, std::optional<Split> split,
                          const std::vector<std::string>& labels) {
  const std::vector<std::string> folders = folders_in(folder);
  if (folders.size() != 1 || among(folders[0], labels)) return {};
  if (const auto called = split_called(folders[0]); called && called != split) return {};
  if (!pictures_in(folder).empty()) return {};
  const std::string inner = in(folder, folders[0]);
  return folders_in(inner).empty() || !pictures_in(inner).empty() ? std::string() : inner;
}

/// `folder`, which may be of a split, or what it is around.
std::string unwrapped(std::string folder, std::optional<Split> split, const std::vector<std::string>& labels,
                      std::vector<std::string>& notes) {
  const std::string given = folder;
  for (int depth = 0; depth < kMostFoldersAround; ++depth) {
    std::string inner = folder_inside(folder, split, labels);
    if (inner.empty()) break;
    folder = std::move(inner);
    const std::vector<std::string> folders = folders_in(folder);
    if (std::any_of(folders.begin(), folders.end(),
                    [](auto& name) { return split_called(name).has_value(); }))
      break;
  }
  if (folder != given)
    notes.push_back("the classes are the folders in " + folder + ", the only folder in " + given);
  return folder;
}

/// The name that is taken where several folders are called as one split: the plainest.
bool is_plainer(const std::string& a, const std::string& b, Split split) {
  const std::string name = split_name(split);
  return std::pair(a != name, a.size()) < std::pair(b != name, b.size());
}

/// Tells the folders in the layout's root apart: splits and classes.
void sort_folders(FolderLayout& layout, const std::vector<std::string>& folders,
                  const std::vector<std::string>& labels) {
  const auto is_bare = [&](const std::string& name) { return folders_in(in(layout.root, name)).empty(); };
  const auto is_label = [&](const std::string& name) { return among(name, labels) && is_bare(name); };
  const bool has_train = std::any_of(folders.begin(), folders.end(), [&](const std::string& name) {
    return split_called(name) == Split::train && !is_bare(name);
  });
  const bool has_classes = std::any_of(folders.begin(), folders.end(), [&](const std::string& name) {
    return !split_called(name) || is_label(name);
  });
  std::array<std::string, kSplits> taken;
  for (const std::string& name : folders) {
    const auto split = split_called(name);
    const bool is_class = split && (is_label(name) || (has_classes && !has_train && is_bare(name)));
    if (is_class) layout.notes.push_back(in(layout.root, name) + " holds no folders: it is taken as a class");
    if (!split || is_class) {
      layout.root_classes.push_back(name);
      continue;
    }
    std::string& before = taken[static_cast<std::size_t>(*split)];
    if (!before.empty()) {
      const bool newer = is_plainer(name, before, *split);
      layout.notes.push_back("of " + in_quotes(before) + " and " + in_quotes(name) + " in " + layout.root +
                             " only " + in_quotes(newer ? name : before) + " is used");
      if (!newer) continue;
    }
    before = name;
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (taken[i].empty()) continue;
    layout.of[i] = unwrapped(in(layout.root, taken[i]), static_cast<Split>(i), labels, layout.notes);
  }
  if (!layout.folder(Split::train).empty() && !layout.root_classes.empty())
    layout.notes.push_back("not used, beside the folder to train on: " + list_labels(layout.root_classes));
}

}  // namespace

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (!is_left_behind(name) && entry->is_directory(ignored)) names.push_back(std::move(name));
  }
  if (error) fail(folder, ": cannot read the folder: ", error.message());
  std::sort(names.begin(), names.end());
  return names;
}

bool has_picture_ending(const std::string& name) {
  const auto endings = picture_endings();
  const std::string ending = plain_name(fs::path(name).extension().string());
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

std::vector<std::string> pictures_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (!name.starts_with(".") && has_picture_ending(name) && entry->is_regular_file(ignored))
      names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string FolderLayout::pool() const {
  if (!folder(Split::train).empty()) return folder(Split::train);
  return root_classes.empty() ? std::string() : root;
}

std::vector<std::string> FolderLayout::classes(const std::string& folder) const {
  return folder == root ? root_classes : folders_in(folder);
}

FolderLayout find_layout(const std::string& path, const std::vector<std::string>& labels) {
  FolderLayout layout;
  layout.root = unwrapped(path, {}, labels, layout.notes);
  sort_folders(layout, folders_in(layout.root), labels);
  return layout;
}

}  // namespace lapis::native
