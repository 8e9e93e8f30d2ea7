#include "backend.h"
#include "lapis/ops/parallel.h"

namespace lapis_wasm {

std::unique_ptr<lapis::Backend> make_backend() {
  return lapis::make_cpu_backend(lapis::make_serial());
}

}  // namespace lapis_wasm
