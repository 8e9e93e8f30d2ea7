#pragma once

#include <string>
#include <vector>

#include "lapis/core/real.h"

namespace lapis::native {

/// Position of `label` in `labels`. Throws Error `WHERE: label "x", expected one of ...`.
Index find_label(const std::string& where, const std::string& label, const std::vector<std::string>& labels);

/// "a, b, c", cut after twelve.
std::string list_labels(const std::vector<std::string>& labels);

}  // namespace lapis::native
