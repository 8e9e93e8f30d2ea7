#include "backend.h"

namespace lapis_wasm {

std::unique_ptr<lapis::Backend> make_backend() {
  return lapis::make_cpu_backend(1);
}

}  // namespace lapis_wasm
