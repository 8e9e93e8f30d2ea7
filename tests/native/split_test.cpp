#include "data/split.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lapis::native;
using lapis::Index;

namespace {

/// `counts[c]` samples of class c, one class after another.
std::vector<Index> samples(const std::vector<Index>& counts) {
  std::vector<Index> labels;
  for (std::size_t c = 0; c < counts.size(); ++c)
    labels.insert(labels.end(), static_cast<std::size_t>(counts[c]), static_cast<Index>(c));
  return labels;
}

/// How many of each class are in `split`.
std::vector<Index> counts_in(Split split, const std::vector<Index>& counts, const SplitShares& shares) {
  const std::vector<Index> labels = samples(counts);
  const std::vector<Split> splits = cut(labels, static_cast<Index>(counts.size()), shares);
  std::vector<Index> found(counts.size(), 0);
  for (std::size_t i = 0; i < labels.size(); ++i)
    found[static_cast<std::size_t>(labels[i])] += splits[i] == split;
  return found;
}

Index sum(const std::vector<Index>& counts) {
  Index total = 0;
  for (const Index count : counts) total += count;
  return total;
}

}  // namespace

TEST_CASE("cut: the share is of all samples, and of every class as near as can be") {
  const std::vector<Index> counts = {220, 120, 60};
  CHECK(counts_in(Split::valid, counts, {.validation = 0.3}) == std::vector<Index>{66, 36, 18});
  CHECK(counts_in(Split::train, counts, {.validation = 0.3}) == std::vector<Index>{154, 84, 42});
  for (int percent = 1; percent < 100; ++percent) {
    CAPTURE(percent);
    const SplitShares shares = {.validation = percent / 100.0};
    const std::vector<Index> valid = counts_in(Split::valid, counts, shares);
    CHECK(sum(valid) == std::clamp<Index>(4 * percent, 3, 397));
    for (std::size_t c = 0; c < counts.size(); ++c)
      CHECK(std::abs(static_cast<double>(valid[c]) - percent / 100.0 * static_cast<double>(counts[c])) <= 1);
    CHECK(sum(counts_in(Split::test, counts, shares)) == 0);
  }
  // Rounded down as in Keras's image_dataset_from_directory.
  CHECK(sum(counts_in(Split::valid, {7, 8, 10}, {.validation = 0.15})) == 3);
  CHECK(sum(counts_in(Split::valid, {50, 49}, {.validation = 0.5})) == 49);
}

TEST_CASE("cut: a test share beside the validation share") {
  const SplitShares shares = {.validation = 0.2, .test = 0.1};
  CHECK(counts_in(Split::test, {100, 50}, shares) == std::vector<Index>{10, 5});
  CHECK(counts_in(Split::valid, {100, 50}, shares) == std::vector<Index>{20, 10});
  CHECK(counts_in(Split::train, {100, 50}, shares) == std::vector<Index>{70, 35});
}

TEST_CASE("cut: few samples: each class is learnt first, then validated, then tested") {
  const SplitShares shares = {.validation = 0.1, .test = 0.1};
  CHECK(counts_in(Split::train, {1, 2, 3, 5}, shares) == std::vector<Index>{1, 1, 1, 3});
  CHECK(counts_in(Split::valid, {1, 2, 3, 5}, shares) == std::vector<Index>{0, 1, 1, 1});
  CHECK(counts_in(Split::test, {1, 2, 3, 5}, shares) == std::vector<Index>{0, 0, 1, 1});
  CHECK(counts_in(Split::train, {3, 3}, {.validation = 0.99}) == std::vector<Index>{1, 1});
  CHECK(counts_in(Split::train, {9, 9, 9}, {.validation = 0.1}) == std::vector<Index>{8, 8, 8});
  CHECK(counts_in(Split::train, {4, 0, 4}, {.validation = 0}) == std::vector<Index>{4, 0, 4});
  CHECK(cut({}, 0, shares).empty());
}

TEST_CASE("cut: the same samples in every run, spread over the class") {
  const std::vector<Index> labels = samples({40, 40});
  const std::vector<Split> once = cut(labels, 2, {.validation = 0.25});
  CHECK(once == cut(labels, 2, {.validation = 0.25}));
  // Drawn: neither the first nor the last of the class, nor every fourth.
  std::vector<std::size_t> valid;
  for (std::size_t i = 0; i < 40; ++i) {
    if (once[i] == Split::valid) valid.push_back(i);
  }
  // Files name this rule: another draw would be another rule.
  CHECK(valid == std::vector<std::size_t>{1, 3, 4, 9, 11, 19, 22, 23, 28, 39});
}

TEST_CASE("cut: the first rule, by which files of an earlier lapis were cut") {
  SplitShares shares = {.validation = 0.15, .rule = 1};  // every seventh
  CHECK(counts_in(Split::valid, {100, 20}, shares) == std::vector<Index>{14, 2});
  CHECK(counts_in(Split::test, {100, 20}, shares) == std::vector<Index>{14, 3});
  const std::vector<Split> splits = cut(samples({10}), 1, {.validation = 0.1, .rule = 1});
  CHECK(splits[9] == Split::valid);
  CHECK(splits[8] == Split::test);
  shares.cuts_test = false;
  CHECK(counts_in(Split::test, {100}, shares) == std::vector<Index>{0});
}

TEST_CASE("names of splits") {
  for (const char* name : {"train", "Training", "TRAIN", "training_set", "trainset", "Train Set"})
    CHECK(split_called(name) == Split::train);
  for (const char* name : {"val", "VALID", "validation", "Validation-Set"})
    CHECK(split_called(name) == Split::valid);
  for (const char* name : {"test", "Testing", "test_set"}) CHECK(split_called(name) == Split::test);
  for (const char* name : {"", "cat", "trains", "train2", "test (copy)", "tester", "set", "vali", "contest"})
    CHECK_FALSE(split_called(name).has_value());
}
