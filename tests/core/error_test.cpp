#include "lapis/core/error.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <limits>

#include "lapis/core/shape.h"
#include "lapis/core/utf8.h"
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

TEST_CASE("whatever a message is made of, it is one clean line") {
  CHECK(error_text([] { fail("a\nb\tc\x7f\x1b[31m"); }) == "a\\x0ab\\x09c\\x7f\\x1b[31m");
  CHECK(error_text([] { fail("\xff\xc3(", "\xe2\x82"); }) == "\\xff\\xc3(\\xe2\\x82");
  CHECK(error_text([] { fail("caf\u00e9 \u4e2d\u6587 \U0001F600"); }) == "caf\u00e9 \u4e2d\u6587 \U0001F600");
  // Line and paragraph separators, C1 controls, marks that turn the direction of writing.
  CHECK(error_text([] { fail("\u2028\u2029\u0085\u202e\u2066"); }) ==
        "\\xe2\\x80\\xa8\\xe2\\x80\\xa9\\xc2\\x85\\xe2\\x80\\xae\\xe2\\x81\\xa6");
  CHECK(error_text([] { throw Error("one\ntwo"); }) == "one\\x0atwo");
}

TEST_CASE("a message that is put in front of another stays clean, and is not escaped twice") {
  const Error error("a\nb");
  CHECK(std::string(error.inside("file\r").what()) == "file\\x0d: a\\x0ab");
}

TEST_CASE("a message has an end") {
  const std::string text = error_text([] { fail("start ", std::string(100'000, 'x')); });
  CHECK(text.size() <= Error::kLongest + 3);
  CHECK(text.starts_with("start xxx"));
  CHECK(text.ends_with("x..."));
  // Cut between characters, not inside one.
  std::string wide;
  for (int i = 0; i < 3000; ++i) wide += "\u4e2d";
  CHECK_FALSE(find_not_utf8(error_text([&] { fail("a", wide); })));
}

TEST_CASE("a name in quotes shows where it begins and ends") {
  CHECK(in_quotes("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(in_quotes("a\nb\xfe") == "\"a\\x0ab\\xfe\"");
  CHECK(in_quotes(std::string(500, 'n')) == '"' + std::string(100, 'n') + "...\"");
}
