#include "data/split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include "lapis/core/random.h"

namespace lapis::native {
namespace {

constexpr std::uint64_t kDraw = 12;  // the seed of the draw

std::size_t at(Index i) {
  return static_cast<std::size_t>(i);
}

/// How many samples of each class a share takes. `most`: what each class can give.
std::vector<Index> allot(const std::vector<Index>& counts, const std::vector<Index>& most, double share) {
  std::vector<Index> parts(counts.size(), 0);
  if (share <= 0) return parts;
  const Index all = std::accumulate(counts.begin(), counts.end(), Index{0});
  // A share such as 0.29 is a little less than it says in binary.
  const auto total = static_cast<Index>(std::floor(share * static_cast<double>(all) + 1e-9));
  std::vector<std::pair<double, std::size_t>> missing;  // what a class lacks of its share
  Index given = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const double wanted = share * static_cast<double>(counts[c]);
    parts[c] = std::min(most[c], std::max(static_cast<Index>(wanted + 1e-9), Index{1}));
    given += parts[c];
    missing.emplace_back(wanted - static_cast<double>(parts[c]), c);
  }
  std::stable_sort(missing.begin(), missing.end(), [](auto a, auto b) { return a.first > b.first; });
  for (bool changed = true; given < total && std::exchange(changed, false);) {
    for (const auto& [lacks, c] : missing) {
      if (given == total || parts[c] == most[c]) continue;
      ++parts[c], ++given, changed = true;
    }
  }
  for (bool changed = true; given > total && std::exchange(changed, false);) {
    for (std::size_t i = missing.size(); i-- > 0 && given > total;) {
      if (Index& part = parts[missing[i].second]; part > 1) --part, --given, changed = true;
    }
  }
  return parts;
}

/// Numbers 0 to `count` - 1 in the order in which a class gives its samples away.
std::vector<Index> drawn_order(Index count, Index label) {
  std::vector<Index> order(at(count));
  std::iota(order.begin(), order.end(), Index{0});
  const RandomStream random(kDraw, static_cast<std::uint64_t>(label));
  for (Index i = count - 1; i > 0; --i) {
    const std::uint64_t other =
        random.below(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i) + 1);
    std::swap(order[at(i)], order[other]);
  }
  return order;
}

/// Rule 1: the `i`-th sample of its class.
Split split_by_rule_1(Index i, const SplitShares& shares) {
  const Index every = shares.validation > 0 ? std::lround(1 / shares.validation) : 0;
  if (shares.cuts_validation && every > 0 && i % every == every - 1) return Split::valid;
  return shares.cuts_test && every > 1 && i % every == every - 2 ? Split::test : Split::train;
}

}  // namespace

const char* split_name(Split split) {
  static constexpr std::array<const char*, 4> kNames = {"train", "valid", "test", "all"};
  return kNames[static_cast<std::size_t>(split)];
}

std::optional<Split> split_called(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Split>, 7> kNames = {{{"train", Split::train},
                                                                                {"training", Split::train},
                                                                                {"val", Split::valid},
                                                                                {"valid", Split::valid},
                                                                                {"validation", Split::valid},
                                                                                {"test", Split::test},
                                                                                {"testing", Split::test}}};
  std::string plain;
  for (const char byte : name) {
    if (byte >= 'A' && byte <= 'Z') plain += static_cast<char>(byte - 'A' + 'a');
    if (byte >= 'a' && byte <= 'z') plain += byte;
    // "train2" or "test (copy)" is something else.
    if (!std::isalpha(static_cast<unsigned char>(byte)) && byte != '_' && byte != '-' && byte != ' ')
      return {};
  }
  if (plain.ends_with("set")) plain.resize(plain.size() - 3);
  for (const auto& [known, split] : kNames) {
    if (plain == known) return split;
  }
  return {};
}

std::vector<Split> cut(std::span<const Index> labels, Index classes, const SplitShares& shares) {
  std::vector<Index> counts(at(classes), 0);
  for (const Index label : labels) ++counts[at(label)];
  std::vector<Split> splits(labels.size(), Split::train);
  std::vector<Index> seen(at(classes), 0);
  if (shares.rule == 1) {
    for (std::size_t i = 0; i < labels.size(); ++i)
      splits[i] = split_by_rule_1(seen[at(labels[i])]++, shares);
    return splits;
  }

  // Where a class has too few for all splits it is first to be learnt, then to validate, then to test.
  std::vector<Index> most(counts);
  const double validation = shares.cuts_validation ? shares.validation : 0;
  const Index kept = validation > 0 ? 2 : 1;
  for (Index& count : most) count = std::max(count - kept, Index{0});
  const std::vector<Index> tests = allot(counts, most, shares.cuts_test ? shares.test : 0);
  for (std::size_t c = 0; c < counts.size(); ++c) most[c] = std::max(counts[c] - tests[c] - 1, Index{0});
  const std::vector<Index> validates = allot(counts, most, validation);

  std::vector<std::vector<Split>> of_class(at(classes));
  for (std::size_t c = 0; c < counts.size(); ++c) {
    of_class[c].assign(at(counts[c]), Split::train);
    const std::vector<Index> order = drawn_order(counts[c], static_cast<Index>(c));
    for (Index i = 0; i < tests[c] + validates[c]; ++i)
      of_class[c][at(order[at(i)])] = i < tests[c] ? Split::test : Split::valid;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::size_t label = at(labels[i]);
    splits[i] = of_class[label][at(seen[label]++)];
  }
  return splits;
}

}  // namespace lapis::native
