// The two functions of the C library that turn numbers into texts and back, as far as the JSON library uses
// them. The C library's own work in 128 bits, which WebAssembly has not: they would be a tenth of the module.
// The host reads numbers exactly anyway.

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

/// The number that a zero-terminated text of the form that JSON allows stands for, rounded correctly.
/// Imported: src/host.ts.
extern "C" __attribute__((import_module("env"), import_name("lapis_parse_number"))) double lapis_parse_number(
    const char* text);

/// The JSON library's lexer asks for tokens that it has checked, and expects them to be read to their ends.
extern "C" double __wrap_strtod(const char* text, char** end) {
  if (end != nullptr) *end = const_cast<char*>(text) + std::strlen(text);
  return lapis_parse_number(text);
}

/// Knows %x and %X with a width or precision, filled with zeros: what escapes of characters need.
extern "C" int __wrap_snprintf(char* to, std::size_t size, const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  std::size_t length = 0;
  const auto put = [&](char character) {
    if (length + 1 < size) to[length] = character;
    ++length;
  };
  for (const char* at = format; *at != '\0'; ++at) {
    if (*at != '%') {
      put(*at);
      continue;
    }
    unsigned digits = 0;
    for (++at; *at == '.' || *at == 'h' || (*at >= '0' && *at <= '9'); ++at) {
      if (*at >= '0' && *at <= '9') digits = digits * 10 + static_cast<unsigned>(*at - '0');
    }
    const char* const kinds = *at == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    const unsigned value = va_arg(values, unsigned);
    for (unsigned digit = digits; digit-- > 0;) put(kinds[(value >> (4 * digit)) & 15U]);
  }
  va_end(values);
  if (size > 0) to[length < size ? length : size - 1] = '\0';
  return static_cast<int>(length);
}
