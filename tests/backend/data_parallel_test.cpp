// Several devices that train one model together, on the host's stand-ins for GPUs.
#include <catch2/catch.hpp>
#include <memory>

#include "backend/compare.h"
#include "native/cuda/cuda_backend.h"

using namespace lapis;
using namespace lapis_test;

namespace {

/// Adds in the order of the devices, through the host.
class HostCollective : public Collective {
 public:
  explicit HostCollective(std::vector<Backend*> backends) : backends_(std::move(backends)) {}

  void sum(std::span<Real* const> values, Index count) override {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(Real);
    std::vector<Real> total(static_cast<std::size_t>(count)), own(total.size());
    for (std::size_t r = 0; r < values.size(); ++r) {
      backends_[r]->download(values[r], own.data(), bytes);
      for (std::size_t i = 0; i < own.size(); ++i) total[i] += own[i];
    }
    for (std::size_t r = 0; r < values.size(); ++r) backends_[r]->upload(total.data(), values[r], bytes);
    ++sums;
  }

  int sums = 0;

 private:
  std::vector<Backend*> backends_;
};

/// Losses and weights of a training on so many devices; batches of 5, the last one of 1 sample.
std::vector<Real> train_on(int devices, const OptimizerConfig& optimizer) {
  std::vector<std::unique_ptr<Backend>> owned;
  std::vector<Backend*> backends;
  for (int i = 0; i < devices; ++i) {
    owned.push_back(std::make_unique<cuda::CudaBackend>(i));
    backends.push_back(owned.back().get());
  }
  HostCollective collective(backends);
  Network network = simple_rnn_stack();  // no dropout, whose numbers each device draws for itself
  const Index samples = 11;
  std::vector<Index> labels;
  for (Index i = 0; i < samples; ++i) labels.push_back(i % network.model.output_shape()[1]);
  const TensorDataset data(network.x.without_batch(), network_input(network, network.x.with_batch(samples)),
                           labels);
  TrainOptions options;
  options.epochs = 3;
  options.batch_size = 5;
  options.optimizer = optimizer;
  Trainer trainer(network.model, backends, &collective, options, data, &data);
  std::vector<Real> results;
  for (const EpochRecord& record : trainer.fit().epochs)
    for (const double value : {record.loss, record.accuracy, record.val_loss})
      results.push_back(static_cast<Real>(value));
  CHECK(collective.sums == (devices > 1 ? 9 : 0));
  const std::span<const Real> weights = std::as_const(network.model).values();
  results.insert(results.end(), weights.begin(), weights.end());
  return results;
}

}  // namespace

TEST_CASE("several devices train as one does, also where a batch has fewer samples than there are devices") {
  OptimizerConfig sgd;
  sgd.kind = OptimizerConfig::Kind::sgd;
  sgd.momentum = 0.9;
  OptimizerConfig adam;
  adam.global_clipnorm = 0.5;
  for (const OptimizerConfig& optimizer : {sgd, adam}) {
    const std::vector<Real> one = train_on(1, optimizer);
    for (const int devices : {2, 3}) {
      INFO(devices);
      const std::vector<Real> several = train_on(devices, optimizer);
      CHECK(normalised_error(several, one) <= 1e-9);
      CHECK(train_on(devices, optimizer) == several);
    }
  }
}
