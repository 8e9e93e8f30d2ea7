#pragma once

#include <unistd.h>

#include <utility>

namespace lapis::native {

/// An open file's number; closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  /// Takes another one.
  void reset(int value) {
    close();
    value_ = value;
  }
  /// False where the last of the data could not be written.
  bool close() { return value_ < 0 || ::close(std::exchange(value_, -1)) == 0; }

 private:
  int value_;
};

}  // namespace lapis::native
