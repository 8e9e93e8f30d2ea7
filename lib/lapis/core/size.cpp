#include "lapis/core/size.h"

#include "lapis/core/error.h"

namespace lapis {

void Size::refuse(std::uint64_t most_bytes) const {
  const Size bytes = *this * static_cast<std::int64_t>(sizeof(Real));
  fail("it takes ", bytes.reals_ == kMost ? "more than " : "", bytes.reals_, " bytes of memory, and at most ",
       most_bytes, " can be addressed here");
}

}  // namespace lapis
