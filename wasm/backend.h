#pragma once

#include <memory>

#include "lapis/lapis.h"

namespace lapis_wasm {

/// Who computes in this build of the module: one_thread.cpp or helpers.cpp.
std::unique_ptr<lapis::Backend> make_backend();

}  // namespace lapis_wasm
