#pragma once

#include <string>
#include <vector>

#include "lapis/io/json_reader.h"
#include "lapis/layers/layer.h"

/// Keras's Functional models, as far as they are one chain of layers.
namespace lapis {

/// One layer of the chain.
struct FunctionalLayer {
  JsonCursor description;  // {"class_name", "config", ...}
  std::string name;
  std::string input;         // name of the layer before it; "" for the InputLayer
  std::string mask_of;       // the layer whose output the mask given to this one was made from; "": no mask
  bool behind_cast = false;  // a Cast to another floating-point type stands before it; it ends a mask
};

/// The layers of a Functional's config (Keras 2 or 3) from the input to the output, InputLayer first. A Cast
/// between floating-point types is left out: all numbers here are float32. Throws
/// Error, naming the layer, where tensors branch or join, a layer is used twice, or a call has an argument
/// that is not supported.
std::vector<FunctionalLayer> read_functional_chain(const JsonCursor& config);

/// Keras writes masks as tensors of their own. Throws Error unless each is the one that `layers` (the chain
/// without its InputLayer) hand on.
void check_functional_masks(const std::vector<FunctionalLayer>& chain, const std::vector<LayerPtr>& layers);

}  // namespace lapis
