#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/split.h"

namespace lapis::native {

/// Where in a folder of pictures the class folders lie.
struct FolderLayout {
  std::string root;                       // the folder itself, or the one inside that holds everything
  std::array<std::string, kSplits> of{};  // the folder of each split; empty: the split has none of its own
  std::vector<std::string> root_classes;  // names of the folders in `root` that are classes, sorted
  std::vector<std::string> notes;         // where there were two readings: the one that was taken

  const std::string& folder(Split split) const { return of[static_cast<std::size_t>(split)]; }
  /// The folder whose folders are the classes to train on; empty: there is none.
  std::string pool() const;
  /// Names of the class folders in `folder`, the root or a split's.
  std::vector<std::string> classes(const std::string& folder) const;
};

/// Looks for folders called train, valid, test and alike (split_called), and for one folder around
/// everything. A folder that is called so and holds no folders is a class where the classes lie beside it,
/// and where it is among `labels`. Throws Error where the folder cannot be read.
FolderLayout find_layout(const std::string& path, const std::vector<std::string>& labels);

/// Folders in `folder`, sorted, without those that never hold samples: hidden ones, and what archives, disks
/// and Python leave behind ("__MACOSX", "lost+found", ...). Throws Error where the folder cannot be read.
std::vector<std::string> folders_in(const std::string& folder);

/// The name ends as a picture's, in capitals or not.
bool has_picture_ending(const std::string& name);

/// Names of the pictures that lie directly in `folder`, sorted.
std::vector<std::string> pictures_in(const std::string& folder);

}  // namespace lapis::native
