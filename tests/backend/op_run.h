#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "backend/op_cases.h"
#include "support/random_values.h"

namespace lapis_test {

/// Brings the inputs of one operation into a backend's memory and its results back.
class OpRun {
 public:
  explicit OpRun(lapis::Backend& to) : backend(to) {}

  const lapis::Real* in(const std::vector<lapis::Real>& values) { return put(values); }
  /// Uniform in [lower, upper).
  const lapis::Real* random(lapis::Index count, double lower = -1, double upper = 1) {
    return put(random_values(count, ++seed_, lower, upper));
  }
  lapis::Mask mask(const std::vector<std::uint8_t>& values) {
    auto* const memory = static_cast<std::uint8_t*>(hold(values.size()));
    backend.upload(values.data(), memory, values.size());
    return memory;
  }
  template <class Value>
  const Value* bytes(const std::vector<Value>& values) {
    auto* const memory = static_cast<Value*>(hold(values.size() * sizeof(Value)));
    backend.upload(values.data(), memory, values.size() * sizeof(Value));
    return memory;
  }
  lapis::Real* scratch(lapis::Index count) {
    return static_cast<lapis::Real*>(hold(static_cast<std::size_t>(count) * sizeof(lapis::Real)));
  }
  /// To be written (beforehand NaN) or, with start values, added to.
  lapis::Real* out(const std::string& name, lapis::Index count, bool is_gradient = false) {
    return make(name, std::vector<lapis::Real>(static_cast<std::size_t>(count), lapis::Real(NAN)),
                is_gradient);
  }
  lapis::Real* added(const std::string& name, lapis::Index count) {
    return make(name, random_values(count, ++seed_), true);
  }
  lapis::Real* make(const std::string& name, const std::vector<lapis::Real>& start,
                    bool is_gradient = false) {
    lapis::Real* const memory = put(start);
    outs_.push_back({name, memory, start.size(), is_gradient});
    return memory;
  }
  /// A double to be written or added to.
  double* number(const std::string& name) {
    auto* const memory = static_cast<double*>(hold(sizeof(double)));
    numbers_.push_back({name, memory});
    return memory;
  }

  std::vector<Result> results() {
    for (const Out& out : outs_) {
      Result result = {out.name, std::vector<lapis::Real>(out.count), out.is_gradient};
      backend.download(out.memory, result.values.data(), out.count * sizeof(lapis::Real));
      results_.push_back(std::move(result));
    }
    for (const auto& [name, memory] : numbers_) {
      double value = 0;
      backend.download(memory, &value, sizeof(value));
      results_.push_back({name, {static_cast<lapis::Real>(value)}, false});
    }
    return std::move(results_);
  }

  lapis::Backend& backend;

 private:
  struct Out {
    std::string name;
    lapis::Real* memory;
    std::size_t count;
    bool is_gradient;
  };

  void* hold(std::size_t bytes) {
    held_.push_back(backend.allocate(bytes));
    return held_.back().get();
  }
  lapis::Real* put(const std::vector<lapis::Real>& values) {
    auto* const memory = static_cast<lapis::Real*>(hold(values.size() * sizeof(lapis::Real)));
    backend.upload(values.data(), memory, values.size() * sizeof(lapis::Real));
    return memory;
  }

  std::uint64_t seed_ = 100;
  std::vector<lapis::Backend::Buffer> held_;
  std::vector<Out> outs_;
  std::vector<std::pair<std::string, const double*>> numbers_;
  std::vector<Result> results_;
};

}  // namespace lapis_test
