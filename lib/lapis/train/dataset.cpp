#include "lapis/train/dataset.h"

#include <algorithm>
#include <utility>

#include "lapis/core/error.h"

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

void PictureDataset::fill(Index i, const RandomStream* random, Real* x) const {
  const Index height = shape_[0], width = shape_[1], channels = shape_[2];
  const std::uint8_t* picture = pictures_.data() + i * shape_.size();
  const auto value = [&](std::uint8_t byte, Index c) {
    return byte_values_[static_cast<std::size_t>(byte * channels + c)];
  };
  if (random == nullptr || augmentation_.is_none()) {
    for (Index p = 0; p < height * width; ++p) {
      for (Index c = 0; c < channels; ++c) *x++ = value(*picture++, c);
    }
    return;
  }
  const PictureMove move(augmentation_, *random, i, height, width);
  for (Index y = 0; y < height; ++y) {
    const Index row = move.source_row(y);
    for (Index column_out = 0; column_out < width; ++column_out) {
      const Index column = move.source_column(column_out);
      const bool is_there = row >= 0 && column >= 0;
      const std::uint8_t* pixel = is_there ? picture + (row * width + column) * channels : nullptr;
      for (Index c = 0; c < channels; ++c) *x++ = is_there ? value(pixel[c], c) : Real{0};
    }
  }
}

}  // namespace lapis
