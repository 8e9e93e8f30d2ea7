#include "lapis/layers/flatten.h"

namespace lapis {

Shape Flatten::output_shape(const Shape& x) const {
  const Shape rest = x.without_batch();
  return {x[0], rest.is_known() ? rest.size() : kUnknown};
}

}  // namespace lapis
