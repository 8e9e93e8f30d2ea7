#include "lapis/core/error.h"

#include <cmath>
#include <cstdlib>

#include "lapis/core/utf8.h"

namespace lapis {

namespace {

/// As printf's %.6g, but for a rare last digit: six digits that say what a message needs. (printf, pow and
/// log10 would be a twentieth of the WebAssembly module.)
std::string six_digits(double number) {
  if (std::isnan(number)) return "nan";
  std::string text = std::signbit(number) ? "-" : "";
  number = std::abs(number);
  if (std::isinf(number)) return text + "inf";
  if (number == 0) return text + "0";
  constexpr int kDigits = 6;
  int exponent = kDigits - 1;  // number = digits * 10^(exponent - 5)
  for (; number >= 1e6; ++exponent) number /= 10;
  for (; number < 1e5; --exponent) number *= 10;
  auto digits = static_cast<std::int64_t>(std::nearbyint(number));
  if (digits == 1'000'000) {
    digits /= 10;
    ++exponent;
  }
  std::string written = std::to_string(digits);
  const bool scientific = exponent < -4 || exponent >= kDigits;
  if (!scientific && exponent < 0) written.insert(0, static_cast<std::size_t>(-exponent), '0');
  const int point = scientific || exponent < 0 ? 1 : exponent + 1;
  written.insert(static_cast<std::size_t>(point), 1, '.');
  written.resize(written.find_last_not_of('0') + 1);
  if (written.back() == '.') written.pop_back();
  text += written;
  if (!scientific) return text;
  text += exponent < 0 ? "e-" : "e+";
  if (std::abs(exponent) < 10) text += '0';
  return text + std::to_string(std::abs(exponent));
}

}  // namespace

Error::Error(const std::string& text) : std::runtime_error(clean_line(text, kLongest)) {}

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
    case Kind::number:
      message += six_digits(number_);
      break;
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
