// A picture file of any kind.

#include "picture.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::is_done([&] {
    const lapis::native::Picture picture = lapis::native::decode_picture("a", {data, size});
    const auto values = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height) *
                        static_cast<std::size_t>(picture.channels);
    fuzz::must_be(picture.pixels.size() == values, "a picture of another size than it says");
  });
  return 0;
}
