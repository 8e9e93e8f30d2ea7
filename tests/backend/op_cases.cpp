#include "backend/op_cases.h"

#include <cmath>
#include <limits>

#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

double normalised_error(const std::vector<Real>& actual, const std::vector<Real>& expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const auto a = static_cast<double>(actual[i]);
    const auto b = static_cast<double>(expected[i]);
    if (std::isnan(a) && std::isnan(b)) continue;
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::infinity();
    if (a == b) {  // infinities, too
      size += std::isinf(b) ? 0 : b * b;
      continue;
    }
    error += (a - b) * (a - b);
    size += b * b;
  }
  return size > 0 ? error / size : error;
}

std::vector<std::uint8_t> make_mask(Index count, std::uint64_t seed, bool none) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(count));
  const RandomStream random(seed, 5);
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = !none && random.uniform(i) < 0.6F ? 1 : 0;
  return mask;
}

void add_case(Cases& cases, const std::string& name, const std::function<void(OpRun&)>& body) {
  cases.push_back({name, [body](Backend& backend) {
                     OpRun run(backend);
                     body(run);
                     return run.results();
                   }});
}

std::string text(std::initializer_list<Index> numbers) {
  std::string all;
  for (const Index number : numbers) all += " " + std::to_string(number);
  return all;
}

std::vector<OpCase> op_cases() {
  Cases cases;
  add_products(cases);
  add_windows(cases);
  add_elements(cases);
  add_norms(cases);
  add_axes(cases);
  add_lookups(cases);
  add_recurrent(cases);
  add_losses(cases);
  add_updates(cases);
  return cases;
}

}  // namespace lapis_test
