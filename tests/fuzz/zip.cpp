// The zip of a .keras file as it is read, without libhdf5, which runs in a process of its own.

#include "check.h"
#include "file_kind.h"
#include "lapis/io/keras_archive.h"
#include "zip_file.h"

using namespace lapis::native;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = std::size_t{1} << 26;
  fuzz::is_done([&] {
    foreign_kind(fuzz::as_bytes(data, size));
    ZipFile zip(fuzz::as_bytes(data, size));
    std::size_t total = 0;
    for (const std::string& name : zip.names())
      fuzz::is_done([&] { total += zip.read(name, std::size_t{1} << 31).size(); });
    fuzz::must_be(total <= (std::size_t{1} << 20) + 100 * size, "a zip gives more than it may");
    lapis::KerasArchive archive;
    if (zip.has("config.json")) archive.config = zip.read_text("config.json", kMost);
    for (const std::string& name : zip.names())
      if (name.starts_with("assets/")) archive.assets[name] = zip.read_text(name, kMost);
    lapis::read_keras_archive(archive);
  });
  return 0;
}
