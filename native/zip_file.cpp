#include "zip_file.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>

#include "lapis/core/error.h"
#include "lapis/io/json.h"

namespace lapis::native {
namespace {

constexpr zip_int64_t kMaxMembers = 100'000;

bool leads_out(std::string_view name) {
  if (name.empty() || name.starts_with('/') || name.find('\\') != name.npos || name.find(':') != name.npos)
    return true;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    if (name.substr(at, end - at) == "..") return true;
    at = end + 1;
  }
  return false;
}

zip_t* open(std::span<const std::byte> bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* const archive =
      source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (archive == nullptr && source != nullptr) zip_source_free(source);
  zip_error_fini(&error);
  if (archive == nullptr) fail("not a whole zip: truncated or damaged");
  return archive;
}

}  // namespace

ZipFile::ZipFile(std::span<const std::byte> bytes)
    : archive_(open(bytes)), left_(kSmallBytes + kMaxExpansion * bytes.size()) {
  try {
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    if (count > kMaxMembers) fail("the zip has ", count, " members, expected at most ", kMaxMembers);
    std::set<std::string_view> seen;
    names_.reserve(static_cast<std::size_t>(count));
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* const name = zip_get_name(archive_, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_GUESS);
      if (name == nullptr) fail("member ", i, " of the zip has no name: the file is damaged");
      names_.emplace_back(name);
      if (leads_out(names_.back()))
        fail("member ", in_quotes(names_.back()), " of the zip leads out of its folder: not saved by Keras");
      if (!seen.insert(names_.back()).second)
        fail("member ", in_quotes(names_.back()), " of the zip stands twice");
    }
  } catch (...) {
    zip_discard(archive_);
    throw;
  }
}

ZipFile::~ZipFile() {
  zip_discard(archive_);
}

bool ZipFile::has(const std::string& name) const {
  return zip_name_locate(archive_, name.c_str(), 0) >= 0;
}

std::vector<std::byte> ZipFile::read(const std::string& name, std::size_t max_bytes) {
  const std::string where = "member " + in_quotes(name) + " of the zip";
  zip_stat_t info;
  if (!has(name) || zip_stat(archive_, name.c_str(), 0, &info) != 0) fail(where, " is missing");
  if (info.encryption_method != ZIP_EM_NONE) fail(where, " is encrypted, which is not read");
  if (info.comp_method != ZIP_CM_STORE && info.comp_method != ZIP_CM_DEFLATE)
    fail(where, " is compressed with method ", info.comp_method, ", expected 0 (stored) or 8 (deflate)");
  if (info.size > max_bytes) fail(where, " claims ", info.size, " bytes, at most ", max_bytes, " are read");
  if (info.size > kSmallBytes && info.size / kMaxExpansion > info.comp_size)
    fail(where, " claims ", info.size, " bytes but is stored in ", info.comp_size, ": not saved by Keras");
  if (info.size > left_)
    fail(where, " and those before it claim more than ", kMaxExpansion, " times the file's size");
  left_ -= static_cast<std::size_t>(info.size);
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> member(zip_fopen(archive_, name.c_str(), 0),
                                                                 zip_fclose);
  std::vector<std::byte> bytes(static_cast<std::size_t>(info.size));
  // One read more than the size: only at the end is the checksum compared.
  std::byte past_end;
  if (!member || zip_fread(member.get(), bytes.data(), info.size) != static_cast<zip_int64_t>(info.size) ||
      zip_fread(member.get(), &past_end, 1) != 0)
    fail(where, " is damaged: its checksum or size is wrong");
  return bytes;
}

std::string ZipFile::read_text(const std::string& name, std::size_t max_bytes) {
  const std::vector<std::byte> bytes = read(name, max_bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> write_zip(
    const std::vector<std::pair<std::string, std::span<const std::byte>>>& members) {
  constexpr const char* kFailed = "the zip cannot be put together: not enough memory";
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) fail(kFailed);
  zip_source_keep(target);  // closing the archive frees its own hold
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(target, zip_source_free);
  zip_t* const archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (archive == nullptr) {
    zip_source_free(target);
    fail(kFailed);
  }
  for (const auto& [name, bytes] : members) {
    zip_source_t* const source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0 ||
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0) != 0) {
      if (index < 0 && source != nullptr) zip_source_free(source);
      zip_discard(archive);
      fail(kFailed);
    }
  }
  if (zip_close(archive) != 0) {
    zip_discard(archive);
    fail(kFailed);
  }
  zip_stat_t info;
  std::vector<std::byte> bytes;
  if (zip_source_open(target) != 0 || zip_source_stat(target, &info) != 0) fail(kFailed);
  bytes.resize(static_cast<std::size_t>(info.size));
  const zip_int64_t got = zip_source_read(target, bytes.data(), info.size);
  zip_source_close(target);
  if (got != static_cast<zip_int64_t>(bytes.size())) fail(kFailed);
  return bytes;
}

}  // namespace lapis::native
