#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lapis {

/// The only exception that the library throws. `what()` is one line that says where, what, expected, found
/// and what to do, e.g. `weights/cifar10.safetensors: tensor "conv2d_1/kernel": shape [3,3,32,64], expected
/// [3,3,16,64]`.
class Error : public std::runtime_error {
 public:
  /// Messages repeat names and bytes of foreign files: whatever `text` holds, `what()` is one clean line of
  /// UTF-8 (core/utf8.h) of about kLongest bytes at most.
  explicit Error(const std::string& text);
  static constexpr std::size_t kLongest = 2000;

  /// The same error with `where + ": "` in front, e.g. the file's name added by whoever opened it.
  Error inside(const std::string& where) const { return Error(where + ": " + what()); }
};

/// A device has no room for a block of memory.
class OutOfMemory : public Error {
 public:
  OutOfMemory(const std::string& text, std::uint64_t asked, std::uint64_t free)
      : Error(text), asked_(asked), free_(free) {}

  std::uint64_t asked() const { return asked_; }  // bytes
  std::uint64_t free() const { return free_; }

 private:
  std::uint64_t asked_, free_;
};

/// One piece of a message: a text, a number, or anything with `to_string()`. Refers to what it is made of.
/// (Streams would do the same, and make the WebAssembly module a third larger: they bring every locale's
/// dates and money.)
class MessagePart {
 public:
  MessagePart(std::string_view text) : kind_(Kind::text), text_(text) {}
  MessagePart(const std::string& text) : MessagePart(std::string_view(text)) {}
  MessagePart(const char* text) : MessagePart(std::string_view(text)) {}
  MessagePart(const char& character) : MessagePart(std::string_view(&character, 1)) {}
  template <std::signed_integral T>
  MessagePart(T number) : kind_(Kind::integer), integer_(number) {}
  template <std::unsigned_integral T>
  MessagePart(T number) : kind_(Kind::unsigned_integer), unsigned_(number) {}
  template <std::floating_point T>
  MessagePart(T number) : kind_(Kind::number), number_(static_cast<double>(number)) {}
  template <class T>
  requires requires(const T& object) {
    { object.to_string() } -> std::same_as<std::string>;
  }
  MessagePart(const T& object)
      : kind_(Kind::object), object_{&object, [](const void* printed) {
                                       return static_cast<const T*>(printed)->to_string();
                                     }} {}

  void append_to(std::string& message) const;

 private:
  enum class Kind { text, integer, unsigned_integer, number, object };
  struct Object {
    const void* address;
    std::string (*print)(const void*);
  };

  Kind kind_;
  union {
    std::string_view text_;
    std::int64_t integer_;
    std::uint64_t unsigned_;
    double number_;
    Object object_;
  };
};

/// Throws an Error whose text is all `parts` one after another.
[[noreturn]] void fail_with(std::initializer_list<MessagePart> parts);

template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  fail_with({MessagePart(parts)...});
}

}  // namespace lapis
