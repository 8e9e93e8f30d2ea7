#include "data/csv_text.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "lapis/core/error.h"
#include "workbench.h"

using namespace lapis::native;
using Catch::Contains;
using lapis_test::TemporaryFolder;
using lapis_test::write_text;
using Texts = std::vector<std::string>;

namespace {

std::vector<lapis::Index> labels_of(const DataSource& data, Split split) {
  const auto set = data.open(split, lapis::TextInput{1, {"", "[UNK]"}});
  std::vector<lapis::Index> labels;
  for (lapis::Index i = 0; i < set->size(); ++i) labels.push_back(set->label(i));
  return labels;
}

/// Everything goes to train.
DataRequest uncut() {
  return {};
}

DataRequest with_columns(const std::string& text, const std::string& label) {
  DataRequest request;
  request.columns = {text, label};
  return request;
}

/// The error of a file with these bytes.
std::string refusal(const std::string& bytes, const DataRequest& request = {}) {
  const TemporaryFolder folder;
  write_text(folder / "mail.csv", bytes);
  try {
    open_csv_text(folder / "mail.csv", request);
  } catch (const lapis::Error& error) {
    const std::string text = error.what();
    CHECK(text.starts_with(folder / "mail.csv"));
    CHECK(text.find('\n') == std::string::npos);
    return text.substr((folder / "mail.csv").size());
  }
  return "no error";
}

}  // namespace

TEST_CASE("csv texts: rows, with quotes and commas, in the order of the file; labels sorted") {
  const TemporaryFolder folder;
  write_text(folder / "train.csv", "id,text,label\n9,\"a, \"\"b\"\"\",spam\n7,c,ham\n8,d,10\n8,e,9\n");
  const auto data = open_csv_text(folder.path().string(), uncut());
  CHECK(data->texts(Split::train) == Texts{"a, \"b\"", "c", "d", "e"});
  CHECK(data->labels() == Texts{"10", "9", "ham", "spam"});
  CHECK(labels_of(*data, Split::train) == std::vector<lapis::Index>{3, 2, 0, 1});
}

TEST_CASE("csv texts: delimiter, column names, comments and the line that names the delimiter") {
  const TemporaryFolder folder;
  const std::string file = folder / "mail.csv";
  const auto texts = [&](const std::string& bytes, const DataRequest& request) {
    write_text(file, bytes);
    return open_csv_text(file, request)->texts(Split::train);
  };
  CHECK(texts("label;text\nx;a, b\n", {}) == Texts{"a, b"});
  CHECK(texts("text\tlabel\na; b\tx\n", {}) == Texts{"a; b"});
  CHECK(texts("text|label\na|x\n", {}) == Texts{"a"});
  CHECK(texts("message,category,text\na,x,b\n", with_columns("message", "category")) == Texts{"a"});
  CHECK(texts("sep=;\ntext;label\na;x\n", {}) == Texts{"a"});
  CHECK(texts("text,label\ra,x\rb,y\r", {}) == Texts{"a", "b"});
  // A heading that holds another delimiter more often than its own.
  CHECK(texts("text;label;a, b, c, d, e\na;x;1\n", {}) == Texts{"a"});
  DataRequest forced = with_columns("text,label", "more");
  forced.delimiter = ';';
  CHECK(texts("text,label;more\na,b;x\n", forced) == Texts{"a,b"});

  CHECK(texts("# made by hand\n#\ntext,label\na,x\n# end\n#tag,y\n,,\n", {}) == Texts{"a", "#tag"});
  const auto data = open_csv_text(file, {});
  CHECK(data->inventory().skipped.at("comment lines") == 3);
  CHECK(data->inventory().skipped.at("empty rows") == 1);
}

TEST_CASE("csv texts: an empty text is a text, and is named") {
  const TemporaryFolder folder;
  write_text(folder / "mail.csv", "text,label\n,x\n!!!,y\n\"\",y\n");
  const auto data = open_csv_text(folder / "mail.csv", {});
  CHECK(data->texts(Split::train) == Texts{"", "!!!", ""});
  CHECK(data->inventory().notes == Texts{"2 of the texts are empty"});
}

TEST_CASE("csv texts: a label that was asked for and does not occur is named") {
  const TemporaryFolder folder;
  write_text(folder / "mail.csv", "text,label\na,x\nb,y\n");
  DataRequest request;
  request.labels = {"y", "x", "z"};
  const auto data = open_csv_text(folder / "mail.csv", request);
  CHECK(labels_of(*data, Split::train) == std::vector<lapis::Index>{1, 0});
  CHECK(data->inventory().notes == Texts{"no texts of the class z"});
}

TEST_CASE("csv texts: what is wrong names file and line, and what to do") {
  CHECK_THAT(refusal(""), Contains(":1: the file is empty"));
  CHECK_THAT(refusal("text,label\n"), Contains(":1: a heading and no rows"));
  CHECK_THAT(refusal("id,text\n1,a\n"), Contains(":1: no column \"label\" among \"id\", \"text\""));
  CHECK_THAT(refusal("Text,label\na,x\n"),
             Contains(R"(count: "columns": {"text": "Text", "label": "label"})"));
  CHECK_THAT(refusal("text,Label \na,x\n"), Contains(R"("columns": {"text": "text", "label": "Label "})"));
  CHECK_THAT(refusal("ham\tGo until\nspam\tWin\n"),
             Contains("(separated by tab), the headings in the first line"));
  CHECK_THAT(refusal("text,text,label\na,b,x\n"), Contains("\"text\" stands there twice"));
  CHECK_THAT(refusal("text,label\na,\n"), Contains(":2: no label in the column \"label\""));
  CHECK_THAT(refusal("text,label\na, b,x\n"), Contains(":2: 3 fields, expected 2 as in the heading"));
  CHECK_THAT(refusal("text,label\n\"open,x\n"),
             Contains(":2: a quote that opens in this row is never closed"));
  DataRequest request;
  request.labels = {"ham", "spam"};
  CHECK_THAT(refusal("text,label\na,ham\nb,eggs\n", request),
             Contains(":3: label \"eggs\", expected one of ham, spam"));
  CHECK_THAT(refusal("text,label\na,Ham\n", request), Contains("(capitals and spaces count)"));
}

TEST_CASE("csv texts: all rows that cannot be used are told at once, ten of them in words") {
  std::string bytes = "text,label\n";
  for (int i = 0; i < 30; ++i) bytes += i % 2 == 0 ? "a,b,c\n" : "a,x\n";
  const std::string text = refusal(bytes);
  CHECK_THAT(text, Contains(": 15 of 30 rows cannot be used: ") && Contains("mail.csv:2: 3 fields") &&
                       Contains("mail.csv:20: ") && !Contains("mail.csv:22: ") && Contains("; and 5 more"));
}

TEST_CASE("csv texts: other encodings and files are named, with the way out") {
  using namespace std::string_literals;
  const std::string utf8 = "text,label\nabc,x\n";
  std::string little, big;
  for (const char byte : utf8) {
    little += byte + "\0"s;
    big += "\0"s + byte;
  }
  CHECK_THAT(refusal("\xFF\xFE" + little),
             Contains(": is UTF-16, expected UTF-8") && Contains("iconv -f UTF-16"));
  CHECK_THAT(refusal("\xFE\xFF" + big), Contains(": is UTF-16, expected UTF-8"));
  CHECK_THAT(refusal(little), Contains(": is UTF-16 (little-endian)"));
  CHECK_THAT(refusal(big), Contains(": is UTF-16 (big-endian)"));
  CHECK_THAT(refusal("text,label\nabc,x\ncaf\xE9,x\nna\xEFve,x\n"),
             Contains(":3: not UTF-8 (byte 0xE9, in 2 lines)") && Contains("Latin-1"));
  CHECK_THAT(refusal("PK\3\4 rest"), Contains("workbook"));
  CHECK_THAT(refusal("\x1F\x8B rest"), Contains("gzip"));
}

TEST_CASE("csv texts: files of splits by name, one file cut by share, and one file alone in a folder") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  std::string rows = "text,label\n";
  for (int i = 0; i < 40; ++i) rows += "t" + std::to_string(i) + (i % 4 == 0 ? ",spam\n" : ",ham\n");
  write_text(folder / "mail.csv", rows);
  DataRequest request;
  request.shares = {.validation = 0.25, .test = 0.1};
  for (const std::string& place : {path, folder / "mail.csv"}) {
    const auto data = open_csv_text(place, request);
    CHECK(data->inventory().counts == SplitCounts{26, 10, 4});
    CHECK(data->texts(Split::all).size() == 40);
    CHECK_FALSE(data->is_apart(Split::valid));
  }
  std::filesystem::rename(folder / "mail.csv", folder / "Training.csv");
  write_text(folder / "val.tsv", "text\tlabel\nv\tham\n");
  const auto data = open_csv_text(path, request);
  CHECK(data->inventory().counts == SplitCounts{36, 1, 4});
  CHECK(data->texts(Split::valid) == Texts{"v"});
  CHECK(data->is_apart(Split::valid));

  write_text(folder / "val.tsv", "text\tlabel\nv\tham\nw\teggs\n");
  CHECK_THROWS_WITH(open_csv_text(path, request),
                    Contains("val.tsv:3: label \"eggs\", expected one of ham, spam"));
  std::filesystem::remove(folder / "val.tsv");
  std::filesystem::rename(folder / "Training.csv", folder / "a.csv");
  write_text(folder / "b.csv", "text,label\n");
  CHECK_THROWS_WITH(open_csv_text(path, request), Contains("holds a.csv, b.csv, expected train.csv"));
}
