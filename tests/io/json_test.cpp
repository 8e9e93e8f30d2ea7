#include "lapis/io/json.h"

#include <catch2/catch.hpp>
#include <string>

#include "lapis/io/json_reader.h"
#include "support/error_text.h"

using namespace lapis;
using lapis_test::error_text;

TEST_CASE("JSON is read and written back unchanged") {
  for (const std::string text : {
           R"({"b":1,"a":[true,false,null],"c":{"d":"e"}})",
           R"([0.1,-2.5e-07,1e+30,9223372036854775807,-9223372036854775808])",
           R"("quote \" backslash \\ newline \n é 漢")",
           R"({})",
           R"([])",
           R"([[],{}])",
       })
    CHECK(Json::parse(text).dump() == text);
}

TEST_CASE("Numbers keep every bit") {
  for (const double value : {0.1, 1.0 / 3, 1e-300, -5e-324, 123456789.125})
    CHECK(*Json::parse(Json(value).dump()).number() == value);
  CHECK(*Json::parse("18446744073709551615").number() == 18446744073709551615.0);
  CHECK(Json::parse("1").integer() != nullptr);
  CHECK(Json::parse("1.0").integer() == nullptr);
}

TEST_CASE("What is not JSON says where") {
  const auto text = [](const std::string& json) { return error_text([&] { Json::parse(json); }); };
  CHECK(text("{\n \"a\": x}") ==
        "not valid JSON: line 2, column 7: syntax error while parsing value - invalid literal");
  CHECK(text("") ==
        "not valid JSON: line 1, column 1: syntax error while parsing value - unexpected end of input; "
        "expected '[', "
        "'{', or a literal");
  CHECK(text("{\"a\":1") ==
        "not valid JSON: line 1, column 7: syntax error while parsing object - unexpected end of input; "
        "expected '}'");
  CHECK(text("[1] 2") ==
        "not valid JSON: line 1, column 5: syntax error while parsing value - unexpected number literal; "
        "expected end of "
        "input");
  CHECK(text("\"\xff\"") ==
        "not valid JSON: line 1, column 2: syntax error while parsing value - invalid string: ill-formed "
        "UTF-8 byte");
  CHECK(text("[1e999]") == "not valid JSON: number overflow parsing '1e999'");
  CHECK(text(R"({"a":1,"b":2,"a":3})") == "JSON object has the key \"a\" twice");
}

TEST_CASE("A hostile text is refused before memory is spent on it") {
  CHECK(error_text([] { Json::parse(std::string(10'000'000, '[')); }) ==
        "JSON text is nested deeper than 64 levels");
  std::string deepest = std::string(64, '[') + std::string(64, ']');
  CHECK(error_text([&] { Json::parse(deepest); }) == "no error");
  std::string many = "[0";
  for (int i = 0; i < 4'000'000; ++i) many += ",0";
  CHECK(error_text([&] { Json::parse(many + "]"); }) == "JSON text has more than 4000000 values");
}

TEST_CASE("A reader names the path of what is wrong") {
  const Json json = Json::parse(R"({"a": {"n": 3, "x": 0.5, "s": "word", "list": [1, "two"]}})");
  ObjectReader outer(JsonCursor(json, "config"));
  ObjectReader reader(outer.need("a"));
  CHECK(reader.need("n").integer(1) == 3);
  CHECK(reader.need("x").number(0, 1) == 0.5);
  CHECK(reader.need("s").string() == "word");
  CHECK(error_text([&] { reader.need("n").integer(4); }) ==
        "config.a.n: expected a whole number >= 4, found 3");
  CHECK(error_text([&] { reader.need("n").integer(0, 2); }) ==
        "config.a.n: expected a whole number <= 2, found 3");
  CHECK(error_text([&] { reader.need("x").integer(0); }) ==
        "config.a.x: expected a whole number >= 0, found 0.5");
  CHECK(error_text([&] { reader.need("n").number(0, 1); }) ==
        "config.a.n: expected a number from 0.0 to 1.0, found 3");
  CHECK(error_text([&] { reader.need("s").number(); }) == "config.a.s: expected a number, found \"word\"");
  CHECK(error_text([&] { reader.need("n").string(); }) == "config.a.n: expected a string, found 3");
  CHECK(error_text([&] { reader.need("n").boolean(); }) == "config.a.n: expected true or false, found 3");
  CHECK(error_text([&] { reader.need("list").strings(); }) == "config.a.list[0]: expected a string, found 1");
  CHECK(error_text([&] { reader.need("n").items(); }) == "config.a.n: expected a list, found 3");
  CHECK(error_text([&] { reader.need("m"); }) == "config.a: key \"m\" is missing");
  CHECK(error_text([&] { ObjectReader wrong(reader.need("list")); }) ==
        "config.a.list: expected an object, found [1,\"two\"]");
}

TEST_CASE("A key that nobody asked for is an error") {
  const Json json = Json::parse(R"({"a": 1, "b": 2})");
  ObjectReader reader(JsonCursor(json, "fit"));
  reader.find("a");
  reader.find("c");
  CHECK(error_text([&] { reader.finish(); }) == "fit: key \"b\" is not known; known: a, c");
  reader.ignore("b");
  CHECK(error_text([&] { reader.finish(); }) == "no error");
}

TEST_CASE("Names in messages are quoted, escaped and cut") {
  CHECK(in_quotes("conv2d") == "\"conv2d\"");
  CHECK(in_quotes("a\nb\"c\\\x7f") == "\"a\\x0ab\\\"c\\\\\\x7f\"");
  CHECK(in_quotes(std::string(200, 'x')) == "\"" + std::string(100, 'x') + "...\"");
  // Never in the middle of a character.
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "é";
  CHECK(in_quotes(accents) == "\"" + accents.substr(0, 100) + "...\"");
}

TEST_CASE("Texts are escaped as JSON asks, and no further") {
  std::string every;
  for (char c = 0; c < 0x7F; ++c) every += c;
  every += "\x7F\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  CHECK(*Json::parse(Json(every).dump()).string() == every);
  CHECK(Json(std::string("a\"\\/\b\f\n\r\t\x01\x1F\x7F\xC3\xA9")).dump() ==
        "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\xC3\xA9\"");
  CHECK(Json(0.1).dump() == "0.1");
  CHECK(Json(1e-7).dump() == "1e-07");
  CHECK(Json(3.0).dump() == "3.0");
}
