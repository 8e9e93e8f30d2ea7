#include "lapis/core/shape.h"

#include "lapis/core/error.h"
#include "lapis/core/size.h"

namespace lapis {

Shape::Shape(std::initializer_list<Index> sizes) {
  for (const Index size : sizes) push_back(size);
}

void Shape::push_back(Index size) {
  if (rank_ == kMaxRank) fail("a shape has at most ", kMaxRank, " axes; ", to_string(), " is full");
  sizes_[static_cast<std::size_t>(rank_++)] = size;
}

Index Shape::size() const {
  Size product = 1;
  for (int axis = 0; axis < rank_; ++axis) product = product * (*this)[axis];
  return product;
}

Index Shape::rows() const {
  Size product = 1;
  for (int axis = 0; axis + 1 < rank_; ++axis) product = product * (*this)[axis];
  return product;
}

double Shape::elements() const {
  double product = 1;
  for (int axis = 0; axis < rank_; ++axis) product *= static_cast<double>((*this)[axis]);
  return product;
}

bool Shape::is_known() const {
  for (int axis = 0; axis < rank_; ++axis)
    if ((*this)[axis] == kUnknown) return false;
  return true;
}

Shape Shape::with_batch(Index batch) const {
  Shape shape = *this;
  shape.set(0, batch);
  return shape;
}

Shape Shape::without_batch() const {
  Shape shape;
  for (int axis = 1; axis < rank_; ++axis) shape.push_back((*this)[axis]);
  return shape;
}

bool Shape::operator==(const Shape& other) const {
  if (rank_ != other.rank_) return false;
  for (int axis = 0; axis < rank_; ++axis)
    if ((*this)[axis] != other[axis]) return false;
  return true;
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ',';
    text += (*this)[axis] == kUnknown ? "?" : std::to_string((*this)[axis]);
  }
  return text + ']';
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.to_string();
}

}  // namespace lapis
