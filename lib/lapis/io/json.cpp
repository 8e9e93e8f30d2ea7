#include "lapis/io/json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "lapis/core/error.h"
#include "lapis/core/utf8.h"

namespace lapis {

namespace {

/// Whether the parser says so of what it expected.
bool is_expected(std::string_view text) {
  using Lexer = nlohmann::detail::lexer_base<nlohmann::json>;
  for (auto token = Lexer::token_type::uninitialized; token <= Lexer::token_type::literal_or_value;
       token = static_cast<Lexer::token_type>(static_cast<int>(token) + 1))
    if (text == Lexer::token_type_name(token)) return true;
  return false;
}

/// `[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ...; last read: 'x';
/// expected y` without the parts that mean nothing to a reader, or that repeat bytes of a damaged file.
std::string reason(std::string text) {
  const std::string start = "parse error at ";
  if (const auto at = text.find(start); at != std::string::npos) {
    text.erase(0, at + start.size());
  } else if (const auto end = text.find("] "); end != std::string::npos) {
    text.erase(0, end + 2);
  }
  if (const auto from = text.find("; last read: '"); from != std::string::npos) {
    // What was read may look like the end of a message: only what the parser itself may expect stays.
    const auto to = text.rfind("; expected ");
    text.erase(from, to != std::string::npos && to > from && is_expected(text.substr(to + 11))
                         ? to - from
                         : std::string::npos);
  }
  return text;
}

/// Builds a Json from the parser's events, so that the limits hold before memory is spent on a hostile text.
class Builder {
 public:
  Json take() { return std::move(root_); }

  bool null() { return value(Json()); }
  bool boolean(bool x) { return value(Json(x)); }
  bool number_integer(std::int64_t x) { return value(Json(x)); }
  bool number_unsigned(std::uint64_t x) {
    if (x > static_cast<std::uint64_t>(INT64_MAX)) return value(Json(static_cast<double>(x)));
    return value(Json(static_cast<std::int64_t>(x)));
  }
  bool number_float(double x, const std::string&) { return value(Json(x)); }
  bool string(std::string& x) { return value(Json(std::move(x))); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Json(Json::Object())); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(Json(Json::Array())); }
  bool end_array() { return close(); }
  bool key(std::string& x) {
    if (!open_.back().keys.insert(x).second) fail("JSON object has the key ", in_quotes(x), " twice");
    open_.back().key = std::move(x);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) {
    fail("not valid JSON: ", reason(error.what()));
  }

 private:
  struct Open {
    Json value;
    std::string key;             // of the member that comes next
    std::set<std::string> keys;  // so far
    Json::Array items;
  };

  bool value(Json x) {
    if (++count_ > Json::kMaxValues) fail("JSON text has more than ", Json::kMaxValues, " values");
    if (open_.empty()) {
      root_ = std::move(x);
    } else if (open_.back().value.object() != nullptr) {
      open_.back().value.add(std::move(open_.back().key), std::move(x));
    } else {
      open_.back().items.push_back(std::move(x));
    }
    return true;
  }
  bool open(Json x) {
    if (open_.size() == Json::kMaxDepth) fail("JSON text is nested deeper than ", Json::kMaxDepth, " levels");
    open_.push_back({.value = std::move(x), .key = {}, .keys = {}, .items = {}});
    return true;
  }
  bool close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    return value(done.value.object() != nullptr ? std::move(done.value) : Json(std::move(done.items)));
  }

  Json root_;
  std::vector<Open> open_;
  std::size_t count_ = 0;
};

/// As the JSON library's dump(), which would bring its own tree of values.
void print_string(std::string_view string, std::string& text) {
  if (const auto at = find_not_utf8(string))
    fail("cannot be written as JSON: ", in_quotes(string), " is not UTF-8 at byte ", *at);
  constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
  constexpr std::string_view kEscaped = "\"\\bfnrt";
  constexpr std::string_view kDigits = "0123456789abcdef";
  text += '"';
  for (const char character : string) {
    const auto byte = static_cast<unsigned char>(character);
    if (const auto at = kPlain.find(character); at != std::string_view::npos) {
      text += '\\';
      text += kEscaped[at];
    } else if (byte < 0x20) {
      text += "\\u00";
      text += kDigits[byte >> 4U];
      text += kDigits[byte & 15U];
    } else {
      text += character;
    }
  }
  text += '"';
}

/// The shortest text that reads back as the same double.
void print_number(double number, std::string& text) {
  if (!std::isfinite(number)) {
    text += "null";
    return;
  }
  std::array<char, 64> digits;
  text.append(digits.data(),
              nlohmann::detail::to_chars(digits.data(), digits.data() + digits.size(), number));
}

void print(const Json& json, std::string& text) {
  if (const auto* items = json.array()) {
    text += '[';
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) text += ',';
      print((*items)[i], text);
    }
    text += ']';
  } else if (const auto* members = json.object()) {
    text += '{';
    for (std::size_t i = 0; i < members->size(); ++i) {
      if (i > 0) text += ',';
      print_string((*members)[i].key, text);
      text += ':';
      print((*members)[i].value, text);
    }
    text += '}';
  } else if (const auto* string = json.string()) {
    print_string(*string, text);
  } else if (const auto* boolean = json.boolean()) {
    text += *boolean ? "true" : "false";
  } else if (const auto* integer = json.integer()) {
    text += std::to_string(*integer);
  } else if (const auto number = json.number()) {
    print_number(*number, text);
  } else {
    text += "null";
  }
}

}  // namespace

Json::Json() = default;
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;
Json::Json(bool value) : value_(value) {}
Json::Json(int value) : value_(std::int64_t{value}) {}
Json::Json(std::int64_t value) : value_(value) {}
Json::Json(double value) : value_(value) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(Array value) : value_(std::move(value)) {}
Json::Json(Object value) : value_(std::move(value)) {}

Json Json::parse(std::string_view text) {
  Builder builder;
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

std::optional<double> Json::number() const {
  if (const auto* whole = integer()) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  return std::nullopt;
}

const Json* Json::find(std::string_view key) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  const auto at = std::find_if(members->begin(), members->end(),
                               [&](const JsonMember& member) { return member.key == key; });
  return at == members->end() ? nullptr : &at->value;
}

void Json::add(std::string key, Json value) {
  std::get<Object>(value_).push_back({std::move(key), std::move(value)});
}

std::string Json::dump() const {
  std::string text;
  print(*this, text);
  return text;
}

}  // namespace lapis
