#include "lapis/ops/product.h"

#include <algorithm>

#include "lapis/ops/activation.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::Vector;

/// Rows left over by whole tiles come in tiles of these, where machines have registers for many rows.
constexpr int kMiddleRows = kTileRows - kTileRows / 3;

/// A whole tile, one panel wide, from registers to C.
template <int kRows, int kPanels>
[[gnu::always_inline]] inline void store_panel(const RowProduct& product,
                                               const Vector (&sums)[kRows][2 * kPanels], int panel,
                                               Real* const* c, Index column) {
  const Real* const bias = product.bias;
  const Vector bias0 = bias != nullptr ? simd::load(bias + column) : Vector{};
  const Vector bias1 = bias != nullptr ? simd::load(bias + column + kLanes) : Vector{};
  const bool relu = product.activation == Activation::relu;
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    Real* const to = c[i] + column;
    Vector first = sums[i][2 * panel];
    Vector second = sums[i][2 * panel + 1];
    if (product.accumulate) {
      first += simd::load(to);
      second += simd::load(to + kLanes);
    }
    first += bias0;
    second += bias1;
    if (relu) {
      first = simd::relu(first);
      second = simd::relu(second);
    }
    simd::store(to, first);
    simd::store(to + kLanes, second);
  }
}

/// The part of a tile that lies in C: `rows` and `columns` of the tile [.., kPanel].
void store_part_of_tile(const RowProduct& product, const Real* tile, Index rows, Index columns,
                        Real* const* c, Index column) {
  for (Index i = 0; i < rows; ++i, tile += kPanel) {
    Real* const to = c[i] + column;
    for (Index j = 0; j < columns; ++j) {
      Real sum = tile[j];
      if (product.accumulate) sum += to[j];
      if (product.bias != nullptr) sum += product.bias[column + j];
      to[j] = sum;
    }
    if (product.activation == Activation::relu) activate_values(Activation::relu, to, to, columns);
  }
}

/// Tile at rows `a`, `c` and `column`; of its kRows the last ones may repeat others and are not stored.
template <int kRows, int kPanels>
[[gnu::noinline]] void multiply_and_store(const RowProduct& product, const Real* const* a, Real* const* c,
                                          Index rows, Index column) {
  Vector sums[kRows][2 * kPanels];
  multiply_tile<kRows, kPanels>(a, product.runs, product.panels + column / kPanel * product.panel_step,
                                product.panel_step, sums);
#pragma GCC unroll 16
  for (int panel = 0; panel < kPanels; ++panel) {
    const Index first = column + panel * kPanel;
    const Index columns = std::min(kPanel, product.n - first);
    if (rows == kRows && columns == kPanel) {
      store_panel<kRows, kPanels>(product, sums, panel, c, first);
    } else {
      alignas(64) Real tile[kRows * kPanel];
#pragma GCC unroll 16
      for (int i = 0; i < kRows; ++i) {
        simd::store(tile + i * kPanel, sums[i][2 * panel]);
        simd::store(tile + i * kPanel + kLanes, sums[i][2 * panel + 1]);
      }
      store_part_of_tile(product, tile, rows, columns, c, first);
    }
  }
  // ReLU costs nothing in registers; other functions are a pass over a tile that is still in the cache.
  if (product.activation == Activation::linear || product.activation == Activation::relu) return;
  const Index columns = std::min(kPanels * kPanel, product.n - column);
  activate_rows(product.activation, c, rows, column, columns);
}

/// All columns of `rows` <= kRows rows, kPanels panels at a time while there are so many.
template <int kRows, int kPanels>
void multiply_few_rows(const RowProduct& product, Index first, Index rows) {
  const Real* a[kRows];
  Real* c[kRows];
  for (Index i = 0; i < kRows; ++i) {
    a[i] = product.a[first + std::min(i, rows - 1)];
    c[i] = product.c[first + std::min(i, rows - 1)];
  }
  const Index panels = (product.n + kPanel - 1) / kPanel;
  const Index groups = panels / kPanels;
  for (Index number = 0; number < groups; ++number) {
    const Index group = product.last_panel_first ? groups - 1 - number : number;
    multiply_and_store<kRows, kPanels>(product, a, c, rows, group * kPanels * kPanel);
  }
  for (Index panel = groups * kPanels; panel < panels; ++panel)
    multiply_and_store<kRows, 1>(product, a, c, rows, panel * kPanel);
}

}  // namespace

void multiply_rows(const RowProduct& product) {
  // One panel meets all rows before the next one: it stays in the nearest cache.
  const Index whole = product.rows / kTileRows * kTileRows;
  for (Index column = 0; column < product.n; column += kPanel) {
    for (Index i = 0; i < whole; i += kTileRows)
      multiply_and_store<kTileRows, 1>(product, product.a + i, product.c + i, kTileRows, column);
  }
  for (Index i = whole; i < product.rows;) {
    const Index rows = product.rows - i;
    if constexpr (kMiddleRows > kTileRows / 2 && kMiddleRows < kTileRows - 1) {
      if (rows > kTileRows / 2) {
        const Index taken = std::min<Index>(rows, kMiddleRows);
        multiply_few_rows<kMiddleRows, 1>(product, i, taken);
        i += taken;
        continue;
      }
    }
    // Tiles of fewer rows are wider, so that there are always enough sums in flight.
    if (rows == 1) {
      multiply_few_rows<1, kAlonePanels>(product, i, 1);
      ++i;
    } else {
      const Index taken = std::min<Index>(rows, kTileRows / 2);
      multiply_few_rows<kTileRows / 2, 2>(product, i, taken);
      i += taken;
    }
  }
}

}  // namespace lapis::cpu
