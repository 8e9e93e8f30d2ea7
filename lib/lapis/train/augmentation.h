#pragma once

#include "lapis/core/random.h"
#include "lapis/ops/backend.h"

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

/// What happens to picture `index`; the same for the same `random` and index everywhere.
PictureMove draw_move(const Augmentation& augmentation, const RandomStream& random, Index index);

}  // namespace lapis
