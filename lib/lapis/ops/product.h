#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/tile.h"

/// Internal to ops: a matrix product on the calling thread, between rows that lie anywhere and weights in
/// panels. Gemm, convolution and the recurrent layers are made of it; they differ in where their rows lie.
namespace lapis::cpu {

/// c[i] (+)= a[i] B (+ bias), then the activation, for `rows` rows.
struct RowProduct {
  Index rows = 0;
  Index n = 0;
  const Real* const* a = nullptr;  // a[i]: where row i of A begins
  Runs runs;                       // how its values lie, the same for all rows
  const Real* panels = nullptr;    // B, see panels.h
  Index panel_step = 0;            // from one panel to the next
  Real* const* c = nullptr;        // c[i]: where row i of C begins, n values
  bool accumulate = false;
  /// Few rows only: begin with the last panels, which a product before this one has left in the cache.
  bool last_panel_first = false;
  const Real* bias = nullptr;                  // [n]
  Activation activation = Activation::linear;  // an element-wise one
};

void multiply_rows(const RowProduct& product);

/// Addresses of rows for a RowProduct: at most this many at once.
inline constexpr Index kMostRows = 256 / kTileRows * kTileRows;

struct RowAddresses {
  const Real* a[kMostRows];
  Real* c[kMostRows];
};

}  // namespace lapis::cpu
