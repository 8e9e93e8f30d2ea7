#pragma once

#include <functional>
#include <memory>
#include <span>

#include "lapis/core/random.h"
#include "lapis/ops/backend.h"

namespace lapis {

class Dataset;

/// A data set's samples on their way into a network, in a backend's memory. Made once; orders and batches
/// allocate nothing.
class Batches {
 public:
  virtual ~Batches() = default;

  /// The samples to come, at most the data set's size. `random`: as Dataset::fill takes it.
  virtual void set_order(std::span<const Index> order, const RandomStream* random) = 0;
  /// Writes samples [first, first + count) of the order to x, in the backend's memory.
  virtual void load(Index first, Index count, Real* x) = 0;
};

/// Filled by the data set on the host, a batch at a time, and uploaded.
std::unique_ptr<Batches> make_filled_batches(const Dataset& data, Backend& backend, Index batch_size);

/// Samples of `size` values each, at most 2^24 of them.
std::unique_ptr<Batches> make_tensor_batches(Backend& backend, std::span<const Real> x, Index size);

/// Pictures; `move` says what happens to picture i.
using DrawMove = std::function<PictureMove(Index i, const RandomStream* random)>;
std::unique_ptr<Batches> make_picture_batches(Backend& backend, const PictureBatch& pictures, Index count,
                                              DrawMove move);

}  // namespace lapis
