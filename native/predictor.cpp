#include "predictor.h"

#include <algorithm>
#include <utility>

#include "common.h"
#include "lapis/model/cost.h"

namespace lapis::native {
namespace {

constexpr Index kBatch = 64;
constexpr double kMostBatchBytes = 128e6;

/// Samples that run at once.
Index batch_for(const Model& model, const Backend& backend, const Shape& sample, Index samples) {
  Index batch = std::clamp<Index>(samples, 1, kBatch);
  while (batch > 1 && cost_of(model, backend, with_batch_in_front(batch, sample)).bytes > kMostBatchBytes)
    batch /= 2;
  return batch;
}

}  // namespace

Predictor::Predictor(const Model& model, const Shape& sample, Index samples, std::unique_ptr<Backend> backend)
    : backend_(std::move(backend)),
      workspace_(model, *backend_, with_batch_in_front(batch_for(model, *backend_, sample, samples), sample),
                 Mode::predict),
      sample_size_(sample.size()) {}

std::vector<Real> Predictor::predict(const std::vector<Real>& x, const std::function<void(Index)>& done) {
  const Index samples = static_cast<Index>(x.size()) / sample_size_;
  const Index most = workspace_.plan().input_shape()[0];
  std::vector<Real> all;
  for (Index start = 0; start < samples; start += most) {
    const Index batch = std::min(most, samples - start);
    const View input = workspace_.input(batch);
    backend_->upload(x.data() + start * sample_size_, input.data,
                     static_cast<std::size_t>(batch * sample_size_) * sizeof(Real));
    const ConstView y = workspace_.run(batch);
    output_shape_ = y.shape.without_batch();
    const auto count = static_cast<std::size_t>(y.shape.size());
    all.resize(all.size() + count);
    backend_->download(y.data, all.data() + (all.size() - count), count * sizeof(Real));
    if (done) done(start + batch);
  }
  return all;
}

}  // namespace lapis::native
