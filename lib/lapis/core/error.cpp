#include "lapis/core/error.h"

#include <array>
#include <cstdio>

namespace lapis {

void MessagePart::append_to(std::string& message) const {
  switch (kind_) {
    case Kind::text:
      message += text_;
      break;
    case Kind::integer:
      message += std::to_string(integer_);
      break;
    case Kind::unsigned_integer:
      message += std::to_string(unsigned_);
      break;
    case Kind::number: {
      std::array<char, 32> digits{};
      std::snprintf(digits.data(), digits.size(), "%.6g", number_);
      message += digits.data();
      break;
    }
    case Kind::object:
      message += object_.print(object_.address);
      break;
  }
}

void fail_with(std::initializer_list<MessagePart> parts) {
  std::string message;
  for (const MessagePart& part : parts) part.append_to(message);
  throw Error(message);
}

}  // namespace lapis
