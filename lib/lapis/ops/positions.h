#pragma once

#include "lapis/ops/tile.h"

/// Internal to ops: products whose A lies by columns, as in the gradients of weights: every position (a
/// sample, a step, a pixel) adds the product of its values and its gradients. Both are read where they lie.
namespace lapis::cpu {

/// Where positions lie: `rows` x `columns` of them. In b they follow one another at `b_step`.
struct Positions {
  Index rows = 1, columns = 0;
  Index row_step = 0, column_step = 0;  // in a
  Index b_step = 0;
};

/// c[i, j] (+)= sum over positions of a[position][i] * b[position][j] for i in [first, last) and j in [0,
/// columns); last <= kTileRows, columns <= kPanel. Whatever first and last: kTileRows values of a are read at
/// every position, and kPanel of b.
void multiply_positions(const Positions& positions, const Real* a, const Real* b, Index first, Index last,
                        Index columns, bool accumulate, Real* c, Index ldc);

}  // namespace lapis::cpu
