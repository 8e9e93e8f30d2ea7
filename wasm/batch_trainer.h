#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "session.h"

namespace lapis_wasm {

/// Trains a session's model in place, one batch after another, for a host that brings the batches.
class BatchTrainer {
 public:
  /// `options`: see lapis_trainer_create. Throws Error for an unknown key or a value out of range.
  BatchTrainer(std::shared_ptr<Session> session, std::string_view options);

  /// x: [labels.size(), ...]. Returns {loss, accuracy} of before the step. Throws Error where the batch does
  /// not fit or the loss is not finite; the weights are then as they were.
  lapis::Json step(std::span<const lapis::Real> x, const lapis::Shape& shape,
                   std::span<const lapis::Index> labels);

 private:
  std::shared_ptr<Session> session_;
  std::uint64_t seed_ = 0;
  double learning_rate_ = 0;
  lapis::LossConfig loss_config_;
  std::optional<lapis::Optimizer> optimizer_;
  std::optional<lapis::Regularization> regularization_;
  std::unique_ptr<lapis::Workspace> workspace_;
  std::optional<lapis::Loss> loss_;  // for workspace_'s largest batch
};

}  // namespace lapis_wasm
