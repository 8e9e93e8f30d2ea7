// A table of texts and labels.

#include "data/csv.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::is_done([&] { lapis::native::parse_csv("a.csv", {reinterpret_cast<const char*>(data), size}); });
  return 0;
}
