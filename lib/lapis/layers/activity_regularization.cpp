#include "lapis/layers/activity_regularization.h"

#include <limits>

namespace lapis {

void ActivityRegularization::Config::visit(ConfigVisitor& visitor) {
  visitor.number("l1", l1, 0, std::numeric_limits<double>::max());
  visitor.number("l2", l2, 0, std::numeric_limits<double>::max());
}

}  // namespace lapis
