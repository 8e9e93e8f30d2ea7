#include "recording.h"

#include <cstring>
#include <utility>

namespace lapis::cuda {

namespace {

bool fits(const Recording::Entry& entry, const Launch& launch, const std::size_t* sizes, std::size_t count) {
  return entry.launch == launch && entry.sizes.size() == count &&
         std::memcmp(entry.sizes.data(), sizes, count * sizeof(std::size_t)) == 0;
}

Recording::Entry make_entry(const Launch& launch, const std::size_t* sizes, std::size_t count) {
  constexpr std::size_t kUnit = sizeof(std::max_align_t);
  const auto units = [&](std::size_t i) { return (sizes[i] + kUnit - 1) / kUnit; };
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i) total += units(i);
  Recording::Entry entry;
  entry.launch = launch;
  entry.memory.resize(total);
  entry.sizes.assign(sizes, sizes + count);
  std::max_align_t* next = entry.memory.data();
  for (std::size_t i = 0; i < count; next += units(i++)) entry.arguments.push_back(next);
  return entry;
}

}  // namespace

void Recording::begin() {
  next_ = 0;
  is_same_ = !entries_.empty();
}

void Recording::add(const Launch& launch, void* const* arguments, const std::size_t* sizes,
                    std::size_t count) {
  if (next_ < entries_.size() && !fits(entries_[next_], launch, sizes, count)) entries_.resize(next_);
  if (next_ == entries_.size()) {
    is_same_ = false;
    entries_.push_back(make_entry(launch, sizes, count));
  }
  Entry& entry = entries_[next_++];
  entry.has_changed = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::memcmp(entry.arguments[i], arguments[i], sizes[i]) == 0) continue;
    std::memcpy(entry.arguments[i], arguments[i], sizes[i]);
    entry.has_changed = true;
    if (launch.blocks == 0) is_same_ = false;
  }
}

void Recording::end() {
  if (next_ == entries_.size()) return;
  entries_.resize(next_);
  is_same_ = false;
}

}  // namespace lapis::cuda
