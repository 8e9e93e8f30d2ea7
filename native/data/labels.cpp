#include "data/labels.h"

#include <algorithm>

#include "lapis/core/error.h"
#include "lapis/io/json.h"

namespace lapis::native {

Index find_label(const std::string& where, const std::string& label, const std::vector<std::string>& labels) {
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found != labels.end()) return found - labels.begin();
  const std::string* meant = nearly(label, labels);
  fail(where, ": label ", in_quotes(label), ", expected one of ", list_labels(labels),
       meant == nullptr ? "" : " (capitals and spaces count)");
}

std::string list_labels(const std::vector<std::string>& labels) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(labels.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + labels[i];
  return labels.size() > kMost ? text + ", ..." : text;
}

std::string plain_name(std::string_view name) {
  constexpr std::string_view kSpaces = " \t\r\n\v\f";
  const std::size_t first = std::min(name.find_first_not_of(kSpaces), name.size());
  const std::size_t end = name.find_last_not_of(kSpaces) + 1;
  std::string plain(name.substr(first, std::max(end, first) - first));
  for (char& byte : plain) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return plain;
}

const std::string* nearly(const std::string& name, const std::vector<std::string>& names) {
  const auto found = std::find_if(names.begin(), names.end(), [plain = plain_name(name)](const auto& other) {
    return plain_name(other) == plain;
  });
  return found == names.end() ? nullptr : &*found;
}

}  // namespace lapis::native
