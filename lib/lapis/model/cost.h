#pragma once

#include "lapis/model/model.h"

namespace lapis {

/// What running a model takes.
struct Cost {
  double work = 0;   // Layer::work
  double bytes = 0;  // of the workspace, the prepared parameters, and copies of what comes out

  bool is_within(const Cost& limit) const { return work <= limit.work && bytes <= limit.bytes; }
};

/// Of one run on `x`, batch first, all sizes known. Throws Error where the model does not take it.
Cost cost_of(const Model& model, const Backend& backend, const Shape& x, Mode mode = Mode::predict);

/// What nobody has to be asked for: about half a second and 192 MB for anything, and more for a large model
/// or a large input of `given_bytes`. A few bytes of a file can ask for years.
Cost allowance(const Model& model, double given_bytes);

/// Throws Error, saying what it takes, where a run on `x` costs more than the allowance. `instead`: how it
/// can be had all the same, as the end of the message, e.g. "; --large runs it all the same".
void check_cost(const Model& model, const Backend& backend, const Shape& x, double given_bytes,
                std::string_view instead = {});

}  // namespace lapis
