#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/shape.h"

/// The safetensors format: 8 bytes header length (little-endian), a JSON header, then the tensors' bytes,
/// row-major and little-endian. https://github.com/huggingface/safetensors
namespace lapis {

enum class Dtype { boolean, u8, i8, i16, u16, f16, bf16, i32, u32, f32, f64, i64, u64 };

/// "F32".
std::string_view dtype_name(Dtype dtype);
/// Bytes of one element.
std::size_t dtype_size(Dtype dtype);

/// A tensor in somebody else's bytes, which may lie at any address (not aligned).
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::f32;
  Shape shape;
  std::span<const std::byte> bytes;  // shape.size() * dtype_size(dtype)
};

/// Longest header that is read, and most tensors in one file.
inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr std::size_t kMaxTensors = 100'000;

struct SafetensorsFile {
  std::vector<TensorView> tensors;  // sorted by name; views of the file's bytes
  std::map<std::string, std::string> metadata;

  /// nullptr where there is none.
  const TensorView* find(std::string_view name) const;
};

/// Validates everything (sizes, header, names, dtypes, shapes, offsets without hole or overlap) and copies no
/// data: `file` must outlive the result. Values may be anything, NaN too. Throws Error.
SafetensorsFile read_safetensors(std::span<const std::byte> file);

/// Tensors ordered by dtype (widest first) and name; the header padded to a multiple of 8. Names must be
/// unique.
std::vector<std::byte> write_safetensors(std::span<const TensorView> tensors,
                                         const std::map<std::string, std::string>& metadata);

/// The tensor's values as Reals into `values` (as many as the shape has). F16, BF16 and F32 are exact; F64
/// and wide integers are rounded.
void read_values(const TensorView& tensor, std::span<Real> values);
std::vector<double> to_doubles(const TensorView& tensor);

/// Throws Error where a value is NaN or infinite, or becomes so as a Real.
void check_finite(const TensorView& tensor);

/// `values` as F32, F16 (rounded to nearest, ties to even; beyond its range infinite), F64, I32 or I64
/// (rounded).
std::vector<std::byte> to_bytes(std::span<const Real> values, Dtype dtype);

/// IEEE 754 binary16.
std::uint16_t float_to_half(float value);
float half_to_float(std::uint16_t half);

}  // namespace lapis
