#include "data/labels.h"

#include <algorithm>

#include "lapis/core/error.h"

namespace lapis::native {

Index find_label(const std::string& where, const std::string& label, const std::vector<std::string>& labels) {
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found == labels.end()) fail(where, ": label \"", label, "\", expected one of ", list_labels(labels));
  return found - labels.begin();
}

std::string list_labels(const std::vector<std::string>& labels) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(labels.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + labels[i];
  return labels.size() > kMost ? text + ", ..." : text;
}

}  // namespace lapis::native
