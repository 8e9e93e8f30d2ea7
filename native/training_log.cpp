#include "training_log.h"

#include <algorithm>

#include "common.h"
#include "lapis/core/error.h"
#include "lapis/io/json.h"
#include "training_report.h"

namespace lapis::native {
namespace {

constexpr std::size_t kMaxLogBytes = std::size_t{256} << 20;

/// The run that a line belongs to; 0 where it is no line of a log. Lines of older versions have no "run".
std::int64_t run_of(const std::string& line) {
  try {
    const Json json = Json::parse(line);
    if (json.find("epoch") == nullptr) return 0;
    const Json* const run = json.find("run");
    return run != nullptr && run->integer() != nullptr ? *run->integer() : 1;
  } catch (const Error&) {
    return 0;
  }
}

/// The number of the run that begins now.
std::int64_t next_run(const std::string& path) {
  if (!exists(path) || is_special(path)) return 1;
  const std::vector<std::string> lines = split_lines(read_text_file(path, kMaxLogBytes));
  if (lines.empty()) return 1;
  // A line that was cut off, by a full disk or a power loss, takes nothing from the others.
  std::int64_t last = 0;
  for (const std::string& line : lines) last = std::max(last, run_of(line));
  if (last == 0)
    fail(path, ": is there already and is no log of lapis train: give --log another name or remove it");
  return last + 1;
}

bool ends_in_a_cut_line(const std::string& path) {
  if (!exists(path) || is_special(path)) return false;
  const std::string text = read_text_file(path, kMaxLogBytes);
  return !text.empty() && text.back() != '\n';
}

}  // namespace

TrainingLog::TrainingLog(const std::string& path) : run_(next_run(path)), lines_(path) {
  if (ends_in_a_cut_line(path)) lines_.write("");
}

void TrainingLog::write(const EpochRecord& record) {
  Json line = epoch_json(record);
  line.add("run", run_);
  lines_.write(line.dump());
}

}  // namespace lapis::native
