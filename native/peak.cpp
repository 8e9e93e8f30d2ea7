#include "peak.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include "lapis/ops/parallel.h"
#include "lapis/ops/vector.h"

namespace lapis::native {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSeconds = 0.15;
constexpr int kFewestRounds = 3;
constexpr Index kSteps = 1 << 17;

// A multiply-add takes 4 or 5 cycles and a core begins 2 or 4 in each: so many must be under way at once, and
// they, the factor and the addend must fit into its registers: 32 with AVX-512 and on ARM, else 16.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr std::size_t kChains = 24;
#else
constexpr std::size_t kChains = 12;
#endif

/// Each chain is x -> x / 2 + 1, which no compiler can shorten and which stays a usual number (it goes to 2).
template <std::size_t... chain>
Real run_chains(std::index_sequence<chain...>) {
  // Read from here once: constants GCC would rather read from memory for every operation.
  const volatile Real half = Real(0.5), one = 1;
  const simd::Vector factor = simd::splat(half);
  const simd::Vector addend = simd::splat(one);
  simd::Vector x[kChains];
  ((x[chain] = simd::splat(Real(chain))), ...);
  for (Index step = 0; step < kSteps; ++step) ((x[chain] = x[chain] * factor + addend), ...);
  return simd::sum((x[chain] + ...));
}

/// Operations a second of one thread.
double measure_thread() {
  constexpr double kFlop = 2.0 * kChains * simd::kLanes * kSteps;
  double best = 0;
  double seconds = 0;
  for (int round = 0; round < kFewestRounds || seconds < kSeconds; ++round) {
    const Clock::time_point start = Clock::now();
    volatile Real result =
        run_chains(std::make_index_sequence<kChains>());  // somebody wants it: not left out
    static_cast<void>(result);
    const double taken = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, kFlop / taken);
    seconds += taken;
  }
  return best;
}

}  // namespace

double measure_peak(int threads) {
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<double> rates(static_cast<std::size_t>(std::min(threads, cores)));
  // At the same time: cores that work together may be slower than one alone.
  make_parallel(static_cast<int>(rates.size()))->for_each(static_cast<Index>(rates.size()), [&](Index i) {
    rates[static_cast<std::size_t>(i)] = measure_thread();
  });
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

}  // namespace lapis::native
