#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lapis/core/random.h"
#include "lapis/core/shape.h"
#include "lapis/train/augmentation.h"
#include "lapis/train/batches.h"

namespace lapis {

/// Samples with one class each, read in any order. Reading a sample allocates nothing and changes nothing.
class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual Index size() const = 0;
  /// Of one sample: without the batch.
  virtual const Shape& sample_shape() const = 0;
  /// Class number of sample i, >= 0.
  virtual Index label(Index i) const = 0;
  /// Writes sample i to x. With `random`, which differs by epoch and not by sample, the sample is augmented
  /// as the data set was told to; nullptr: as it is (validation, prediction).
  virtual void fill(Index i, const RandomStream* random, Real* x) const = 0;
  /// For batches of up to `batch_size` samples in the backend's memory. What it is made from must outlive it.
  /// Here: filled on the host and uploaded, batch by batch. Data sets that lie in memory do better: a device
  /// keeps a copy of them, and makes its batches itself.
  virtual std::unique_ptr<Batches> batches(Backend& backend, Index batch_size) const;
};

/// Samples in memory as the network reads them (texts: ids).
class TensorDataset : public Dataset {
 public:
  /// `x`: [labels.size(), sample_shape]. Throws Error where the sizes do not fit.
  TensorDataset(const Shape& sample_shape, std::vector<Real> x, std::vector<Index> labels);

  Index size() const override { return static_cast<Index>(labels_.size()); }
  const Shape& sample_shape() const override { return shape_; }
  Index label(Index i) const override { return labels_[static_cast<std::size_t>(i)]; }
  void fill(Index i, const RandomStream* random, Real* x) const override;
  std::unique_ptr<Batches> batches(Backend& backend, Index batch_size) const override;

 private:
  Shape shape_;
  std::vector<Real> x_;
  std::vector<Index> labels_;
};

/// 8-bit pictures of the network's size in memory: a quarter of what tensors take.
class PictureDataset : public Dataset {
 public:
  /// `sample_shape`: [height, width, channels]. `pictures`: [labels.size(), height, width, channels].
  /// `byte_values`: [256, channels], what each byte becomes (input/image.h: image_byte_values).
  PictureDataset(const Shape& sample_shape, std::vector<std::uint8_t> pictures, std::vector<Index> labels,
                 std::vector<Real> byte_values, const Augmentation& augmentation = {});

  Index size() const override { return static_cast<Index>(labels_.size()); }
  const Shape& sample_shape() const override { return shape_; }
  Index label(Index i) const override { return labels_[static_cast<std::size_t>(i)]; }
  void fill(Index i, const RandomStream* random, Real* x) const override;
  std::unique_ptr<Batches> batches(Backend& backend, Index batch_size) const override;

 private:
  PictureBatch picture_batch() const;
  PictureMove move(Index i, const RandomStream* random) const;

  Shape shape_;
  std::vector<std::uint8_t> pictures_;
  std::vector<Index> labels_;
  std::vector<Real> byte_values_;
  Augmentation augmentation_;
};

}  // namespace lapis
