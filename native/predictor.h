#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lapis/io/model_file.h"
#include "lapis/model/workspace.h"

namespace lapis::native {

/// Runs a model over any number of samples, a batch at a time.
class Predictor {
 public:
  /// `sample`: shape of one sample. The model must outlive it. Throws Error where the model does not take
  /// such samples. As many run at once as fit kMostBatchBytes, at least one.
  Predictor(const Model& model, const Shape& sample, Index samples, std::unique_ptr<Backend> backend);

  /// `x`: [samples, sample]; returns [samples, output_shape()]. `done` is called after each batch with the
  /// samples done.
  std::vector<Real> predict(const std::vector<Real>& x, const std::function<void(Index)>& done = {});

  /// Of one sample, where every size is known: after predict().
  const Shape& output_shape() const { return output_shape_; }

 private:
  std::unique_ptr<Backend> backend_;
  Workspace workspace_;
  Index sample_size_;
  Shape output_shape_;
};

}  // namespace lapis::native
