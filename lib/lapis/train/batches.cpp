#include "lapis/train/batches.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lapis/core/size.h"
#include "lapis/train/dataset.h"

namespace lapis {

namespace {

class FilledBatches : public Batches {
 public:
  FilledBatches(const Dataset& data, Backend& backend, Index batch_size)
      : data_(data),
        backend_(backend),
        x_(static_cast<std::size_t>(Index{Size(batch_size) * data.sample_shape().size()})) {
    order_.reserve(static_cast<std::size_t>(data.size()));
  }

  void set_order(std::span<const Index> order, const RandomStream* random) override {
    order_.assign(order.begin(), order.end());
    is_augmented_ = random != nullptr;
    if (is_augmented_) random_ = *random;
  }

  void load(Index first, Index count, Real* x) override {
    const Index size = data_.sample_shape().size();
    for (Index i = 0; i < count; ++i) {
      data_.fill(order_[static_cast<std::size_t>(first + i)], is_augmented_ ? &random_ : nullptr,
                 x_.data() + i * size);
    }
    backend_.upload(x_.data(), x, static_cast<std::size_t>(count * size) * sizeof(Real));
  }

 private:
  const Dataset& data_;
  Backend& backend_;
  std::vector<Index> order_;
  bool is_augmented_ = false;
  RandomStream random_;
  std::vector<Real> x_;  // [batch, sample]
};

class TensorBatches : public Batches {
 public:
  TensorBatches(Backend& backend, std::span<const Real> x, Index size)
      : backend_(backend),
        size_(size),
        ids_(x.size() / static_cast<std::size_t>(size)),
        tensors_(backend.share(std::as_bytes(x))),
        device_ids_(backend.allocate(ids_.size() * sizeof(Real))) {}

  void set_order(std::span<const Index> order, const RandomStream* /*random*/) override {
    std::transform(order.begin(), order.end(), ids_.begin(), [](Index i) { return static_cast<Real>(i); });
    backend_.upload(ids_.data(), device_ids_.get(), order.size() * sizeof(Real));
  }

  void load(Index first, Index count, Real* x) override {
    backend_.embedding(static_cast<const Real*>(device_ids_.get()) + first,
                       static_cast<const Real*>(tensors_.get()), x, count, size_);
  }

 private:
  Backend& backend_;
  Index size_;
  std::vector<Real> ids_;  // whole numbers
  Backend::Buffer tensors_, device_ids_;
};

class PictureBatches : public Batches {
 public:
  PictureBatches(Backend& backend, const PictureBatch& pictures, Index count, DrawMove move)
      : backend_(backend),
        batch_(pictures),
        move_(std::move(move)),
        moves_(static_cast<std::size_t>(count)),
        pictures_(backend.share(std::as_bytes(std::span(pictures.pictures, bytes(pictures, count))))),
        byte_values_(backend.share(std::as_bytes(
            std::span(pictures.byte_values, static_cast<std::size_t>(256 * pictures.channels))))),
        device_moves_(backend.allocate(moves_.size() * sizeof(PictureMove))) {
    batch_.pictures = static_cast<const std::uint8_t*>(pictures_.get());
    batch_.byte_values = static_cast<const Real*>(byte_values_.get());
  }

  void set_order(std::span<const Index> order, const RandomStream* random) override {
    std::transform(order.begin(), order.end(), moves_.begin(), [&](Index i) { return move_(i, random); });
    backend_.upload(moves_.data(), device_moves_.get(), order.size() * sizeof(PictureMove));
  }

  void load(Index first, Index count, Real* x) override {
    batch_.count = count;
    batch_.moves = static_cast<const PictureMove*>(device_moves_.get()) + first;
    backend_.load_pictures(batch_, x);
  }

 private:
  static std::size_t bytes(const PictureBatch& batch, Index count) {
    return static_cast<std::size_t>(Index{Size(count) * batch.height * batch.width * batch.channels});
  }

  Backend& backend_;
  PictureBatch batch_;
  DrawMove move_;
  std::vector<PictureMove> moves_;
  Backend::Buffer pictures_, byte_values_, device_moves_;
};

}  // namespace

std::unique_ptr<Batches> make_filled_batches(const Dataset& data, Backend& backend, Index batch_size) {
  return std::make_unique<FilledBatches>(data, backend, batch_size);
}

std::unique_ptr<Batches> make_tensor_batches(Backend& backend, std::span<const Real> x, Index size) {
  return std::make_unique<TensorBatches>(backend, x, size);
}

std::unique_ptr<Batches> make_picture_batches(Backend& backend, const PictureBatch& pictures, Index count,
                                              DrawMove move) {
  return std::make_unique<PictureBatches>(backend, pictures, count, std::move(move));
}

}  // namespace lapis
