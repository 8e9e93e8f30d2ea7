#include "lapis/core/error.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <limits>

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

TEST_CASE("numbers are printed with six digits, as printf does") {
  const auto printed = [](double number) { return error_text([&] { fail(number); }); };
  for (const double number : {0.0, -0.0, 1.0, -2.5, 0.1, 100.0, 123456.0, 1234567.0, 999999.5, 0.0001,
                              0.00001, 1.5e-7, 1e22, 1e300, 5e-324, 65504.0, 1.0 / 3, -1e6 / 7}) {
    char expected[32];
    std::snprintf(expected, sizeof expected, "%.6g", number);
    CHECK(printed(number) == expected);
  }
  CHECK(printed(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(printed(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(printed(std::numeric_limits<double>::quiet_NaN()) == "nan");
}
