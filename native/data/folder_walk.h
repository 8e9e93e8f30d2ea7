#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lapis/core/real.h"

namespace lapis::native {

/// Finds the pictures of a class, also in folders below.
class FolderWalk {
 public:
  /// Links into one of `closed` folders are not followed, e.g. back to the folder that holds all classes.
  explicit FolderWalk(const std::vector<std::string>& closed);

  /// The folder is one of the closed ones, e.g. a link to where all classes lie.
  bool is_closed(const std::string& folder) const;

  /// Paths of the pictures in `folder`, relative to it, sorted. Each folder is searched once, so that links
  /// in a circle end. Throws Error where a folder cannot be read.
  std::vector<std::string> pictures(const std::string& folder);

  /// What lay there besides, by kind. Hidden files that are no pictures, and those
  /// that desktops leave behind, are not counted.
  const std::map<std::string, Index>& skipped() const { return skipped_; }

 private:
  using FolderId = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

  void search(const std::string& folder, const std::string& below, std::set<FolderId>& seen,
              std::vector<std::string>& found);
  bool is_picture(const std::string& path, const std::string& name);
  void skip(const std::string& kind) { ++skipped_[kind]; }

  std::set<FolderId> closed_;
  std::map<std::string, Index> skipped_;
};

}  // namespace lapis::native
