#include "lapis/train/evaluator.h"

#include <algorithm>
#include <numeric>

#include "lapis/core/error.h"

namespace lapis {

namespace {

Shape with_batch_in_front(Index batch, const Shape& sample) {
  if (batch < 1) fail("batch_size ", batch, ", expected at least 1");
  Shape shape = {batch};
  for (int axis = 0; axis < sample.rank(); ++axis) shape.push_back(sample[axis]);
  return shape;
}

/// Outputs of fused layers are never there to be counted.
Mode mode_for(const Model& model) {
  return model.has_activity_regularizers() ? Mode::inspect : Mode::predict;
}

}  // namespace

Evaluator::Evaluator(const Model& model, Backend& backend, const Shape& sample_shape, Index batch_size,
                     const LossConfig& loss)
    : workspace_(model, backend, with_batch_in_front(batch_size, sample_shape), mode_for(model)),
      loss_(loss, model, backend, batch_size),
      regularization_(model, backend),
      batch_size_(batch_size),
      y_(static_cast<std::size_t>(Index{Size(batch_size) * loss_.outputs()})),
      labels_(static_cast<std::size_t>(batch_size)) {
  check_one_row_a_sample(model);
}

Evaluation Evaluator::evaluate(const Dataset& data, const EvaluationProgress& progress) {
  return evaluate(data, *data.batches(workspace_.backend(), batch_size_), progress);
}

Evaluation Evaluator::evaluate(const Dataset& data, Batches& batches, const EvaluationProgress& progress) {
  const Shape planned = workspace_.plan().input_shape().without_batch();
  if (!(data.sample_shape() == planned)) {
    fail("evaluation: samples of shape ", data.sample_shape(), ", expected ", planned);
  }
  const Index total = data.size();
  if (total < 1) fail("evaluation: no samples, expected at least one");
  Backend& backend = workspace_.backend();
  Evaluation result;
  result.confusion = ConfusionMatrix(loss_.classes());
  double loss_sum = 0;
  std::vector<Index> order(static_cast<std::size_t>(total));
  std::iota(order.begin(), order.end(), Index{0});
  batches.set_order(order, nullptr);
  for (Index start = 0; start < total; start += batch_size_) {
    const Index batch = std::min(batch_size_, total - start);
    for (Index i = 0; i < batch; ++i) labels_[static_cast<std::size_t>(i)] = data.label(start + i);
    batches.load(start, batch, workspace_.input(batch).data);
    const ConstView y = workspace_.run(batch);
    const std::span<const Index> labels(labels_.data(), static_cast<std::size_t>(batch));
    const double activity = workspace_.download_activity_penalty();
    loss_sum += (loss_.compute(y, labels, nullptr) + activity) * static_cast<double>(batch);
    backend.download(y.data, y_.data(), static_cast<std::size_t>(y.shape.size()) * sizeof(Real));
    for (Index i = 0; i < batch; ++i) {
      result.confusion.add(labels[static_cast<std::size_t>(i)],
                           loss_.predicted(y_.data() + i * loss_.outputs()));
    }
    if (progress && !progress(start + batch, total)) fail("evaluation: cancelled");
  }
  result.loss = loss_sum / static_cast<double>(total) + regularization_.add(workspace_.parameters(), nullptr);
  result.accuracy = result.confusion.accuracy();
  result.macro_f1 = result.confusion.macro_f1();
  return result;
}

}  // namespace lapis
