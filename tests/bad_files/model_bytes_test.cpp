// Model files that are truncated, damaged or hostile: each loads or ends in one Error of one line; none
// crashes (the same suite runs under AddressSanitizer and UBSan) or takes memory that the file does not
// justify.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <set>

#include "lapis/io/keras_model.h"
#include "lapis/io/model_file.h"
#include "support/error_text.h"
#include "support/model_bytes.h"
#include "support/random_values.h"
#include "support/shared.h"

using namespace lapis;
using lapis_test::Bytes;
using lapis_test::EditableFile;
using lapis_test::error_text;

namespace {

std::string read_error(std::span<const std::byte> file) {
  return error_text([&] { read_model(file); });
}

std::size_t header_end(const Bytes& file) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  return static_cast<std::size_t>(8 + length);
}

/// One line of printable text.
bool is_one_clear_line(const std::string& text) {
  return !text.empty() && text.size() < 3000 &&
         std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20; });
}

/// Puts a file together from header text and data, whatever the text says.
Bytes with_header(const Bytes& file, const std::string& header) {
  const std::size_t data = header_end(file);
  Bytes changed = lapis_test::safetensors_bytes(header, file.size() - data);
  std::copy(file.begin() + static_cast<std::ptrdiff_t>(data), file.end(),
            changed.begin() + static_cast<std::ptrdiff_t>(8 + header.size()));
  return changed;
}

std::string header_text(const Bytes& file) {
  return {reinterpret_cast<const char*>(file.data()) + 8, header_end(file) - 8};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("A model file truncated at every byte of its header, and at many of its data") {
  for (const auto make : {lapis_test::picture_model, lapis_test::text_model}) {
    const Bytes good = write_model(make());
    REQUIRE(read_error(good) == "no error");
    const std::size_t data = header_end(good);
    for (std::size_t size = 0; size < data; ++size) {
      const std::string text = read_error(std::span(good).first(size));
      if (size < 8) {
        if (text != "the file is " + std::to_string(size) + " bytes, a safetensors file has at least 8")
          FAIL(size << ": " << text);
      } else if (text != "the header's length is " + std::to_string(data - 8) + ", but only " +
                             std::to_string(size - 8) +
                             " bytes follow: the file is truncated or not a safetensors file") {
        FAIL(size << ": " << text);
      }
    }
    for (std::size_t size = data; size < good.size(); size += 7) {
      const std::string text = read_error(std::span(good).first(size));
      if (text.find("go past the end of the data") == std::string::npos) FAIL(size << ": " << text);
    }
    Bytes longer = good;
    longer.resize(good.size() + 1);
    const std::size_t data_bytes = good.size() - data;
    CHECK(read_error(longer) == "the data is " + std::to_string(data_bytes + 1) +
                                    " bytes, but the tensors end at " + std::to_string(data_bytes));
  }
}

TEST_CASE("A header cut short at every byte, with its length corrected") {
  const Bytes good = write_model(lapis_test::text_model());
  const std::string header = header_text(good);
  const std::size_t last = header.rfind('}');
  for (std::size_t size = 0; size <= last; ++size) {
    const std::string text = read_error(with_header(good, header.substr(0, size)));
    if (text == "no error" || !is_one_clear_line(text)) FAIL(size << ": " << text);
  }
  CHECK(read_error(with_header(good, header.substr(0, last + 1))) == "no error");
}

TEST_CASE("Overlapping, reversed and outlying offsets of a real file") {
  const Bytes good = write_model(lapis_test::text_model());
  const std::string header = header_text(good);
  // The first two tensors by name: bias and kernel of the backward layer.
  const std::string first = "\"data_offsets\":[0,48]";
  const auto text = [&](const std::string& offsets) {
    return read_error(with_header(good, replaced(header, first, "\"data_offsets\":[" + offsets + "]")));
  };
  const std::string name = "tensor \"bidirectional/backward_lstm/lstm_cell/bias\": data_offsets ";
  CHECK(text("0,48") == "no error");
  CHECK(text("48,0") == name + "[48,0] end before they begin");
  CHECK(text("0,44") == name + "[0,44] span 44 bytes, expected 48 for F32 [12]");
  CHECK(text("48,96") == name + "[48,96] leave a hole: bytes 0 to 48 belong to no tensor");
  // The second tensor, moved into the first.
  const auto at = header.find("\"data_offsets\":[48,") + 17;
  const auto comma = header.find(',', at);
  const std::string end = header.substr(comma + 1, header.find(']', comma) - comma - 1);
  const std::string moved = "[44," + std::to_string(std::stoi(end) - 4) + "]";
  const std::string overlap = read_error(with_header(good, replaced(header, "[48," + end + "]", moved)));
  CHECK(
      overlap.starts_with("tensor \"bidirectional/backward_lstm/lstm_cell/kernel\": data_offsets " + moved));
  CHECK(overlap.ends_with(" overlap those of tensor \"bidirectional/backward_lstm/lstm_cell/bias\", [0,48]"));
  const std::string far = std::to_string(good.size()) + "," + std::to_string(good.size() + 48);
  CHECK(text(far).starts_with(name + "[" + far + "] go past the end of the data ("));
  CHECK(text("18446744073709551568,18446744073709551615").starts_with(name));
  CHECK(text("18446744073709551616,18446744073709551664") ==
        "tensor \"bidirectional/backward_lstm/lstm_cell/bias\": \"data_offsets\" must be two whole numbers");
}

TEST_CASE("Shapes whose product overflows") {
  const Bytes good = write_model(lapis_test::text_model());
  const std::string header = header_text(good);
  const auto text = [&](const std::string& shape) {
    return read_error(with_header(good, replaced(header, "\"shape\":[12]", "\"shape\":" + shape)));
  };
  const std::string name = "tensor \"bidirectional/backward_lstm/lstm_cell/bias\": ";
  CHECK(text("[2147483647,2147483647,2147483647]") == name + "its shape's product is too large");
  // 2^62 * 4 * 3 wraps to 0 and more in 64 bits.
  CHECK(text("[1073741824,1073741824,4,3]") == name + "its shape's product is too large");
  CHECK(text("[18446744073709551615]") == name + "size 18446744073709551615 is too large");
  CHECK(text("[-12]") == name + "\"shape\" must be a list of whole numbers");
}

TEST_CASE("A hostile config inside a sound file") {
  const Bytes good = write_model(lapis_test::text_model());
  const auto text = [&](const std::string& config) {
    EditableFile file(good);
    file.metadata["config"] = config;
    return read_error(file.bytes());
  };
  CHECK(text(std::string(1'000'000, '[')) == "config: JSON text is nested deeper than 64 levels");
  std::string nested = R"({"class_name":"LSTM","config":{"units":3}})";
  for (int i = 0; i < 20; ++i) nested = R"({"class_name":"Bidirectional","config":{"layer":)" + nested + "}}";
  CHECK(text(R"([{"class_name":"InputLayer","config":{"batch_shape":[null,3]}},)" + nested + "]") ==
        "layer \"bidirectional_18\" (Bidirectional): wraps Bidirectional, expected SimpleRNN, LSTM or GRU");
  CHECK(text(R"([{"class_name":"InputLayer","config":{"batch_shape":[null,16777216,16777216]}},
                {"class_name":"LSTM","config":{"units":16777216}}])") ==
        "model \"sequential\": input: shape [?,16777216,16777216] is too large, one sample may have "
        "268435456 values");
  CHECK(text(R"([{"class_name":"InputLayer","config":{"batch_shape":[null,3]}},
                {"class_name":"Dense","config":{"units":16777216}}])") ==
        "tensor \"dense/kernel\": shape [4,2], expected [3,16777216] (dense receives [?,3])");
  std::string layers = R"([{"class_name":"InputLayer","config":{"batch_shape":[null,3]}})";
  for (int i = 0; i < 2000; ++i) layers += R"(,{"class_name":"ReLU","config":{}})";
  CHECK(is_one_clear_line(text(layers + "]")));
}

TEST_CASE("Five thousand damaged files: each loads or ends in one clear line") {
  const std::vector<Bytes> good = {write_model(lapis_test::picture_model()),
                                   write_model(lapis_test::text_model()),
                                   write_model(lapis_test::text_model(), Precision::f16)};
  constexpr std::uint64_t kFiles = 5000;
  std::set<std::string> texts;
  std::size_t loaded = 0;
  for (std::uint64_t i = 0; i < kFiles; ++i) {
    const RandomStream random(i, 0xbad);
    std::uint64_t draw = 0;
    const auto below = [&](std::size_t bound) {
      return static_cast<std::size_t>(random.below(draw++, bound));
    };
    Bytes file = good[i % good.size()];
    // Most damage to the header: the weights are checked as a whole.
    const std::size_t changes = 1 + below(6);
    for (std::size_t change = 0; change < changes && !file.empty(); ++change) {
      const std::size_t span =
          below(8) == 0 ? file.size() : std::min(file.size(), header_end(good[i % good.size()]));
      const std::size_t at = below(span);
      const auto place = file.begin() + static_cast<std::ptrdiff_t>(at);
      switch (below(6)) {
        case 0:
          *place = static_cast<std::byte>(below(256));
          break;
        case 1:
          *place ^= static_cast<std::byte>(1U << below(8));
          break;
        case 2:
          *place = static_cast<std::byte>("0123456789{}[]\",:-.eE\\ntf"[below(25)]);
          break;
        case 3:
          file.erase(place, place + static_cast<std::ptrdiff_t>(std::min(file.size() - at, 1 + below(16))));
          break;
        case 4: {  // bytes from elsewhere in the file
          const std::size_t from = below(file.size());
          const std::size_t count = std::min(1 + below(32), file.size() - from);
          const Bytes copied(file.begin() + static_cast<std::ptrdiff_t>(from),
                             file.begin() + static_cast<std::ptrdiff_t>(from + count));
          file.insert(place, copied.begin(), copied.end());
          break;
        }
        default:
          file.resize(at);
      }
    }
    // Half of them with a header length that fits again, so that the damage reaches the later checks.
    if (i % 2 == 0 && file.size() > 8) {
      const auto brace = std::find(file.rbegin(), file.rend(), std::byte{'}'});
      const std::uint64_t length = std::min<std::uint64_t>(
          header_end(good[i % good.size()]) - 8, static_cast<std::uint64_t>(file.rend() - brace) - 8);
      if (brace != file.rend() && file.rend() - brace > 8) std::memcpy(file.data(), &length, 8);
    }
    const std::string text = read_error(file);
    if (!is_one_clear_line(text)) FAIL("file " << i << ": " << text);
    if (text == "no error") ++loaded;
    texts.insert(text.substr(0, 24));
  }
  std::printf("damaged files: %zu of %llu loaded, %zu kinds of message\n", loaded,
              static_cast<unsigned long long>(kFiles), texts.size());
  INFO(loaded << " files loaded, " << texts.size() << " kinds of message");
  CHECK(loaded < kFiles / 2);
  CHECK(texts.size() > 30);  // the damage reached many different checks
}

TEST_CASE("Five thousand damaged configs in sound files: each loads or ends in one clear line") {
  const std::vector<Bytes> good = {write_model(lapis_test::picture_model()),
                                   write_model(lapis_test::text_model())};
  const std::vector<std::string> words = {
      "null",     "true",        "false",    "0",    "-1",    "2",        "3",        "1e9",
      "16777216", "0.5",         "[]",       "{}",   "[1,2]", "\"same\"", "\"LSTM\"", "\"Dense\"",
      "\"relu\"", "\"Flatten\"", "[null,3]", "4096", "\"\"",  "[[[]]]"};
  constexpr std::uint64_t kFiles = 5000;
  std::set<std::string> texts;
  std::size_t loaded = 0;
  for (std::uint64_t i = 0; i < kFiles; ++i) {
    const RandomStream random(i, 0xc0f);
    std::uint64_t draw = 0;
    const auto below = [&](std::size_t bound) {
      return static_cast<std::size_t>(random.below(draw++, bound));
    };
    EditableFile file(good[i % good.size()]);
    const std::vector<std::string> keys = {"config", "config", "config", "input", "labels"};
    std::string& text = file.metadata[keys[below(keys.size())]];
    // A value (what stands between ':' and the next ',' or '}') becomes another one.
    for (std::size_t change = 0; change < 1 + i % 2; ++change) {
      std::vector<std::size_t> values;
      for (std::size_t at = text.find(':'); at != std::string::npos; at = text.find(':', at + 1))
        values.push_back(at + 1);
      if (values.empty()) values.push_back(0);
      const std::size_t at = values[below(values.size())];
      const std::size_t end = std::min(text.find_first_of(",}", at), text.size());
      text.replace(at, end - at, words[below(words.size())]);
    }
    const Bytes bytes = file.bytes();
    const std::string message = read_error(bytes);
    if (!is_one_clear_line(message)) FAIL("file " << i << ": " << text << ": " << message);
    if (message == "no error") ++loaded;
    texts.insert(message.substr(0, 60));
  }
  std::printf("damaged configs: %zu of %llu loaded, %zu kinds of message\n", loaded,
              static_cast<unsigned long long>(kFiles), texts.size());
  CHECK(loaded < kFiles / 2);
  CHECK(texts.size() > 100);
}

TEST_CASE("Damaged configs of every layer, as Keras wrote them: each is read or ends in one clear line") {
  std::vector<std::string> good;
  std::set<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(lapis_test::repository_path("tests/golden/keras")))
    files.insert(entry.path());
  for (const std::filesystem::path& path : files) {
    const std::vector<std::uint8_t> bytes = lapis_test::read_bytes(path);
    good.push_back(read_safetensors(std::as_bytes(std::span(bytes))).metadata.at("config"));
  }
  REQUIRE(good.size() > 70);
  const std::vector<std::string> words = {"null",       "true",
                                          "false",      "0",
                                          "-1",         "2",
                                          "3",          "1e9",
                                          "16777216",   "0.5",
                                          "[]",         "{}",
                                          "[1,2]",      "\"same\"",
                                          "\"causal\"", "\"GRU\"",
                                          "[[1],2]",    "[[1,2],[3,4]]",
                                          "\"gelu\"",   "\"Masking\"",
                                          "[null,3]",   "4096",
                                          "\"\"",       "[[[]]]",
                                          "[-1,3]",     "[\"dense\",0,0]",
                                          "\"L2\""};
  constexpr std::uint64_t kConfigs = 6000;
  std::set<std::string> texts;
  std::size_t loaded = 0;
  for (std::uint64_t i = 0; i < kConfigs; ++i) {
    const RandomStream random(i, 0xca5);
    std::uint64_t draw = 0;
    const auto below = [&](std::size_t bound) {
      return static_cast<std::size_t>(random.below(draw++, bound));
    };
    std::string text = good[i % good.size()];
    for (std::size_t change = 0; change < 1 + i % 2; ++change) {
      std::vector<std::size_t> values;
      for (std::size_t at = text.find(':'); at != std::string::npos; at = text.find(':', at + 1))
        values.push_back(at + 1);
      const std::size_t at = values[below(values.size())];
      const std::size_t end = std::min(text.find_first_of(",}", at), text.size());
      text.replace(at, end - at, words[below(words.size())]);
    }
    std::string message = "no error";
    try {
      const Json json = Json::parse(text);
      describe_model(json).parameters();
    } catch (const Error& error) {
      message = error.what();
    }
    if (!is_one_clear_line(message)) FAIL("config " << i << ": " << text << ": " << message);
    if (message == "no error") ++loaded;
    texts.insert(message.substr(0, 60));
  }
  std::printf("damaged configs of Keras's: %zu of %llu read, %zu kinds of message\n", loaded,
              static_cast<unsigned long long>(kConfigs), texts.size());
  CHECK(loaded < kConfigs / 2);
  CHECK(texts.size() > 300);
}
