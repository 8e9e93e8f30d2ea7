#pragma once

#include <string>
#include <vector>

#include "lapis/io/safetensors.h"

namespace lapis::native {

/// What Keras answered: `input`, `label` (a class for each row of outputs), `prob`, `loss`, `grad/<variable
/// path>`, each alone or as `.../f32` and `.../f64`, of which the second, the more exact, counts; and, where
/// ten training steps were taken, `losses`. Its metadata may say `compile` (Keras's optimizer and loss as
/// JSON) and `training` (outputs and gradients were made with training=True).
class GoldenFile {
 public:
  /// Throws Error, beginning with the path.
  explicit GoldenFile(const std::string& path);

  /// nullptr where there is none.
  const TensorView* find(const std::string& name) const;
  /// Throws Error where there is none.
  const TensorView& need(const std::string& name) const;
  /// nullptr where the metadata has no such key.
  const std::string* metadata(const std::string& key) const;
  /// The paths that have a gradient, sorted.
  std::vector<std::string> gradient_paths() const;

 private:
  std::vector<std::byte> bytes_;
  SafetensorsFile file_;
};

}  // namespace lapis::native
