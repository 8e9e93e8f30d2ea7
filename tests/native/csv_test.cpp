#include "data/csv.h"

#include <catch2/catch.hpp>

using lapis::native::CsvRow;
using lapis::native::parse_csv;
using Fields = std::vector<std::string>;

TEST_CASE("csv: plain and quoted fields, commas, doubled quotes and line breaks inside quotes") {
  const std::vector<CsvRow> rows = parse_csv("id,text,label\r\n1,\"a, \"\"b\"\"\nc\",x\n\n2,,\n3,\"\",\"y\"");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].fields == Fields{"id", "text", "label"});
  CHECK(rows[1].fields == Fields{"1", "a, \"b\"\nc", "x"});
  CHECK(rows[2].fields == Fields{"2", "", ""});
  CHECK(rows[3].fields == Fields{"3", "", "y"});
  CHECK(rows[1].line == 2);
  CHECK(rows[2].line == 5);
  CHECK(rows[3].line == 6);
}

TEST_CASE("csv: a byte-order mark is dropped, other bytes are kept") {
  const std::vector<CsvRow> rows = parse_csv("\xEF\xBB\xBFid,te\"xt\n\xC3\xA9,\xFF\n");
  CHECK(rows[0].fields == Fields{"id", "te\"xt"});
  CHECK(rows[1].fields == Fields{"\xC3\xA9", "\xFF"});
}

TEST_CASE("csv: other delimiters, and lines that end in CR alone") {
  const std::vector<CsvRow> rows = parse_csv("a;b\n\"1;2\";3,4\n", ';');
  CHECK(rows[1].fields == Fields{"1;2", "3,4"});
  CHECK(parse_csv("a\tb\n1\t2\n", '\t')[1].fields == Fields{"1", "2"});
  const std::vector<CsvRow> old = parse_csv("a,b\r1,\"x\ry\"\r\r2,z\r");
  REQUIRE(old.size() == 3);
  CHECK(old[1].fields == Fields{"1", "x\ry"});
  CHECK(old[2].fields == Fields{"2", "z"});
  CHECK(old[2].line == 5);
  // Where there is an LF, a CR alone is part of a field.
  CHECK(parse_csv("a,b\n1,x\ry\n")[1].fields == Fields{"1", "x\ry"});
}

TEST_CASE("csv: a row says what is wrong with it, and those behind it are read") {
  const std::vector<CsvRow> rows = parse_csv("a,b\n\"1\"x,2\n3,4\n5,\"open\n6,7\n");
  REQUIRE(rows.size() == 4);
  CHECK_THAT(rows[1].problem, Catch::StartsWith("text after a closing quote"));
  CHECK(rows[2].problem.empty());
  CHECK(rows[2].fields == Fields{"3", "4"});
  CHECK(rows[3].problem == "a quote that opens in this row is never closed");
  CHECK(rows[3].line == 4);
}

TEST_CASE("csv: no text, no rows") {
  CHECK(parse_csv("").empty());
  CHECK(parse_csv("\n\n").empty());
}
