#include "lapis/ops/parallel.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "lapis/ops/backend.h"
#include "ops/bits.h"
#include "support/allocations.h"
#include "support/random_values.h"

using lapis::Index;
using lapis::Real;

TEST_CASE("one thread: a plain loop in order") {
  const auto parallel = lapis::make_parallel(1);
  CHECK(parallel->threads() == 1);
  std::vector<Index> seen;
  parallel->for_each(5, [&](Index i) { seen.push_back(i); });
  CHECK(seen == std::vector<Index>{0, 1, 2, 3, 4});
  parallel->for_each(0, [&](Index) { FAIL("no piece to run"); });
}

TEST_CASE("every piece runs once, in thousands of loops", "[threads]") {
  for (const int threads : {1, 2, 3, 8}) {
    const auto parallel = lapis::make_parallel(threads);
    CHECK(parallel->threads() == threads);
    std::size_t wrong = 0;
    for (Index repeat = 0; repeat < 2000; ++repeat) {
      const Index count = repeat % 37;
      std::vector<int> runs(static_cast<std::size_t>(count));  // plain: a second thread would be a race
      parallel->for_each(count, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
      for (const int number : runs) wrong += number == 1 ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("several threads do work at the same time", "[threads]") {
  const auto parallel = lapis::make_parallel(2);
  std::atomic<int> inside = 0;
  std::atomic<bool> met = false;
  // Two pieces that wait for each other end only when two threads run them.
  parallel->for_each(2, [&](Index) {
    ++inside;
    for (int i = 0; i < 1000000 && inside < 2; ++i) std::this_thread::yield();
    if (inside == 2) met = true;
  });
  CHECK(met);
}

TEST_CASE("a loop inside a piece runs serially", "[threads]") {
  const auto parallel = lapis::make_parallel(3);
  std::atomic<int> total = 0;
  std::atomic<int> elsewhere = 0;
  parallel->for_each(7, [&](Index) {
    const std::thread::id self = std::this_thread::get_id();
    parallel->for_each(11, [&](Index) {
      ++total;
      if (std::this_thread::get_id() != self) ++elsewhere;
    });
  });
  CHECK(total == 77);
  CHECK(elsewhere == 0);
}

TEST_CASE("several callers share one pool", "[threads]") {
  const auto parallel = lapis::make_parallel(2);
  std::vector<Index> sums(4);
  std::vector<std::thread> callers;
  for (std::size_t caller = 0; caller < sums.size(); ++caller) {
    callers.emplace_back([&, caller] {
      for (int repeat = 0; repeat < 300; ++repeat) {
        std::vector<Index> parts(20);
        parallel->for_each(20, [&](Index i) { parts[static_cast<std::size_t>(i)] = i; });
        for (const Index part : parts) sums[caller] += part;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const Index sum : sums) CHECK(sum == 300 * 190);
}

TEST_CASE("operations allocate nothing", "[threads]") {
  for (const int threads : {1, 2}) {
    const auto backend = lapis::make_cpu_backend(threads);
    const Index rows = 300;
    const Index n = 70;
    std::vector<Real> a = lapis_test::random_values(rows * rows, 1);
    std::vector<Real> b = lapis_test::random_values(rows * rows, 2);
    std::vector<Real> c(static_cast<std::size_t>(rows * rows));
    std::vector<Real> labels = lapis_test::random_ids(rows, n, 3);
    Real loss = 0;
    lapis::Gemm gemm;
    gemm.m = gemm.n = gemm.k = rows;
    gemm.a = a.data();
    gemm.b = b.data();
    gemm.c = c.data();
    gemm.lda = gemm.ldb = gemm.ldc = rows;
    gemm.bias = a.data();
    gemm.activation = lapis::Activation::tanh;
    lapis::Gemm small = gemm;
    small.m = 1;
    lapis::Conv2DOp conv;
    conv.window = {4, 8, 8, 16, 8, 8, 3, 3, 1, 1, 1, 1, 1, 1};
    conv.filters = 20;
    Real* const x = a.data();
    Real* const y = c.data();
    std::vector<Real> scratch(static_cast<std::size_t>(backend->conv2d_scratch(conv, true)));

    lapis_test::AllocationCounter counter;
    backend->gemm(gemm);
    backend->gemm(small);
    backend->sum_rows(x, rows, n, y);
    backend->add_bias(y, rows, n, x, lapis::Activation::relu);
    backend->conv2d(conv, x, {.kernel = b.data(), .bias = x}, y, scratch.data());
    backend->conv2d_backward_data(conv, x, b.data(), y, scratch.data());
    backend->conv2d_backward_kernel(conv, x, b.data(), y, scratch.data());
    for (const lapis::Pooling pooling : {lapis::Pooling::max, lapis::Pooling::average}) {
      backend->pool2d({pooling, conv.window}, x, y);
      backend->pool2d_backward({pooling, conv.window}, x, b.data(), y);
    }
    backend->activate(lapis::Activation::softmax, x, y, rows, n);
    backend->activate_backward(lapis::Activation::softmax, x, b.data(), y, rows, n);
    backend->rms_norm(x, b.data(), Real(0.1), y, rows, n);
    backend->rms_norm_backward(x, b.data(), Real(0.1), b.data(), y, y + rows * n, rows, n);
    backend->dropout(x, y, rows * n, 0.5F, lapis::RandomStream(1, 2));
    backend->merge(lapis::Backend::Merge::concat, x, b.data(), y, rows, n);
    backend->reverse_time(x, y, 10, 30, n);
    backend->embedding(labels.data(), x, y, rows, n);
    backend->embedding_backward(labels.data(), x, y, rows, n);
    backend->softmax_cross_entropy(x, labels.data(), nullptr, rows, n, &loss, y);
    backend->sgd({}, y, x, b.data(), nullptr, rows * n);
    backend->adam({}, y, x, b.data(), b.data() + rows * n, nullptr, rows * n);
    double squares = 0;
    backend->sum_squares(x, rows * n, &squares, false);
    const std::size_t allocations = counter.count();
    CHECK(allocations == 0);
    CHECK(squares > 0);
  }
}
