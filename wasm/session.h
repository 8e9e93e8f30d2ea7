#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/lapis.h"

namespace lapis_wasm {

/// One loaded model and the memory it predicts with. Answers are JSON texts; addresses in them are valid
/// until the next call. Throws lapis::Error.
class Session {
 public:
  /// Most rows that run at once; a longer batch takes several runs.
  static constexpr lapis::Index kRows = 32;

  explicit Session(std::span<const std::byte> file);

  lapis::Model& model() { return file_.model; }
  lapis::Backend& backend() { return *backend_; }

  lapis::Json info() const;
  lapis::Json weights() const;
  std::vector<std::byte> save() const;
  /// What the model was compiled with; of a softmax or sigmoids without a loss, the cross-entropy that suits
  /// them. Throws where the file names a loss that this library does not have.
  lapis::LossConfig training_loss() const;
  /// The weights change: what was measured no longer holds.
  void forget_metrics() { file_.metrics.clear(); }

  lapis::Json predict_image(const lapis::Pixels& pixels, std::optional<lapis::Fit> fit);
  lapis::Json predict_text(std::string_view text);
  lapis::Json predict(std::span<const lapis::Real> x, const lapis::Shape& shape);
  lapis::Json activations();

  /// Throws unless x [batch, ...] can go into this model: its shape, finite numbers, and token numbers within
  /// the vocabulary.
  void check_input(std::span<const lapis::Real> x, const lapis::Shape& shape) const;

 private:
  lapis::Json run(const lapis::Shape& shape);
  void add_answer(const lapis::Shape& y_shape, lapis::Json& json);
  lapis::Workspace& workspace_for(std::unique_ptr<lapis::Workspace>& workspace, const lapis::Shape& shape,
                                  lapis::Mode mode);

  lapis::ModelFile file_;
  std::size_t bytes_;
  lapis::OutputMeaning meaning_;
  bool speaks_for_class_;
  std::optional<lapis::TextVectorizer> vectorizer_;
  std::unique_ptr<lapis::Backend> backend_;
  std::unique_ptr<lapis::Workspace> predicting_, inspecting_;
  std::vector<lapis::Real> next_;  // the input of the call that runs
  std::vector<lapis::Real> x_;     // of the last one that gave an answer
  lapis::Shape x_shape_;
  std::vector<lapis::Real> y_;        // the last output
  std::vector<lapis::Real> answers_;  // what it means, where that is not the output itself
  std::vector<std::uint8_t> picture_;
};

/// An address as a number for JSON.
lapis::Json address_of(const void* memory);
/// [2, null]: an unknown size is null.
lapis::Json shape_json(const lapis::Shape& shape);
/// An object of these members.
lapis::Json object(std::initializer_list<lapis::JsonMember> members);

}  // namespace lapis_wasm
