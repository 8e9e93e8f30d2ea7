#include "lapis/train/metrics.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/core/random.h"

using namespace lapis;

namespace {

ConfusionMatrix count(Index classes, const std::vector<Index>& truth, const std::vector<Index>& prediction) {
  ConfusionMatrix matrix(classes);
  for (std::size_t i = 0; i < truth.size(); ++i) matrix.add(truth[i], prediction[i]);
  return matrix;
}

}  // namespace

TEST_CASE("metrics by hand") {
  // scikit-learn's example for f1_score: macro 0.26666...
  const ConfusionMatrix matrix = count(3, {0, 1, 2, 0, 1, 2}, {0, 2, 1, 0, 0, 1});
  CHECK(matrix.samples() == 6);
  CHECK(matrix.at(0, 0) == 2);
  CHECK(matrix.at(1, 0) == 1);
  CHECK(matrix.at(1, 2) == 1);
  CHECK(matrix.at(2, 1) == 2);
  CHECK(matrix.accuracy() == Approx(2.0 / 6));
  CHECK(matrix.macro_f1() == Approx(0.8 / 3));
  CHECK(matrix.scores(0).precision == Approx(2.0 / 3));
  CHECK(matrix.scores(0).recall == Approx(1));
  CHECK(matrix.scores(0).f1 == Approx(0.8));
  CHECK(matrix.scores(0).support == 2);
  CHECK(matrix.scores(2).f1 == 0);
}

TEST_CASE("macro F1 leaves out classes that do not occur, and counts those that are only predicted") {
  CHECK(count(4, {0, 0, 1}, {0, 0, 1}).macro_f1() == Approx(1));
  // Class 2 is predicted once and never true: F1 = 0 counts. 0: 2/3 (1 of 2), 1: 1.
  CHECK(count(4, {0, 0, 1}, {0, 2, 1}).macro_f1() == Approx((2.0 / 3 + 1 + 0) / 3));
  // Always "negative" on NusaX's 400 test rows: 153 of 400 right.
  std::vector<Index> truth(153, 0);
  truth.insert(truth.end(), 96, 1);
  truth.insert(truth.end(), 151, 2);
  CHECK(count(3, truth, std::vector<Index>(400, 0)).macro_f1() == Approx(2.0 * 153 / 553 / 3));
}

TEST_CASE("metrics without samples are 0, and after clear") {
  ConfusionMatrix matrix(3);
  CHECK(matrix.accuracy() == 0);
  CHECK(matrix.macro_f1() == 0);
  matrix.add(1, 1);
  CHECK(matrix.accuracy() == 1);
  matrix.clear();
  CHECK(matrix.samples() == 0);
  CHECK(matrix.at(1, 1) == 0);
  CHECK(matrix.macro_f1() == 0);
}

TEST_CASE("metrics against counting by hand on random labels") {
  for (std::uint64_t round = 0; round < 50; ++round) {
    const RandomStream random(round, 3);
    const Index classes = 2 + static_cast<Index>(random.below(0, 6));
    std::vector<Index> truth, prediction;
    for (std::uint64_t i = 1; i < 40; i += 2) {
      truth.push_back(static_cast<Index>(random.below(i, static_cast<std::uint64_t>(classes))));
      prediction.push_back(static_cast<Index>(random.below(i + 1, static_cast<std::uint64_t>(classes))));
    }
    std::set<Index> present(truth.begin(), truth.end());
    present.insert(prediction.begin(), prediction.end());
    double f1_sum = 0, right = 0;
    for (const Index c : present) {
      double both = 0, of_truth = 0, of_prediction = 0;
      for (std::size_t i = 0; i < truth.size(); ++i) {
        both += truth[i] == c && prediction[i] == c;
        of_truth += truth[i] == c;
        of_prediction += prediction[i] == c;
      }
      const double precision = of_prediction > 0 ? both / of_prediction : 0;
      const double recall = of_truth > 0 ? both / of_truth : 0;
      f1_sum += precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
      right += both;
    }
    const ConfusionMatrix matrix = count(classes, truth, prediction);
    CHECK(matrix.macro_f1() == Approx(f1_sum / static_cast<double>(present.size())));
    CHECK(matrix.accuracy() == Approx(right / static_cast<double>(truth.size())));
  }
}

TEST_CASE("argmax takes the first of equals") {
  const std::vector<Real> values = {1, 3, 3, 2};
  CHECK(argmax(values.data(), 4) == 1);
  CHECK(argmax(values.data(), 1) == 0);
}

TEST_CASE("a class outside the matrix is refused") {
  ConfusionMatrix matrix(2);
  CHECK_THROWS_WITH(matrix.add(2, 0), "confusion matrix: true class 2, predicted 0, expected 0 to 1");
  CHECK_THROWS_AS(matrix.add(0, -1), Error);
  CHECK(matrix.samples() == 0);
}
