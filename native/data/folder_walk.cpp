#include "data/folder_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>

#include "data/folder_layout.h"
#include "data/labels.h"
#include "lapis/core/error.h"
#include "picture.h"

namespace lapis::native {
namespace {

namespace fs = std::filesystem;

std::optional<std::pair<std::uint64_t, std::uint64_t>> folder_id(const std::string& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return {};
  return std::pair<std::uint64_t, std::uint64_t>(info.st_dev, info.st_ino);
}

/// For a file without a picture's ending: its first bytes are beyond doubt those of a picture. "BM" and "P5"
/// may begin any text, and the raw formats of cameras begin as TIFF.
bool begins_as_picture(const std::string& path) {
  std::array<char, 64> bytes{};
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), bytes.size());
  const std::string_view text(bytes.data(),
                              static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  for (const char* doubtful : {"BM", "P", "II", "MM"}) {
    if (text.starts_with(doubtful)) return false;
  }
  return is_picture({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// ".webp", or "without an ending".
std::string kind_of(const std::string& name) {
  const std::string ending = plain_name(fs::path(name).extension().string());
  return ending.empty() ? "without an ending" : ending;
}

}  // namespace

FolderWalk::FolderWalk(const std::vector<std::string>& closed) {
  for (const std::string& folder : closed) {
    if (const auto id = folder_id(folder)) closed_.insert(*id);
  }
}

bool FolderWalk::is_closed(const std::string& folder) const {
  const auto id = folder_id(folder);
  return id && closed_.contains(*id);
}

std::vector<std::string> FolderWalk::pictures(const std::string& folder) {
  std::set<FolderId> seen = closed_;
  if (const auto id = folder_id(folder)) seen.insert(*id);
  std::vector<std::string> found;
  search(folder, "", seen, found);
  std::sort(found.begin(), found.end());
  return found;
}

void FolderWalk::search(const std::string& folder, const std::string& below, std::set<FolderId>& seen,
                        std::vector<std::string>& found) {
  for (const std::string& name : folders_in(folder)) {
    const std::string path = (fs::path(folder) / name).string();
    const auto id = folder_id(path);
    if (id && seen.insert(*id).second) {
      search(path, below + name + "/", seen, found);
    } else {
      skip("links to folders searched already");
    }
  }
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (!entry->is_directory(ignored) && is_picture(entry->path().string(), name))
      found.push_back(below + name);
  }
  if (error) fail(folder, ": cannot read the folder: ", error.message());
}

bool FolderWalk::is_picture(const std::string& path, const std::string& name) {
  if (name.starts_with(".")) {
    // "._NAME" is what macOS writes beside NAME on other disks.
    if (has_picture_ending(name) && !name.starts_with("._")) skip("hidden");
    return false;
  }
  if (name == "Thumbs.db" || name == "desktop.ini") return false;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    skip(fs::exists(path, error) ? "no regular files" : "broken links");
    return false;
  }
  if (has_picture_ending(name) || begins_as_picture(path)) return true;
  skip(kind_of(name));
  return false;
}

}  // namespace lapis::native
