#include "lapis/io/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "lapis/core/error.h"
#include "lapis/io/json.h"
#include "lapis/io/safetensors_header.h"

namespace lapis {

static_assert(std::endian::native == std::endian::little, "safetensors files are read as they lie in memory");

namespace {

struct DtypeInfo {
  std::string_view name;
  std::size_t size;
};

// In the order of Dtype, which is the format's own: narrow to wide.
constexpr std::array<DtypeInfo, 13> kDtypes = {{{"BOOL", 1},
                                                {"U8", 1},
                                                {"I8", 1},
                                                {"I16", 2},
                                                {"U16", 2},
                                                {"F16", 2},
                                                {"BF16", 2},
                                                {"I32", 4},
                                                {"U32", 4},
                                                {"F32", 4},
                                                {"F64", 8},
                                                {"I64", 8},
                                                {"U64", 8}}};

/// Longest axis: what an Index of 32 bits (WebAssembly) holds, so that every build reads the same files.
constexpr std::uint64_t kMaxAxis = 0x7FFFFFFF;

Dtype parse_dtype(const HeaderTensor& tensor) {
  for (std::size_t i = 0; i < kDtypes.size(); ++i)
    if (kDtypes[i].name == tensor.dtype) return static_cast<Dtype>(i);
  std::string known;
  for (const DtypeInfo& info : kDtypes) known += (known.empty() ? "" : ", ") + std::string(info.name);
  fail("tensor ", in_quotes(tensor.name), ": dtype ", in_quotes(tensor.dtype),
       " is not known; known: ", known);
}

Shape parse_shape(const HeaderTensor& tensor) {
  if (tensor.shape.size() > Shape::kMaxRank)
    fail("tensor ", in_quotes(tensor.name), ": ", tensor.shape.size(), " axes, at most ", Shape::kMaxRank,
         " are supported");
  Shape shape;
  for (const std::uint64_t size : tensor.shape) {
    if (size > kMaxAxis) fail("tensor ", in_quotes(tensor.name), ": size ", size, " is too large");
    shape.push_back(static_cast<Index>(size));
  }
  return shape;
}

/// Bytes of the tensor; refuses what does not fit in the file before the product can overflow.
std::uint64_t checked_bytes(const HeaderTensor& tensor, Dtype dtype) {
  if (std::find(tensor.shape.begin(), tensor.shape.end(), 0U) != tensor.shape.end()) return 0;
  std::uint64_t bytes = dtype_size(dtype);
  for (const std::uint64_t size : tensor.shape) {
    if (bytes > std::numeric_limits<std::uint64_t>::max() / size)
      fail("tensor ", in_quotes(tensor.name), ": its shape's product is too large");
    bytes *= size;
  }
  // Shape::size() is an Index.
  if (bytes > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()))
    fail("tensor ", in_quotes(tensor.name), ": its shape's product is too large");
  return bytes;
}

std::string offsets_text(const HeaderTensor& tensor) {
  return "data_offsets [" + std::to_string(tensor.begin) + "," + std::to_string(tensor.end) + "]";
}

void check_offsets(const HeaderTensor& tensor, const TensorView& view, std::uint64_t needed,
                   std::uint64_t data_bytes) {
  const std::string where = "tensor " + in_quotes(tensor.name) + ": " + offsets_text(tensor);
  if (tensor.end < tensor.begin) fail(where, " end before they begin");
  if (tensor.end > data_bytes)
    fail(where, " go past the end of the data (", data_bytes, " bytes): the file is truncated or damaged");
  if (tensor.end - tensor.begin != needed)
    fail(where, " span ", tensor.end - tensor.begin, " bytes, expected ", needed, " for ",
         dtype_name(view.dtype), " ", view.shape);
}

/// Every byte of the data belongs to exactly one tensor.
void check_coverage(std::vector<const HeaderTensor*> tensors, std::uint64_t data_bytes) {
  std::sort(tensors.begin(), tensors.end(), [](const HeaderTensor* a, const HeaderTensor* b) {
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
  });
  std::uint64_t end = 0;
  const HeaderTensor* previous = nullptr;
  for (const HeaderTensor* tensor : tensors) {
    if (tensor->begin < end)
      fail("tensor ", in_quotes(tensor->name), ": ", offsets_text(*tensor), " overlap those of tensor ",
           in_quotes(previous->name), ", [", previous->begin, ",", previous->end, "]");
    if (tensor->begin > end)
      fail("tensor ", in_quotes(tensor->name), ": ", offsets_text(*tensor), " leave a hole: bytes ", end,
           " to ", tensor->begin, " belong to no tensor");
    end = tensor->end;
    previous = tensor;
  }
  if (end != data_bytes) fail("the data is ", data_bytes, " bytes, but the tensors end at ", end);
}

std::string_view header_text(std::span<const std::byte> file) {
  if (file.size() < 8) fail("the file is ", file.size(), " bytes, a safetensors file has at least 8");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  if (length > kMaxHeaderBytes)
    fail("the header's length is ", length, ", at most ", kMaxHeaderBytes,
         " is allowed: not a safetensors file?");
  if (length > file.size() - 8)
    fail("the header's length is ", length, ", but only ", file.size() - 8,
         " bytes follow: the file is truncated or not a safetensors file");
  if (length < 2) fail("the header's length is ", length, ", at least 2 is needed");
  return {reinterpret_cast<const char*>(file.data()) + 8, static_cast<std::size_t>(length)};
}

template <class T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// Calls `take(i, value)` for each element.
template <class Take>
void for_each_value(const TensorView& tensor, const Take& take) {
  const std::byte* bytes = tensor.bytes.data();
  const auto count = static_cast<std::size_t>(tensor.shape.size());
  const auto walk = [&](auto zero, const auto& convert) {
    using T = decltype(zero);
    for (std::size_t i = 0; i < count; ++i) take(i, convert(load<T>(bytes + i * sizeof(T))));
  };
  const auto same = [](auto value) { return value; };
  switch (tensor.dtype) {
    case Dtype::boolean:
    case Dtype::u8:
      return walk(std::uint8_t{}, same);
    case Dtype::i8:
      return walk(std::int8_t{}, same);
    case Dtype::i16:
      return walk(std::int16_t{}, same);
    case Dtype::u16:
      return walk(std::uint16_t{}, same);
    case Dtype::f16:
      return walk(std::uint16_t{}, half_to_float);
    case Dtype::bf16:
      return walk(std::uint16_t{},
                  [](std::uint16_t x) { return __builtin_bit_cast(float, std::uint32_t{x} << 16U); });
    case Dtype::i32:
      return walk(std::int32_t{}, same);
    case Dtype::u32:
      return walk(std::uint32_t{}, same);
    case Dtype::f32:
      return walk(float{}, same);
    case Dtype::f64:
      return walk(double{}, same);
    case Dtype::i64:
      return walk(std::int64_t{}, same);
    case Dtype::u64:
      return walk(std::uint64_t{}, same);
  }
}

template <class T, class Convert>
std::vector<std::byte> store(std::span<const Real> values, const Convert& convert) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = convert(values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

}  // namespace

std::string_view dtype_name(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)].name;
}

std::size_t dtype_size(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)].size;
}

const TensorView* SafetensorsFile::find(std::string_view name) const {
  const auto at =
      std::lower_bound(tensors.begin(), tensors.end(), name,
                       [](const TensorView& tensor, std::string_view key) { return tensor.name < key; });
  return at != tensors.end() && at->name == name ? &*at : nullptr;
}

SafetensorsFile read_safetensors(std::span<const std::byte> file) {
  const std::string_view text = header_text(file);
  SafetensorsHeader header = parse_safetensors_header(text);
  const std::span<const std::byte> data = file.subspan(8 + text.size());

  SafetensorsFile result;
  result.metadata = std::move(header.metadata);
  std::vector<const HeaderTensor*> entries;
  for (const auto& [name, tensor] : header.tensors) {  // a map: sorted by name
    TensorView view{.name = name, .dtype = parse_dtype(tensor), .shape = parse_shape(tensor), .bytes = {}};
    const std::uint64_t needed = checked_bytes(tensor, view.dtype);
    check_offsets(tensor, view, needed, data.size());
    view.bytes = data.subspan(static_cast<std::size_t>(tensor.begin), static_cast<std::size_t>(needed));
    result.tensors.push_back(std::move(view));
    entries.push_back(&tensor);
  }
  check_coverage(std::move(entries), data.size());
  return result;
}

std::vector<std::byte> write_safetensors(std::span<const TensorView> tensors,
                                         const std::map<std::string, std::string>& metadata) {
  std::vector<const TensorView*> order;
  for (const TensorView& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const TensorView* a, const TensorView* b) {
    return a->dtype != b->dtype ? a->dtype > b->dtype : a->name < b->name;
  });

  Json header{Json::Object()};
  if (!metadata.empty()) {
    Json words{Json::Object()};
    for (const auto& [key, value] : metadata) words.add(key, value);
    header.add("__metadata__", std::move(words));
  }
  std::size_t end = 0;
  for (const TensorView* tensor : order) {
    if (header.find(tensor->name) != nullptr)
      fail("tensor ", in_quotes(tensor->name), ": the name stands twice");
    const std::size_t begin = end;
    end += tensor->bytes.size();
    Json::Array shape;
    for (int axis = 0; axis < tensor->shape.rank(); ++axis)
      shape.emplace_back(std::int64_t{tensor->shape[axis]});
    Json entry{Json::Object()};
    entry.add("dtype", dtype_name(tensor->dtype));
    entry.add("shape", std::move(shape));
    entry.add("data_offsets",
              Json::Array{Json(static_cast<std::int64_t>(begin)), Json(static_cast<std::int64_t>(end))});
    header.add(tensor->name, std::move(entry));
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');

  const std::uint64_t length = text.size();
  std::vector<std::byte> file(8 + text.size() + end);
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, text.data(), text.size());
  std::byte* to = file.data() + 8 + text.size();
  for (const TensorView* tensor : order) to = std::copy(tensor->bytes.begin(), tensor->bytes.end(), to);
  return file;
}

void read_values(const TensorView& tensor, std::span<Real> values) {
  if (values.size() != static_cast<std::size_t>(tensor.shape.size()))
    fail("tensor ", in_quotes(tensor.name), ": ", tensor.shape.size(), " values, expected ", values.size());
  // As nearly every file has it: nothing to convert.
  if (tensor.dtype == Dtype::f32 && sizeof(Real) == sizeof(float)) {
    if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), values.size_bytes());
    return;
  }
  for_each_value(tensor, [&](std::size_t i, auto value) { values[i] = static_cast<Real>(value); });
}

std::vector<double> to_doubles(const TensorView& tensor) {
  std::vector<double> values(static_cast<std::size_t>(tensor.shape.size()));
  for_each_value(tensor, [&](std::size_t i, auto value) { values[i] = static_cast<double>(value); });
  return values;
}

void check_finite(const TensorView& tensor) {
  // Infinity and NaN times 0 are NaN: one look at the sum for the many files that are in order.
  double sum = 0;
  for_each_value(tensor,
                 [&](std::size_t, auto value) { sum += static_cast<double>(static_cast<Real>(value)) * 0; });
  if (sum == 0) return;
  for_each_value(tensor, [&](std::size_t i, auto value) {
    if (!std::isfinite(static_cast<Real>(value)))
      fail("tensor ", in_quotes(tensor.name), ": element ", i, " is ", value, ", expected a finite number");
  });
}

std::vector<std::byte> to_bytes(std::span<const Real> values, Dtype dtype) {
  switch (dtype) {
    case Dtype::f16:
      return store<std::uint16_t>(values, [](Real x) { return float_to_half(static_cast<float>(x)); });
    case Dtype::f32:
      return store<float>(values, [](Real x) { return static_cast<float>(x); });
    case Dtype::f64:
      return store<double>(values, [](Real x) { return static_cast<double>(x); });
    case Dtype::i32:
      return store<std::int32_t>(values, [](Real x) { return static_cast<std::int32_t>(std::lround(x)); });
    case Dtype::i64:
      return store<std::int64_t>(values, [](Real x) { return std::int64_t{std::llround(x)}; });
    default:
      fail("values cannot be written as ", dtype_name(dtype), "; known: F16, F32, F64, I32, I64");
  }
}

std::uint16_t float_to_half(float value) {
  const auto bits = __builtin_bit_cast(std::uint32_t, value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) return static_cast<std::uint16_t>(sign | 0x7E00U);  // NaN
  // 65520 and beyond round to infinity: it lies halfway between the largest half, 65504, and 65536.
  if (magnitude >= 0x477FF000U) return static_cast<std::uint16_t>(sign | 0x7C00U);
  if (magnitude < 0x38800000U) {
    // Below 2^-14: subnormal, a multiple of 2^-24. Adding 0.5 (whose last bit is worth 2^-24) lets the
    // addition round to nearest, ties to even.
    const float shifted = __builtin_bit_cast(float, magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (__builtin_bit_cast(std::uint32_t, shifted) - 0x3F000000U));
  }
  // 13 bits go; half of the last kept bit, less one unless that bit is odd, makes ties go to even.
  const std::uint32_t odd = (magnitude >> 13U) & 1U;
  const std::uint32_t rounded = magnitude - (112U << 23U) + 0xFFFU + odd;
  return static_cast<std::uint16_t>(sign | (rounded >> 13U));
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const std::uint32_t exponent = (half >> 10U) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, magnitude) | sign);
  }
  const std::uint32_t wide = exponent == 0x1F ? 0xFFU : exponent + 112U;
  return __builtin_bit_cast(float, sign | (wide << 23U) | (fraction << 13U));
}

}  // namespace lapis
