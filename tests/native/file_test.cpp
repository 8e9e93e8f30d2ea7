#include "file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "lapis/core/error.h"
#include "workbench.h"

using namespace lapis::native;
using lapis_test::TemporaryFolder;
using lapis_test::write_text;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::size_t count_files(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("file: what is written is read back, over an old file too") {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  for (const std::string& text : {std::string("one"), std::string(), std::string(300'000, 'x')}) {
    write_file_atomically(path, bytes_of(text));
    CHECK(read_text_file(path) == text);
    CHECK(read_file(path).size() == text.size());
    CHECK(count_files(folder.path()) == 1);
  }
}

TEST_CASE("file: saving keeps the old file's mode and follows a link") {
  const TemporaryFolder folder;
  write_text(folder / "a", "old");
  REQUIRE(::chmod((folder / "a").c_str(), 0640) == 0);
  REQUIRE(::symlink("a", (folder / "link").c_str()) == 0);
  write_file_atomically(folder / "link", bytes_of("new"));
  CHECK(read_text_file(folder / "a") == "new");
  struct stat info {};
  REQUIRE(::lstat((folder / "link").c_str(), &info) == 0);
  CHECK(S_ISLNK(info.st_mode));
  REQUIRE(::stat((folder / "a").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0640U);
}

TEST_CASE("file: a full disk ends in an error") {
  CHECK_THROWS_WITH(write_file_atomically("/dev/full", bytes_of("x")),
                    "/dev/full: cannot write it: No space left on device");
}

TEST_CASE("file: where it cannot be written, nothing is left behind") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(write_file_atomically(folder / "no/a", bytes_of("x")), Catch::Contains("No such file"));
  CHECK_THROWS_WITH(check_writable(folder / "no/a"), Catch::Contains("does not exist"));
  CHECK_THROWS_WITH(write_file_atomically(folder.path().string(), bytes_of("x")),
                    Catch::Contains("is a folder"));
  CHECK(count_files(folder.path()) == 0);
}

TEST_CASE("file: a missing file, a folder and a too long file are refused by name") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(read_file(folder / "a"), Catch::StartsWith(folder / "a: cannot open it: No such file"));
  CHECK_THROWS_WITH(read_file(folder.path().string()), Catch::Contains("is a folder"));
  write_text(folder / "a", "12345");
  CHECK_THROWS_WITH(read_file(folder / "a", 4), Catch::Contains("5 bytes, at most 4"));
  CHECK(read_file(folder / "a", 5).size() == 5);
}

TEST_CASE("file: a log grows line by line") {
  const TemporaryFolder folder;
  LineWriter log(folder / "log");
  log.write("one");
  CHECK(read_text_file(folder / "log") == "one\n");
  log.write("two");
  CHECK(read_text_file(folder / "log") == "one\ntwo\n");
  LineWriter full("/dev/full");
  CHECK_THROWS_WITH(full.write("x"), Catch::Contains("No space left"));
}
