#include "data/csv.h"

#include <catch2/catch.hpp>

#include "lapis/core/error.h"

using lapis::native::CsvRow;
using lapis::native::parse_csv;
using Fields = std::vector<std::string>;

TEST_CASE("csv: plain and quoted fields, commas, doubled quotes and line breaks inside quotes") {
  const std::vector<CsvRow> rows =
      parse_csv("t.csv", "id,text,label\r\n1,\"a, \"\"b\"\"\nc\",x\n\n2,,\n3,\"\",\"y\"");
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
  const std::vector<CsvRow> rows = parse_csv("t.csv", "\xEF\xBB\xBFid,te\"xt\n\xC3\xA9,\xFF\n");
  CHECK(rows[0].fields == Fields{"id", "te\"xt"});
  CHECK(rows[1].fields == Fields{"\xC3\xA9", "\xFF"});
}

TEST_CASE("csv: what is wrong names file and line") {
  CHECK_THROWS_WITH(parse_csv("t.csv", "a,b\n1,\"open\n2,x\n"),
                    "t.csv:2: a quote that opens on this line is never closed");
  CHECK_THROWS_WITH(parse_csv("t.csv", "a,b\n1,2\n1\n"),
                    "t.csv:3: 1 fields, expected 2 as in the first line");
  CHECK_THROWS_WITH(parse_csv("t.csv", "a,b\n\"1\"x,2\n"),
                    Catch::Contains("t.csv:2: text after a closing quote"));
}

TEST_CASE("csv: no text, no rows") {
  CHECK(parse_csv("t.csv", "").empty());
  CHECK(parse_csv("t.csv", "\n\n").empty());
}
