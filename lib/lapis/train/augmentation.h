#pragma once

#include "lapis/core/random.h"
#include "lapis/core/real.h"

namespace lapis {

/// Random changes of training pictures that keep their class.
struct Augmentation {
  enum class Fill {
    zero,     // the tensor value 0: the mean colour, where the input is normalised
    reflect,  // mirrored at the edge, which is not repeated
  };

  bool horizontal_flip = false;  // every second picture
  Index shift = 0;               // up to so many pixels up, down, left and right, all equally likely
  Fill fill = Fill::reflect;

  bool operator==(const Augmentation&) const = default;
  bool is_none() const { return !horizontal_flip && shift == 0; }
};

/// What happens to one picture: output row y and column x come from source_row(y) and source_column(x).
class PictureMove {
 public:
  /// For picture `index`; the same for the same `random` and index everywhere.
  PictureMove(const Augmentation& augmentation, const RandomStream& random, Index index, Index height,
              Index width);

  bool flip() const { return flip_; }
  Index shift_y() const { return shift_y_; }
  Index shift_x() const { return shift_x_; }

  /// -1: nothing there (Fill::zero).
  Index source_row(Index y) const { return source(y - shift_y_, height_); }
  Index source_column(Index x) const {
    const Index column = source(x - shift_x_, width_);
    return flip_ && column >= 0 ? width_ - 1 - column : column;
  }

 private:
  Index source(Index position, Index size) const;

  bool flip_ = false;
  Index shift_y_ = 0, shift_x_ = 0;
  Index height_, width_;
  Augmentation::Fill fill_;
};

}  // namespace lapis
