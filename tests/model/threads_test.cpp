#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <thread>

#include "lapis/model/workspace.h"
#include "support/allocations.h"
#include "support/networks.h"

using namespace lapis;
using namespace lapis_test;

namespace {

using Values = std::vector<Real>;

Values predict(const Network& network, Workspace& workspace, Index batch, std::uint64_t seed) {
  const Values x = network_input(network, network.x.with_batch(batch), seed);
  std::copy(x.begin(), x.end(), workspace.input(batch).data);
  const ConstView y = workspace.run(batch);
  return {y.data, y.data + y.shape.size()};
}

/// Output, then gradients, of one training step.
Values train(const Network& network, Backend& backend, Index batch) {
  Workspace workspace(network.model, backend, network.x.with_batch(batch), Mode::train);
  const Values x = network_input(network, network.x.with_batch(batch));
  const Values labels(x.size(), 1);
  std::copy(x.begin(), x.end(), workspace.input(batch).data);
  const ConstView y = workspace.run(batch, true, 1, 2);
  Values result(y.data, y.data + y.shape.size());
  Real loss = 0;
  backend.softmax_cross_entropy(y.data, labels.data(), workspace.output_mask(), y.shape.rows(), y.shape[-1],
                                &loss, workspace.output_gradient().data);
  workspace.backward(true);
  result.push_back(loss);
  result.insert(result.end(), workspace.gradients(), workspace.gradients() + network.model.values().size());
  return result;
}

/// Runs `work(thread)` on `count` threads at once; returns how many of them returned true.
template <class Work>
int count_true(int count, const Work& work) {
  std::vector<char> results(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] { results[static_cast<std::size_t>(i)] = work(i) ? 1 : 0; });
  for (std::thread& thread : threads) thread.join();
  return static_cast<int>(std::count(results.begin(), results.end(), 1));
}

}  // namespace

TEST_CASE("four threads share one const model and predict what one thread predicts", "[threads]") {
  constexpr int kPredictions = 200;
  for (const Network& network : networks()) {
    INFO(network.model.name());
    const auto backend = make_cpu_backend(1);
    Workspace alone(network.model, *backend, network.x, Mode::predict);
    std::array<Values, 5> expected;
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = predict(network, alone, 2, i);
    const int right = count_true(4, [&](int) {
      const auto own_backend = make_cpu_backend(1);
      Workspace workspace(network.model, *own_backend, network.x, Mode::predict);
      for (std::size_t i = 0; i < kPredictions; ++i)
        if (predict(network, workspace, 2, i % 5) != expected[i % 5]) return false;
      return true;
    });
    CHECK(right == 4);
  }
}

TEST_CASE("threads share one backend, with and without helpers of its own", "[threads]") {
  for (const int helpers : {1, 2}) {
    const auto backend = make_cpu_backend(helpers);
    for (const Network& network : networks()) {
      INFO(network.model.name() << ", backend of " << helpers);
      Workspace alone(network.model, *backend, network.x, Mode::predict);
      const Values expected = predict(network, alone, 4, 1);
      const Values expected_training = train(network, *backend, 4);
      const int right = count_true(2, [&](int thread) {
        if (thread == 1) {
          for (int i = 0; i < 20; ++i)
            if (train(network, *backend, 4) != expected_training) return false;
          return true;
        }
        Workspace workspace(network.model, *backend, network.x, Mode::predict);
        for (int i = 0; i < 50; ++i)
          if (predict(network, workspace, 4, 1) != expected) return false;
        return true;
      });
      CHECK(right == 2);
    }
  }
}

TEST_CASE("results do not depend on the number of threads", "[threads]") {
  Network wide_pictures = cnn(16);
  Network wide_words = masked_bilstm(16);
  wide_words.x = {33, 12};
  const auto one = make_cpu_backend(1);
  for (const int threads : {2, 3, 5}) {
    const auto many = make_cpu_backend(threads);
    for (const Network& network : networks()) {
      INFO(network.model.name() << ", " << threads << " threads");
      CHECK(train(network, *many, 4) == train(network, *one, 4));
    }
    CHECK(train(wide_pictures, *many, 33) == train(wide_pictures, *one, 33));
    CHECK(train(wide_words, *many, 33) == train(wide_words, *one, 33));
  }
}

TEST_CASE("a backend with helpers allocates nothing while it works", "[threads]") {
  const auto backend = make_cpu_backend(2);
  Network network = cnn(8);
  Workspace workspace(network.model, *backend, {16, 9, 8, 2}, Mode::train);
  workspace.run(16, true, 1, 0);
  // A helper may start only now, and a sanitizer allocates where a thread starts: what counts is the best
  // round.
  std::size_t fewest = 1000;
  for (int round = 0; round < 3; ++round) {
    AllocationCounter counter;
    for (std::uint64_t step = 0; step < 5; ++step) {
      workspace.run(16, true, 1, step);
      backend->zero(workspace.output_gradient().data, 16 * 3);
      workspace.zero_gradients();
      workspace.backward(true);
    }
    fewest = std::min(fewest, counter.count());
  }
  CHECK(fewest == 0);
}
