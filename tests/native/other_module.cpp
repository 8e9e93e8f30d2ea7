// What lies where lapis's CUDA module is expected, and is not it: of another version, or with another
// function (tests/CMakeLists.txt says which).
#include "cuda/module.h"

extern "C" int LAPIS_MODULE_FUNCTION() {
  return lapis::cuda::kModuleVersion + LAPIS_MODULE_AHEAD;
}
