#include "lapis/ops/panels.h"

#include <algorithm>

#include "lapis/ops/transpose.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;

void copy_panel(const Real* from, Index stride, Index columns, Index k, Real* to) {
  if (columns < kPanel) {
    for (Index p = 0; p < k; ++p) simd::copy(from + p * stride, to + p * kPanel, columns);
    return;
  }
  for (Index p = 0; p < k; ++p) {
    simd::store(to + p * kPanel, simd::load(from + p * stride));
    simd::store(to + p * kPanel + kLanes, simd::load(from + p * stride + kLanes));
  }
}

}  // namespace

void pack_panels(const Stored& b, Index k, Index n, Real* to, Index to_row, Index panel_rows) {
  for (Index j = 0; j < n; j += kPanel) {
    const Index columns = std::min(kPanel, n - j);
    const Real* const from = b.from(0, j).values;
    Real* const panel = to + (j / kPanel * panel_rows + to_row) * kPanel;
    if (b.transposed) {
      transpose(from, b.stride, columns, k, panel, kPanel);
    } else {
      copy_panel(from, b.stride, columns, k, panel);
    }
    if (columns == kPanel) continue;
    for (Index p = 0; p < k; ++p) simd::fill_zero(panel + p * kPanel + columns, kPanel - columns);
  }
}

}  // namespace lapis::cpu
