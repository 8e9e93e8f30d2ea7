#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/core/utf8.h"

/// What every fuzz target promises: whatever the bytes, nothing but a lapis::Error comes out, and that is one
/// clean line. What breaks a promise ends the run, and libFuzzer keeps the input.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace fuzz {

[[noreturn]] inline void report(std::string_view what, std::string_view text) {
  std::fprintf(stderr, "FOUND: %.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(text.size()), text.data());
  std::abort();
}

inline void check_message(std::string_view text) {
  if (text.empty()) report("a message without text", text);
  if (text.size() > lapis::Error::kLongest + 100) report("a message without an end", text);
  if (text != lapis::clean_line(text, text.size())) report("a message that is not one clean line", text);
}

/// Runs `work`; false where it threw an Error.
template <class Work>
bool is_done(const Work& work) {
  try {
    work();
    return true;
  } catch (const lapis::Error& error) {
    check_message(error.what());
    return false;
  }
}

/// What was written is read again, and gives the same.
template <class Work>
void must_work(std::string_view what, const Work& work) {
  try {
    work();
  } catch (const lapis::Error& error) {
    report(what, error.what());
  }
}

inline void must_be(bool holds, std::string_view what, std::string_view text = {}) {
  if (!holds) report(what, text);
}

/// An input of several texts: between them stands 0xFF, which is never UTF-8.
class Parts {
 public:
  explicit Parts(std::span<const std::uint8_t> input) : list_(1) {
    for (const std::uint8_t byte : input) {
      if (byte == 0xFF)
        list_.emplace_back();
      else
        list_.back() += static_cast<char>(byte);
    }
  }

  const std::string& operator[](std::size_t i) const { return i < list_.size() ? list_[i] : none_; }
  std::size_t size() const { return list_.size(); }
  const std::vector<std::string>& all() const { return list_; }

 private:
  std::vector<std::string> list_;
  std::string none_;
};

inline std::span<const std::byte> as_bytes(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

}  // namespace fuzz
