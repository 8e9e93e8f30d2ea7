#include <catch2/catch.hpp>
#include <utility>

#include "cuda_device/stand_in_objects.h"

namespace lapis_test {

using namespace stand_in;

CudaMachine::CudaMachine() {
  state().settings = {};
}

CudaMachine::~CudaMachine() {
  for (const std::string& fault : state().settings.faults) UNSCOPED_INFO(fault);
  CHECK(state().settings.faults.empty());
  CHECK(state().settings.overruns() == 0);
  if (state().fatal == cudaSuccess) CHECK(state().settings.living() == "");
  auto parameters = std::move(state().parameters);
  state() = {};
  state().parameters = std::move(parameters);
}

}  // namespace lapis_test
