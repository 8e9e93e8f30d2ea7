#pragma once

#include <string>

#include "lapis/core/error.h"

namespace lapis_test {

/// The text of the Error that `action` throws, for comparing it whole; "no error" where it throws none.
template <class Action>
std::string error_text(const Action& action) {
  try {
    action();
  } catch (const lapis::Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace lapis_test
