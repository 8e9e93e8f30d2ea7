#include "lapis/io/safetensors.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "support/error_text.h"
#include "support/model_bytes.h"

using namespace lapis;
using lapis_test::Bytes;
using lapis_test::error_text;
using lapis_test::safetensors_bytes;

namespace {

std::string read_error(const Bytes& file) {
  return error_text([&] { read_safetensors(file); });
}

std::string header_error(std::string_view header, std::size_t data_bytes = 0) {
  return read_error(safetensors_bytes(header, data_bytes));
}

TensorView view(std::string name, Dtype dtype, const Shape& shape, std::span<const std::byte> bytes) {
  return {std::move(name), dtype, shape, bytes};
}

}  // namespace

TEST_CASE("What is written is read back") {
  const std::vector<Real> values = {1, -2.5, 0, 3e-5F, 65504, -0.125F};
  const Bytes f32 = to_bytes(values, Dtype::f32);
  const Bytes f64 = to_bytes(values, Dtype::f64);
  const Bytes i32 = to_bytes(std::vector<Real>{1, -2, 3}, Dtype::i32);
  const Bytes i64 = to_bytes(std::vector<Real>{7}, Dtype::i64);
  const std::vector<TensorView> tensors = {
      view("b", Dtype::f32, {2, 3}, f32),   view("a", Dtype::f32, {6}, f32),
      view("ids", Dtype::i32, {3, 1}, i32), view("one", Dtype::i64, {}, i64),
      view("w", Dtype::f64, {3, 2}, f64),   view("none", Dtype::u8, {0, 4}, {})};
  const Bytes file = write_safetensors(tensors, {{"k", "v\n\"é"}, {"empty", ""}});

  const SafetensorsFile read = read_safetensors(file);
  CHECK(read.metadata == std::map<std::string, std::string>{{"k", "v\n\"é"}, {"empty", ""}});
  REQUIRE(read.tensors.size() == 6);
  CHECK(read.find("missing") == nullptr);
  for (const TensorView& expected : tensors) {
    const TensorView* found = read.find(expected.name);
    REQUIRE(found != nullptr);
    CHECK(found->dtype == expected.dtype);
    CHECK(found->shape == expected.shape);
    CHECK(std::equal(found->bytes.begin(), found->bytes.end(), expected.bytes.begin(), expected.bytes.end()));
  }
  CHECK(to_doubles(*read.find("ids")) == std::vector<double>{1, -2, 3});
  CHECK(to_doubles(*read.find("one")) == std::vector<double>{7});
  std::vector<Real> back(6);
  read_values(*read.find("b"), back);
  CHECK(back == values);
  CHECK(error_text([&] { read_values(*read.find("b"), std::span(back).first(5)); }) ==
        "tensor \"b\": 6 values, expected 5");
}

TEST_CASE("The layout is safetensors': aligned header, widest dtype first, then by name, no copy") {
  const Bytes one(1), four(4), eight(8);
  const Bytes file = write_safetensors(
      std::vector<TensorView>{view("x", Dtype::u8, {1}, one), view("y", Dtype::f32, {1}, four),
                              view("b", Dtype::i64, {1}, eight), view("a", Dtype::f32, {1}, four)},
      {});
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  CHECK(length % 8 == 0);
  std::string header(reinterpret_cast<const char*>(file.data()) + 8, static_cast<std::size_t>(length));
  header.erase(header.find_last_not_of(' ') + 1);
  CHECK(
      header ==
      R"({"b":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
      R"("y":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"x":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}})");
  CHECK(file.size() == 8 + length + 17);
  CHECK(read_safetensors(file).find("y")->bytes.data() == file.data() + 8 + length + 12);
  CHECK(error_text([&] {
          write_safetensors(
              std::vector<TensorView>{view("x", Dtype::u8, {1}, one), view("x", Dtype::u8, {1}, one)}, {});
        }) == "tensor \"x\": the name stands twice");
}

TEST_CASE("Every integer and float type is converted") {
  const auto values = [](Dtype dtype, std::initializer_list<int> bytes) {
    Bytes data;
    for (const int byte : bytes) data.push_back(static_cast<std::byte>(byte));
    const auto count = static_cast<Index>(data.size() / dtype_size(dtype));
    return to_doubles(view("t", dtype, {count}, data));
  };
  CHECK(values(Dtype::boolean, {0, 1}) == std::vector<double>{0, 1});
  CHECK(values(Dtype::u8, {255}) == std::vector<double>{255});
  CHECK(values(Dtype::i8, {255}) == std::vector<double>{-1});
  CHECK(values(Dtype::i16, {0xFE, 0xFF}) == std::vector<double>{-2});
  CHECK(values(Dtype::u16, {0xFE, 0xFF}) == std::vector<double>{65534});
  CHECK(values(Dtype::u32, {0xFF, 0xFF, 0xFF, 0xFF}) == std::vector<double>{4294967295.0});
  CHECK(values(Dtype::i32, {0xFF, 0xFF, 0xFF, 0xFF}) == std::vector<double>{-1});
  CHECK(values(Dtype::i64, {0, 0, 0, 0, 0, 0, 0, 0x80}) == std::vector<double>{-9223372036854775808.0});
  CHECK(values(Dtype::u64, {0, 0, 0, 0, 0, 0, 0, 0x80}) == std::vector<double>{9223372036854775808.0});
  CHECK(values(Dtype::bf16, {0x80, 0x3F, 0x20, 0xC1}) == std::vector<double>{1, -10});
  CHECK(values(Dtype::f16, {0x00, 0x3C, 0x00, 0xC4}) == std::vector<double>{1, -4});
}

TEST_CASE("F16 reads every half and rounds to nearest, ties to even") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    const int exponent = static_cast<int>(bits >> 10U & 31U);
    const double fraction = bits & 1023U;
    const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
    if (exponent == 31) {
      if (fraction == 0 ? !(std::isinf(value) && (value < 0) == (sign < 0)) : !std::isnan(value)) FAIL(bits);
    } else {
      const double expected = exponent == 0 ? sign * std::ldexp(fraction, -24)
                                            : sign * std::ldexp(1024 + fraction, exponent - 25);
      if (static_cast<double>(value) != expected) FAIL(bits);
    }
    if (std::isnan(value) ? !std::isnan(half_to_float(float_to_half(value))) : float_to_half(value) != half)
      FAIL(bits);
    // Just below, at and just above the middle between this half and the next one.
    if (exponent < 31 && (bits & 0x7FFFU) != 0x7BFFU) {
      const float next = half_to_float(static_cast<std::uint16_t>(half + 1));
      const float middle = (value + next) / 2;  // exact in float
      const auto up = static_cast<std::uint16_t>(half + 1);
      if (float_to_half(std::nextafter(middle, value)) != half) FAIL(bits);
      if (float_to_half(std::nextafter(middle, next)) != up) FAIL(bits);
      if (float_to_half(middle) != (half % 2 == 0 ? half : up)) FAIL(bits);
    }
  }
  CHECK(float_to_half(65519.996F) == 0x7BFF);
  CHECK(float_to_half(65520.0F) == 0x7C00);
  CHECK(float_to_half(-1e30F) == 0xFC00);
  CHECK(float_to_half(std::numeric_limits<float>::denorm_min()) == 0);
  CHECK(float_to_half(-0.0F) == 0x8000);
  CHECK(float_to_half(0x1p-25F) == 0);  // a tie: to even
  CHECK(float_to_half(0x1.000002p-25F) == 1);
}

TEST_CASE("Values that are not finite are found") {
  const auto text = [](const std::vector<Real>& values) {
    const Bytes bytes = to_bytes(values, Dtype::f32);
    return error_text(
        [&] { check_finite(view("w", Dtype::f32, {static_cast<Index>(values.size())}, bytes)); });
  };
  CHECK(text({1, 2}) == "no error");
  CHECK(text({1, std::numeric_limits<Real>::quiet_NaN()}) ==
        "tensor \"w\": element 1 is nan, expected a finite number");
  CHECK(text({-std::numeric_limits<Real>::infinity()}) ==
        "tensor \"w\": element 0 is -inf, expected a finite number");
  const double large = 1e300;
  CHECK(error_text([&] { check_finite(view("w", Dtype::f64, {1}, std::as_bytes(std::span(&large, 1)))); }) ==
        "tensor \"w\": element 0 is 1e+300, expected a finite number");
}

TEST_CASE("Sizes: a file that cannot be one") {
  CHECK(read_error({}) == "the file is 0 bytes, a safetensors file has at least 8");
  CHECK(read_error(Bytes(7)) == "the file is 7 bytes, a safetensors file has at least 8");
  CHECK(read_error(Bytes(8)) == "the header's length is 0, at least 2 is needed");
  Bytes file = safetensors_bytes("{}");
  CHECK(read_error(file) == "no error");
  file[0] = std::byte{3};
  CHECK(read_error(file) ==
        "the header's length is 3, but only 2 bytes follow: the file is truncated or not a safetensors file");
  file[3] = std::byte{6};  // 3 + 6 * 2^24
  CHECK(read_error(file) ==
        "the header's length is 100663299, at most 100000000 is allowed: not a safetensors file?");
  for (std::size_t i = 0; i < 8; ++i) file[i] = std::byte{255};
  CHECK(read_error(file) ==
        "the header's length is 18446744073709551615, at most 100000000 is allowed: not a safetensors file?");
}

TEST_CASE("Header: not JSON, or another one") {
  CHECK(header_error("[]") == "header: must be a JSON object");
  CHECK(header_error("  {}") == "header: must be a JSON object");
  CHECK(header_error("{}   ") == "no error");
  CHECK(header_error("{x}") ==
        "header: not valid JSON at byte 2: the file is damaged or not a safetensors file");
  CHECK(header_error("{\"\xff\":1}") ==
        "header: not valid UTF-8 at byte 3: the file is damaged or not a safetensors file");
  CHECK(header_error("{}{}") ==
        "header: not valid JSON at byte 3: the file is damaged or not a safetensors file");
  CHECK(header_error("{\"a\"") ==
        "header: not valid JSON at byte 5: the file is damaged or not a safetensors file");
  CHECK(header_error(R"({"a":1})") == "tensor \"a\": must be an object with dtype, shape and data_offsets");
  CHECK(header_error(R"({"a":[]})") == "tensor \"a\": must be an object with dtype, shape and data_offsets");
  CHECK(header_error(R"({"":{}})") == "header: a tensor's name is empty");
  CHECK(header_error(R"({"a":{"shape":[],"data_offsets":[0,0]}})") == "tensor \"a\": \"dtype\" is missing");
  CHECK(header_error(R"({"a":{"dtype":"F32","data_offsets":[0,0]}})") ==
        "tensor \"a\": \"shape\" is missing");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[]}})") == "tensor \"a\": \"data_offsets\" is missing");
  CHECK(header_error(R"({"a":{"dtype":"F32","colour":1}})") ==
        "tensor \"a\": key \"colour\" is not known; known: dtype, shape, data_offsets");
  CHECK(header_error(R"({"a":{"dtype":"F32","dtype":"F32"}})") ==
        "tensor \"a\": the key \"dtype\" stands twice");
  CHECK(header_error(R"({"a":{"dtype":7}})") == "tensor \"a\": \"dtype\" must be a string");
  for (const std::string shape : {"7", "{}", "[-1]", "[1.5]", "[[1]]", "[null]", "[\"1\"]", "null", "[1e2]"})
    CHECK(header_error(R"({"a":{"shape":)" + shape + "}}") ==
          "tensor \"a\": \"shape\" must be a list of whole numbers");
  for (const std::string offsets : {"7", "[]", "[0]", "[0,1,2]", "[0,-1]", "[0,1.0]", "{}"})
    CHECK(header_error(R"({"a":{"data_offsets":)" + offsets + "}}") ==
          "tensor \"a\": \"data_offsets\" must be two whole numbers");
}

TEST_CASE("Header: metadata is text to text") {
  CHECK(header_error(R"({"__metadata__":{"a":"b"}})") == "no error");
  CHECK(header_error(R"({"__metadata__":{"a":1}})") ==
        "header: __metadata__: the value of \"a\" must be a string");
  CHECK(header_error(R"({"__metadata__":{"a":{}}})") ==
        "header: __metadata__: the value of \"a\" must be a string");
  CHECK(header_error(R"({"__metadata__":{"a":null}})") ==
        "header: __metadata__: the value of \"a\" must be a string");
  CHECK(header_error(R"({"__metadata__":[]})") == "header: __metadata__ must be an object");
  CHECK(header_error(R"({"__metadata__":{"a":"b","a":"c"}})") ==
        "header: __metadata__: the key \"a\" stands twice");
  CHECK(header_error(R"({"__metadata__":{},"__metadata__":{}})") == "header: __metadata__ stands twice");
}

TEST_CASE("Tensors: dtypes and shapes") {
  CHECK(header_error(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1) ==
        "tensor \"a\": dtype \"F8_E4M3\" is not known; known: BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, "
        "F32, F64, "
        "I64, U64");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1],"data_offsets":[0,4]}})", 4) ==
        "tensor \"a\": 6 axes, at most 5 are supported");
  CHECK(header_error(
            R"({"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}})", 4) ==
        "tensor \"a\": its shape's product is too large");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[2147483648],"data_offsets":[0,4]}})", 4) ==
        "tensor \"a\": size 2147483648 is too large");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4) ==
        "tensor \"a\": size 18446744073709551615 is too large");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}})", 4) ==
        "tensor \"a\": \"shape\" must be a list of whole numbers");
  CHECK(header_error(R"({"a":{"dtype":"F32","shape":[0,2147483647,2147483647],"data_offsets":[0,0]}})") ==
        "no error");
  std::string axes = "1";
  for (int i = 0; i < 70; ++i) axes += ",1";
  CHECK(header_error(R"({"a":{"shape":[)" + axes + "]}}") == "tensor \"a\": more than 64 axes");
}

TEST_CASE("Tensors: offsets inside, of the right length, without overlap and hole") {
  const auto tensor = [](const std::string& name, const std::string& offsets) {
    return "\"" + name + R"(":{"dtype":"F32","shape":[2],"data_offsets":[)" + offsets + "]}";
  };
  const auto text = [&](const std::string& a, const std::string& b, std::size_t data) {
    return header_error("{" + tensor("a", a) + "," + tensor("b", b) + "}", data);
  };
  CHECK(text("0,8", "8,16", 16) == "no error");
  CHECK(text("8,16", "0,8", 16) == "no error");
  CHECK(text("0,8", "8,16", 15) ==
        "tensor \"b\": data_offsets [8,16] go past the end of the data (15 bytes): the file is truncated or "
        "damaged");
  CHECK(text("0,8", "8,16", 17) == "the data is 17 bytes, but the tensors end at 16");
  CHECK(text("0,8", "4,12", 16) == "tensor \"b\": data_offsets [4,12] overlap those of tensor \"a\", [0,8]");
  CHECK(text("0,8", "0,8", 8) == "tensor \"b\": data_offsets [0,8] overlap those of tensor \"a\", [0,8]");
  CHECK(text("0,8", "12,20", 20) ==
        "tensor \"b\": data_offsets [12,20] leave a hole: bytes 8 to 12 belong to no tensor");
  CHECK(text("4,12", "12,20", 20) ==
        "tensor \"a\": data_offsets [4,12] leave a hole: bytes 0 to 4 belong to no tensor");
  CHECK(text("8,0", "8,16", 16) == "tensor \"a\": data_offsets [8,0] end before they begin");
  CHECK(text("0,4", "4,12", 12) == "tensor \"a\": data_offsets [0,4] span 4 bytes, expected 8 for F32 [2]");
  CHECK(text("0,12", "12,20", 20) ==
        "tensor \"a\": data_offsets [0,12] span 12 bytes, expected 8 for F32 [2]");
  CHECK(text("18446744073709551608,18446744073709551615", "0,8", 8) ==
        "tensor \"a\": data_offsets [18446744073709551608,18446744073709551615] go past the end of the data "
        "(8 bytes): "
        "the file is truncated or damaged");
  CHECK(header_error("{}", 3) == "the data is 3 bytes, but the tensors end at 0");
}

TEST_CASE("A hostile header costs no memory") {
  const std::string entry = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  CHECK(header_error("{\"a\":" + entry + ",\"a\":" + entry + "}", 1) ==
        "tensor \"a\": the name stands twice");
  CHECK(header_error("{\"a\":" + std::string(1'000'000, '[')) ==
        "tensor \"a\": must be an object with dtype, shape and data_offsets");
  CHECK(header_error("{\"a\":" + std::string(1'000'000, '{')) ==
        "header: not valid JSON at byte 7: the file is damaged or not a safetensors file");
  std::string many = "{";
  for (int i = 0; i <= 100'000; ++i) many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + entry;
  CHECK(header_error(many + "}", 1) == "header: more than 100000 tensors");
}
