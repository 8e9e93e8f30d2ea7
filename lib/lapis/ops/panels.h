#pragma once

#include "lapis/core/round_up.h"
#include "lapis/ops/tile.h"

/// Internal to ops: the layout in which products read B [k, n]: panels of kPanel columns, each with its rows
/// one after another, [ceil(n / kPanel), k, kPanel]; what the last panel has too many columns is zero.
namespace lapis::cpu {

/// Reals of all panels of B [k, n].
inline Index panels_size(Index k, Index n) {
  return Size(round_up(n, kPanel)) * k;
}

/// A stored matrix: element (p, j) at values[p * stride + j], or, transposed, at values[j * stride + p].
struct Stored {
  const Real* values = nullptr;
  Index stride = 0;
  bool transposed = false;

  /// The part from row p and column j on.
  Stored from(Index p, Index j) const {
    return {values + (transposed ? j * stride + p : p * stride + j), stride, transposed};
  }
};

/// Panels of the first `k` rows and `n` columns of `b`. Panels are `panel_rows` high where they are written
/// in several calls, and this call's rows begin at row `to_row` of them.
void pack_panels(const Stored& b, Index k, Index n, Real* to, Index to_row, Index panel_rows);
inline void pack_panels(const Stored& b, Index k, Index n, Real* to) {
  pack_panels(b, k, n, to, 0, k);
}

}  // namespace lapis::cpu
