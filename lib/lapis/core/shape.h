#pragma once

#include <array>
#include <initializer_list>
#include <ostream>
#include <string>

#include "lapis/core/real.h"

namespace lapis {

/// A size that is not known before an input is there (Keras: None), e.g. the time axis of a text model.
inline constexpr Index kUnknown = -1;

/// Sizes of a tensor, batch first and channels last, as Keras orders them. Rank 0 to 5; a value, never
/// allocates.
class Shape {
 public:
  static constexpr int kMaxRank = 5;

  Shape() = default;
  Shape(std::initializer_list<Index> sizes);

  int rank() const { return rank_; }

  /// Size of `axis`; a negative axis counts from the end (-1 is the last).
  Index operator[](int axis) const {
    return sizes_[static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis)];
  }
  void set(int axis, Index size) { sizes_[static_cast<std::size_t>(axis < 0 ? axis + rank_ : axis)] = size; }

  /// Appends an axis. Throws Error past kMaxRank.
  void push_back(Index size);

  /// Number of elements; 1 for rank 0. Only for shapes without an unknown size. Throws Error where an Index
  /// cannot count them (core/size.h).
  Index size() const;
  /// Product of all sizes but the last: the rows that an operation on the last axis loops over. Throws as
  /// size().
  Index rows() const;
  /// As size(), for estimates of any shape: never throws.
  double elements() const;
  bool is_known() const;

  /// This shape with its first size replaced.
  Shape with_batch(Index batch) const;
  /// This shape without its first size.
  Shape without_batch() const;

  bool operator==(const Shape& other) const;

  /// `[2,3]`; an unknown size prints as `?`.
  std::string to_string() const;

 private:
  std::array<Index, kMaxRank> sizes_{};
  int rank_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace lapis
