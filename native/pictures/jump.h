#pragma once

#include <csetjmp>

namespace lapis::native {

/// Runs `step`, which calls a C library that leaves an error by `longjmp(place, 1)`; false if it did. A jump
/// runs no destructors, so neither `step` nor what it calls may own anything: state lives with the caller.
template <class Step>
bool run_or_jump(std::jmp_buf& place, Step&& step) {
  if (setjmp(place) != 0) return false;
  step();
  return true;
}

}  // namespace lapis::native
