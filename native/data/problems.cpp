#include "data/problems.h"

#include <utility>

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

constexpr std::size_t kShown = 10;

}  // namespace

void Problems::add(std::string text, Index samples) {
  count_ += samples;
  if (first_.size() == kShown) return;
  if (samples > 1) text += " (in " + std::to_string(samples) + " of them)";
  first_.push_back(std::move(text));
  shown_ += samples;
}

void Problems::check(const std::string& where, Index of, const std::string& what) const {
  if (count_ == 0) return;
  if (count_ == 1) fail(first_.front());
  std::string list;
  for (const std::string& text : first_) list += (list.empty() ? "" : "; ") + text;
  const Index rest = count_ - shown_;
  if (rest > 0) list += "; and " + std::to_string(rest) + " more";
  fail(where, ": ", count_, " of ", of, " ", what, " cannot be used: ", list);
}

}  // namespace lapis::native
