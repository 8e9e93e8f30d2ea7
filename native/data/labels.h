#pragma once

#include <string>
#include <vector>

#include "lapis/core/real.h"

namespace lapis::native {

/// Position of `label` in `labels`. Throws Error `WHERE: label "x", expected one of ...`, with a hint where
/// one of them differs in capitals or spaces alone.
Index find_label(const std::string& where, const std::string& label, const std::vector<std::string>& labels);

/// "a, b, c", cut after twelve.
std::string list_labels(const std::vector<std::string>& labels);

/// What is left of a name without capitals and without spaces around it: "Ham " and "ham" are the same.
std::string plain_name(std::string_view name);

/// The name among `names` that differs from `name` in capitals or spaces alone; nullptr where none does.
const std::string* nearly(const std::string& name, const std::vector<std::string>& names);

}  // namespace lapis::native
