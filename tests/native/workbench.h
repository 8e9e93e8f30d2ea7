#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/io/json.h"
#include "lapis/io/safetensors.h"

/// What the tests of the command line share: a folder that disappears, the built program as a child process,
/// and small data sets written on the spot.
namespace lapis_test {

/// A new empty folder, removed with everything in it at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// What a run of the command line left behind.
struct CommandResult {
  int status = -1;  // exit status; 128 + n after signal n
  std::string out;
  std::string error;

  /// Number of lines on standard error.
  int error_lines() const;
};

/// The built program: LAPIS_CLI, or `lapis` in the folder above this test's.
std::string lapis_program();

/// Runs `lapis ARGUMENTS...` with `input` as standard input. `max_file_bytes` > 0: no file may grow beyond
/// it, as on a full disk.
CommandResult run_lapis(const std::vector<std::string>& arguments, const std::string& input = {},
                        long max_file_bytes = 0);

/// The same with --json at the end: status 0, nothing on standard error, and on standard output one line, one
/// object.
lapis::Json run_json(std::vector<std::string> arguments, const std::string& input = {});

/// Starts `lapis ARGUMENTS...` and returns at once; its output goes to the two files.
pid_t start_lapis(const std::vector<std::string>& arguments, const std::string& out,
                  const std::string& error);

/// Exit status of a started process, once it has ended.
int wait_for(pid_t process);

void write_text(const std::string& path, std::string_view text);
/// A safetensors file with this tensor alone.
void write_tensor(const std::string& path, const std::string& name, lapis::Dtype dtype,
                  const lapis::Shape& shape, std::span<const std::byte> bytes);
void write_octets(const std::string& path, const std::vector<std::uint8_t>& bytes);

/// A training config for `write_nusax`: embedding of mean words, no recurrence; learns in a few epochs.
std::string text_config(int epochs);
/// For `write_cifar10` (kind "cifar10") and `write_image_folder` (kind "image_folder").
std::string picture_config(const std::string& kind, int epochs);

/// Trains on the spot; returns the model file's path inside `folder`, with the data in `folder`/data.
std::string train_on_texts(const TemporaryFolder& folder, int epochs = 3);
std::string train_on_cifar10(const TemporaryFolder& folder, int epochs = 2);

/// A "png", "jpg" or "bmp" of RGB pixels [height, width, 3].
std::vector<std::uint8_t> encode(const std::string& format, int width, int height,
                                 const std::vector<std::uint8_t>& rgb);
/// A PNG of one colour.
std::vector<std::uint8_t> plain_png(int width, int height, std::uint8_t red, std::uint8_t green,
                                    std::uint8_t blue);

/// A folder in CIFAR-10's layout with `records` pictures in each of its six files. Class c is a bright square
/// on a dark ground, at a place of its own: easy to learn.
void write_cifar10(const std::string& folder, int records);

/// train.csv, valid.csv and test.csv in NusaX's layout: 60, 15 and 15 rows; words decide the class.
void write_nusax(const std::string& folder);

/// One folder for each of the classes "blue" and "red", with `count` PNG pictures of different sizes.
void write_image_folder(const std::string& folder, int count);

}  // namespace lapis_test
