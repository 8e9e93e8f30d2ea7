#include "lapis/train/dataset.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "lapis/core/error.h"
#include "lapis/ops/pictures.h"

namespace lapis {

namespace {

void check_labels(const std::vector<Index>& labels) {
  if (labels.empty()) fail("data set: no samples, expected at least one");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) fail("data set: sample ", i, ": label ", labels[i], ", expected a class number >= 0");
  }
}

void check_count(std::size_t found, const Shape& shape, std::size_t samples, const char* what) {
  if (!shape.is_known()) fail("data set: sample shape ", shape, ", expected known sizes");
  const std::size_t expected = static_cast<std::size_t>(shape.size()) * samples;
  if (found != expected) {
    fail("data set: ", found, " ", what, ", expected ", expected, " for ", samples, " samples of shape ",
         shape);
  }
}

}  // namespace

TensorDataset::TensorDataset(const Shape& sample_shape, std::vector<Real> x, std::vector<Index> labels)
    : shape_(sample_shape), x_(std::move(x)), labels_(std::move(labels)) {
  check_labels(labels_);
  check_count(x_.size(), shape_, labels_.size(), "values");
}

void TensorDataset::fill(Index i, const RandomStream* /*random*/, Real* x) const {
  const Index size = shape_.size();
  const Real* sample = x_.data() + i * size;
  std::copy(sample, sample + size, x);
}

PictureDataset::PictureDataset(const Shape& sample_shape, std::vector<std::uint8_t> pictures,
                               std::vector<Index> labels, std::vector<Real> byte_values,
                               const Augmentation& augmentation)
    : shape_(sample_shape),
      pictures_(std::move(pictures)),
      labels_(std::move(labels)),
      byte_values_(std::move(byte_values)),
      augmentation_(augmentation) {
  if (shape_.rank() != 3) fail("data set: picture shape ", shape_, ", expected [height,width,channels]");
  check_labels(labels_);
  check_count(pictures_.size(), shape_, labels_.size(), "bytes");
  const auto expected = static_cast<std::size_t>(256 * shape_[2]);
  if (byte_values_.size() != expected) {
    fail("data set: ", byte_values_.size(), " byte values, expected ", expected, " (256 for each of ",
         shape_[2], " channels)");
  }
  if (augmentation_.shift < 0) fail("data set: shift ", augmentation_.shift, ", expected pixels >= 0");
}

PictureBatch PictureDataset::picture_batch() const {
  return {.height = shape_[0],
          .width = shape_[1],
          .channels = shape_[2],
          .mirror = augmentation_.fill == Augmentation::Fill::reflect,
          .pictures = pictures_.data(),
          .byte_values = byte_values_.data()};
}

PictureMove PictureDataset::move(Index i, const RandomStream* random) const {
  if (random != nullptr && !augmentation_.is_none()) return draw_move(augmentation_, *random, i);
  return {.picture = static_cast<std::int32_t>(i)};
}

void PictureDataset::fill(Index i, const RandomStream* random, Real* x) const {
  cpu::load_picture(picture_batch(), move(i, random), x);
}

std::unique_ptr<Batches> Dataset::batches(Backend& backend, Index batch_size) const {
  return make_filled_batches(*this, backend, batch_size);
}

std::unique_ptr<Batches> TensorDataset::batches(Backend& backend, Index batch_size) const {
  // Samples are found by a number held as a Real.
  constexpr Index kMostExact = Index{1} << std::numeric_limits<float>::digits;
  if (size() > kMostExact) return Dataset::batches(backend, batch_size);
  return make_tensor_batches(backend, x_, shape_.size());
}

std::unique_ptr<Batches> PictureDataset::batches(Backend& backend, Index /*batch_size*/) const {
  return make_picture_batches(backend, picture_batch(), size(),
                              [this](Index i, const RandomStream* random) { return move(i, random); });
}

}  // namespace lapis
