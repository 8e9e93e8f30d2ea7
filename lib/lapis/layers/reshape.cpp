#include "lapis/layers/reshape.h"

#include <algorithm>

namespace lapis {

namespace {

/// More than any sample may have, and few enough for a product to fit 32 bits (WebAssembly).
constexpr Index kMostValues = Index{1} << 30;

}  // namespace

void Reshape::Config::visit(ConfigVisitor& visitor) {
  visitor.require("target_shape");
  visitor.sizes("target_shape", target_shape);
}

Shape Reshape::output_shape(const Shape& x) const {
  if (x.rank() < 2) refuse("input ", x, ", expected a batch and at least one more axis");
  Shape y = {x[0]};
  Index product = 1;
  int open = 0;
  for (const Index size : config_.target_shape) {
    if (size == -1) {
      open = y.rank();
    } else if (size < 1) {
      refuse("target_shape has a size of ", size, ", expected sizes from 1, or one -1");
    } else if (product > kMostValues / size) {
      refuse("target_shape has more than ", kMostValues, " values");
    } else {
      product *= size;
    }
    y.push_back(size == -1 ? kUnknown : size);
  }
  if (std::count(config_.target_shape.begin(), config_.target_shape.end(), Index{-1}) > 1)
    refuse("target_shape has more than one -1, expected one at most");
  const Shape rest = x.without_batch();
  if (!rest.is_known()) return y;
  const Index size = rest.size();
  if (open > 0 ? size % product != 0 : size != product)
    refuse("input ", x, " has ", size, " values a sample, which do not make ", y);
  if (open > 0) y.set(open, size / product);
  return y;
}

}  // namespace lapis
