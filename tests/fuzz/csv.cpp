// A table of texts and labels.

#include "data/csv.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char delimiter : {',', ';', '\t'})
    fuzz::is_done([&] { lapis::native::parse_csv(text, delimiter); });
  return 0;
}
