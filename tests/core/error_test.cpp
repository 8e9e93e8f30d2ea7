#include "lapis/core/error.h"

#include <catch2/catch.hpp>

#include "lapis/core/shape.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

TEST_CASE("fail joins its parts into one line") {
  CHECK(error_text([] {
          fail("tensor \"", "kernel", "\": shape ", Shape{3, 4}, ", expected ", 2.5);
        }) == "tensor \"kernel\": shape [3,4], expected 2.5");
}

TEST_CASE("whoever opened the file puts its name in front") {
  const Error error("shape [3], expected [4]");
  CHECK(std::string(error.inside("model.safetensors").what()) ==
        "model.safetensors: shape [3], expected [4]");
  CHECK(std::string(error.what()) == "shape [3], expected [4]");
}

TEST_CASE("an Error is a standard runtime error") {
  CHECK_THROWS_AS(fail("no"), std::runtime_error);
}
