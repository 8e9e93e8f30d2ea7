#pragma once

#include <string>
#include <vector>

#include "lapis/core/real.h"

namespace lapis::native {

/// What is wrong with the samples of a data set, collected, so that one run tells it all.
class Problems {
 public:
  /// `samples`: how many have it.
  void add(std::string text, Index samples = 1);
  bool empty() const { return count_ == 0; }

  /// Throws Error where there is a problem: alone it is the text; of several the first ten stand in one line,
  /// "WHERE: 12 of 400 pictures cannot be used: ...; ...; and 2 more".
  void check(const std::string& where, Index of, const std::string& what) const;

 private:
  std::vector<std::string> first_;
  Index count_ = 0;  // of samples
  Index shown_ = 0;  // of them in first_
};

}  // namespace lapis::native
