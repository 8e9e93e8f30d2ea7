#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lapis/ops/backend.h"

/// Every operation of Backend over odd shapes and masks, as one table: what a device makes is compared with
/// what the CPU makes.
namespace lapis_test {

/// One tensor that an operation wrote.
struct Result {
  std::string name;
  std::vector<lapis::Real> values;
  bool is_gradient = false;
};

struct OpCase {
  std::string name;
  std::function<std::vector<Result>(lapis::Backend&)> run;
};

std::vector<OpCase> op_cases();

/// Normalised mean-square error: sum (a - b)^2 / sum b^2; infinity where a NaN is on one side only.
double normalised_error(const std::vector<lapis::Real>& actual, const std::vector<lapis::Real>& expected);

}  // namespace lapis_test
