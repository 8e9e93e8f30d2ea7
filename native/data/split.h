#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lapis/core/real.h"

/// The parts of a data set, and how samples that lie together are cut into them.
namespace lapis::native {

/// To learn from, to choose by, to report once; or everything there is.
enum class Split { train, valid, test, all };

inline constexpr int kSplits = 3;  // without `all`

/// "train", "valid", "test", "all".
const char* split_name(Split split);

/// The split that a folder or file of this name holds: train, training, val, valid, validation, test or
/// testing, in any case, also with "set" behind it ("training_set").
std::optional<Split> split_called(std::string_view name);

/// A rule stays as it is once files name it: a model is evaluated on what it was not trained on.
///     1  class by class every n-th sample validates, n = 1 / validation, and the one before it tests
///     2  the shares below
inline constexpr int kSplitRule = 2;

/// The shares of the samples that validate and test.
struct SplitShares {
  double validation = 0, test = 0;  // each from 0 to below 1
  int rule = kSplitRule;
  // False: those samples lie elsewhere already.
  bool cuts_validation = true, cuts_test = true;
};

/// The split of every sample. `labels`: its class, below `classes`. The share is of all samples, rounded
/// down, and as near to it in every class as can be; but each class has at least one sample in every split
/// where it has enough of them, and one to train on before all others. Which samples of a class are taken is
/// drawn; the draw is the same in every run and for the same samples in the same order.
std::vector<Split> cut(std::span<const Index> labels, Index classes, const SplitShares& shares);

}  // namespace lapis::native
