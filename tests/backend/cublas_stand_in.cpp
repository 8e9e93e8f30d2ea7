// Loaded in place of cuBLASLt where there is no GPU: the calls that the CUDA backend makes, as NVIDIA
// documents them (matrices by columns), with plain loops. What is wrong in a call is a status, as there.
#include "native/cuda/cublas_lt.h"

#include <cstring>
#include <map>
#include <set>
#include <vector>

using namespace lapis::cuda::cublas_lt;

namespace {

constexpr Status kInvalid = 7;        // CUBLAS_STATUS_INVALID_VALUE
constexpr Status kNotSupported = 15;  // CUBLAS_STATUS_NOT_SUPPORTED
constexpr std::uint64_t kMagic = 0x6C61706973;

struct Settings {  // of a product or of a preference
  int compute = 0;
  std::map<int, std::vector<std::byte>> attributes;

  template <class Value>
  Value get(int attribute, Value otherwise) const {
    const auto found = attributes.find(attribute);
    if (found == attributes.end() || found->second.size() != sizeof(Value)) return otherwise;
    Value value;
    std::memcpy(&value, found->second.data(), sizeof(value));
    return value;
  }
};

struct Layout {
  std::uint64_t rows, columns;
  std::int64_t stride;
};

int products = 0;
int heuristics = 0;
std::set<void*> living;  // what was made and not destroyed

template <class Made>
Status make(void** place, Made* made) {
  living.insert(made);
  *place = made;
  return kSuccess;
}

template <class Made>
Status destroy(void* made) {
  if (living.erase(made) == 0) return kInvalid;
  delete static_cast<Made*>(made);
  return kSuccess;
}

Status set_attribute(void* settings, int attribute, const void* value, std::size_t size) {
  const auto* const bytes = static_cast<const std::byte*>(value);
  static_cast<Settings*>(settings)->attributes[attribute].assign(bytes, bytes + size);
  return kSuccess;
}

std::uint64_t rows_of(const Layout& layout, Operation operation) {
  return operation == kNormal ? layout.rows : layout.columns;
}
std::uint64_t columns_of(const Layout& layout, Operation operation) {
  return operation == kNormal ? layout.columns : layout.rows;
}
bool stands(const Layout& layout) {
  return layout.stride >= static_cast<std::int64_t>(layout.rows);
}

bool fits(const Settings& desc, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  const auto of_a = desc.get(kTransposeA, kNormal);
  const auto of_b = desc.get(kTransposeB, kNormal);
  return stands(a) && stands(b) && stands(c) && stands(d) && columns_of(a, of_a) == rows_of(b, of_b) &&
         rows_of(a, of_a) == d.rows && columns_of(b, of_b) == d.columns && c.rows == d.rows &&
         c.columns == d.columns;
}

bool is_aligned(const void* address, std::uint64_t alignment) {
  return reinterpret_cast<std::uintptr_t>(address) % alignment == 0;
}

}  // namespace

extern "C" {

int stand_in_products() {
  return products;
}
int stand_in_heuristics() {
  return heuristics;
}
std::size_t stand_in_living() {
  return living.size();
}

Status cublasLtCreate(Handle* handle) {
  return make(handle, new int(0));
}
Status cublasLtDestroy(Handle handle) {
  return destroy<int>(handle);
}

Status cublasLtMatmulDescCreate(MatmulDesc* desc, int compute, int scale_type) {
  if (scale_type != kFloat32) return kInvalid;
  return make(desc, new Settings{compute, {}});
}
Status cublasLtMatmulDescDestroy(MatmulDesc desc) {
  return destroy<Settings>(desc);
}
Status cublasLtMatmulDescSetAttribute(MatmulDesc desc, int attribute, const void* value, std::size_t size) {
  return set_attribute(desc, attribute, value, size);
}

Status cublasLtMatrixLayoutCreate(MatrixLayout* layout, int type, std::uint64_t rows, std::uint64_t columns,
                                  std::int64_t stride) {
  if (type != kFloat32) return kInvalid;
  return make(layout, new Layout{rows, columns, stride});
}
Status cublasLtMatrixLayoutDestroy(MatrixLayout layout) {
  return destroy<Layout>(layout);
}

Status cublasLtMatmulPreferenceCreate(Preference* preference) {
  return make(preference, new Settings());
}
Status cublasLtMatmulPreferenceDestroy(Preference preference) {
  return destroy<Settings>(preference);
}
Status cublasLtMatmulPreferenceSetAttribute(Preference preference, int attribute, const void* value,
                                            std::size_t size) {
  return set_attribute(preference, attribute, value, size);
}

/// Shapes whose result has 17 rows have no algorithm. An algorithm remembers what it was chosen for.
Status cublasLtMatmulAlgoGetHeuristic(Handle /*handle*/, MatmulDesc desc, MatrixLayout a, MatrixLayout b,
                                      MatrixLayout c, MatrixLayout d, Preference preference, int asked,
                                      Heuristic* results, int* returned) {
  ++heuristics;
  *returned = 0;
  const auto& wanted = *static_cast<const Settings*>(preference);
  const auto& made = *static_cast<const Layout*>(d);
  if (!fits(*static_cast<const Settings*>(desc), *static_cast<const Layout*>(a),
            *static_cast<const Layout*>(b), *static_cast<const Layout*>(c), made))
    return kInvalid;
  if ((wanted.get(kReductionMask, std::uint32_t{7}) & kInPlace) != 0) return kInvalid;  // not deterministic
  if (asked < 1 || made.columns == 17) return kNotSupported;
  results[0] = {};
  results[0].workspace_size = wanted.get(kMaxWorkspace, std::uint64_t{0});
  results[0].algorithm.data[0] = kMagic;
  results[0].algorithm.data[1] = wanted.get(kAlignmentA, std::uint32_t{256});
  results[0].algorithm.data[2] = wanted.get(kAlignmentB, std::uint32_t{256});
  results[0].algorithm.data[3] = wanted.get(kAlignmentC, std::uint32_t{256});
  results[0].algorithm.data[4] = wanted.get(kAlignmentD, std::uint32_t{256});
  results[0].algorithm.data[5] = results[0].workspace_size;
  *returned = 1;
  return kSuccess;
}

Status cublasLtMatmul(Handle /*handle*/, MatmulDesc desc, const void* alpha, const void* a,
                      MatrixLayout a_layout, const void* b, MatrixLayout b_layout, const void* beta,
                      const void* c, MatrixLayout c_layout, void* d, MatrixLayout d_layout,
                      const Algorithm* algorithm, void* workspace, std::size_t workspace_size,
                      void* /*stream*/) {
  const auto& settings = *static_cast<const Settings*>(desc);
  const auto& left = *static_cast<const Layout*>(a_layout);
  const auto& right = *static_cast<const Layout*>(b_layout);
  const auto& before = *static_cast<const Layout*>(c_layout);
  const auto& result = *static_cast<const Layout*>(d_layout);
  if (!fits(settings, left, right, before, result)) return kInvalid;
  const std::uint64_t* const chosen = algorithm->data;
  if (chosen[0] != kMagic || !is_aligned(a, chosen[1]) || !is_aligned(b, chosen[2]) ||
      !is_aligned(c, chosen[3]) || !is_aligned(d, chosen[4]) || workspace_size < chosen[5] ||
      !is_aligned(workspace, 256))
    return kInvalid;
  const auto of_a = settings.get(kTransposeA, kNormal);
  const auto of_b = settings.get(kTransposeB, kNormal);
  const auto epilogue = settings.get(kEpilogue, kDefault);
  const auto* const bias = settings.get<const float*>(kBiasPointer, nullptr);
  if ((epilogue & kBias) != 0 && bias == nullptr) return kInvalid;
  const auto at = [](const void* values, const Layout& layout, Operation operation, std::uint64_t row,
                     std::uint64_t column) {
    if (operation == kTransposed) std::swap(row, column);
    return static_cast<const float*>(values)[row + column * static_cast<std::uint64_t>(layout.stride)];
  };
  const float scale = *static_cast<const float*>(beta);
  for (std::uint64_t row = 0; row < result.rows; ++row) {
    for (std::uint64_t column = 0; column < result.columns; ++column) {
      float sum = 0;
      for (std::uint64_t p = 0; p < columns_of(left, of_a); ++p)
        sum += at(a, left, of_a, row, p) * at(b, right, of_b, p, column);
      float value = *static_cast<const float*>(alpha) * sum;
      if (scale != 0) value += scale * at(c, before, kNormal, row, column);
      if ((epilogue & kBias) != 0) value += bias[row];
      if ((epilogue & kRelu) != 0 && value < 0) value = 0;
      static_cast<float*>(d)[row + column * static_cast<std::uint64_t>(result.stride)] = value;
    }
  }
  ++products;
  return kSuccess;
}

}  // extern "C"
