#include "lapis/ops/pointwise.h"

#include <cmath>

#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

using simd::select;
using simd::splat;
using simd::Vector;

Vector rectify(const Pointwise& op, Vector x) {
  const Vector below = (x - op.threshold) * op.slope;
  const Vector kept = select(x > splat(op.threshold), x, below);
  return select(x >= splat(op.largest), splat(op.largest), kept);
}

Vector rectify_slope(const Pointwise& op, Vector x) {
  const Vector kept = select(x > splat(op.threshold), splat(1), splat(op.slope));
  return select(x >= splat(op.largest), Vector{}, kept);
}

Vector elu(const Pointwise& op, Vector x) {
  const Vector below = simd::each_lane(x, [](Real v) { return std::expm1(v); }) * op.slope;
  return select(x > Vector{}, x, below);
}

Vector elu_slope(const Pointwise& op, Vector x) {
  return select(x > Vector{}, splat(1), simd::exp(x) * op.slope);
}

}  // namespace

void pointwise(Parallel& parallel, const Pointwise& op, const Real* x, Real* y, Index count) {
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    switch (op.kind) {
      case Pointwise::Kind::affine:
        return simd::map(x + first, y + first, size, [&](Vector v) { return v * op.slope + op.offset; });
      case Pointwise::Kind::rectify:
        return simd::map(x + first, y + first, size, [&](Vector v) { return rectify(op, v); });
      case Pointwise::Kind::elu:
        return simd::map(x + first, y + first, size, [&](Vector v) { return elu(op, v); });
    }
  });
}

void pointwise_backward(Parallel& parallel, const Pointwise& op, const Real* x, const Real* dy, Real* dx,
                        Index count) {
  for_pieces(parallel, count, kPieceValues, [&](Index first, Index size) {
    const Real* const values = x + first;
    const Real* const from = dy + first;
    Real* const to = dx + first;
    switch (op.kind) {
      case Pointwise::Kind::affine:
        return simd::map(from, to, size, [&](Vector d) { return d * op.slope; });
      case Pointwise::Kind::rectify:
        return simd::map(values, from, to, size,
                         [&](Vector v, Vector d) { return d * rectify_slope(op, v); });
      case Pointwise::Kind::elu:
        return simd::map(values, from, to, size, [&](Vector v, Vector d) { return d * elu_slope(op, v); });
    }
  });
}

}  // namespace lapis::cpu
