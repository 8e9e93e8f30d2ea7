// JSON: what is parsed, printed and parsed again prints the same.

#include "lapis/io/json.h"
#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text;
  const bool is_json = fuzz::is_done([&] {
    text = lapis::Json::parse({reinterpret_cast<const char*>(data), size}).dump();
  });
  if (!is_json) return 0;
  fuzz::must_work("own JSON is refused", [&] {
    fuzz::must_be(lapis::Json::parse(text).dump() == text, "JSON reads back as something else", text);
  });
  return 0;
}
