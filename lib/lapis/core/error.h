#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace lapis {

/// The only exception that the library throws. `what()` is one line that says where, what, expected, found
/// and what to do, e.g. `weights/cifar10.safetensors: tensor "conv2d_1/kernel": shape [3,3,32,64], expected
/// [3,3,16,64]`.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  /// The same error with `where + ": "` in front, e.g. the file's name added by whoever opened it.
  Error inside(const std::string& where) const { return Error(where + ": " + what()); }
};

/// Throws an Error whose text is all `parts` printed one after another.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  throw Error(text.str());
}

}  // namespace lapis
