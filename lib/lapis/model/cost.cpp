#include "lapis/model/cost.h"

#include "lapis/core/utf8.h"
#include "lapis/model/plan.h"

namespace lapis {

Cost cost_of(const Model& model, const Backend& backend, const Shape& x, Mode mode) {
  constexpr double kCopies = 3;  // of the output: whoever runs a model keeps it, and writes it somewhere
  const Plan plan(model, backend, x, mode);
  const double output = plan.steps().back().y.elements() * sizeof(Real);
  return {.work = model.work(x),
          .bytes = static_cast<double>(plan.bytes()) + static_cast<double>(plan.prepared_bytes()) +
                   kCopies * output};
}

Cost allowance(const Model& model, double given_bytes) {
  constexpr Cost kForAll = {.work = 5e9, .bytes = 192e6};
  constexpr Cost kForAByte = {.work = 2e4, .bytes = 64};
  const double bytes = static_cast<double>(model.values().size() * sizeof(Real)) + given_bytes;
  return {.work = kForAll.work + kForAByte.work * bytes, .bytes = kForAll.bytes + kForAByte.bytes * bytes};
}

void check_cost(const Model& model, const Backend& backend, const Shape& x, double given_bytes,
                std::string_view instead) {
  const Cost cost = cost_of(model, backend, x);
  const Cost limit = allowance(model, given_bytes);
  if (cost.is_within(limit)) return;
  fail("model ", in_quotes(model.name()), " takes ", cost.bytes / 1e6, " MB and about ", cost.work / 1e9,
       " billion multiplications for an input ", x, ", more than is done for so small a model and input (",
       limit.bytes / 1e6, " MB, ", limit.work / 1e9, " billion)", instead);
}

}  // namespace lapis
