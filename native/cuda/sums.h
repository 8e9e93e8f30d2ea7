#pragma once

#include <algorithm>

#include "launch.h"

/// Sums over rows or over everything, always added in an order that follows from the sizes alone, never by
/// atomics: two runs are equal bit by bit.
namespace lapis::cuda {

/// Two sums that are taken at once.
struct Sums {
  double first = 0, second = 0;

  LAPIS_DEVICE Sums& operator+=(const Sums& other) {
    first += other.first;
    second += other.second;
    return *this;
  }
};

/// Sums of [rows, n] along the rows: a block takes `width` neighbouring columns of one part of the rows, its
/// threads every `lanes`-th row, and then adds up what they have in the order of a tree.
template <class Value, class Term, class Finish>
struct ColumnSums {
  static constexpr int kBlockThreads = 256;

  struct State {};
  struct Shared {
    Value sums[kBlockThreads];
  };

  Index rows, n, parts;
  int width;      // a power of two
  Term term;      // (row, column)
  Finish finish;  // (part, column, sum)

  static int width_for(Index n) {
    int width = 1;
    while (width < 32 && width < n) width *= 2;
    return width;
  }
  Index blocks() const { return (n + width - 1) / width * parts; }

  LAPIS_KERNEL void operator()(Block<State>& block, Shared& shared) const {
    const Index part = block.number % parts;
    const Index first_column = block.number / parts * width;
    const Index last = rows * (part + 1) / parts;
    const int lanes = kBlockThreads / width;
    block.each([&](int thread, State&) {
      const Index column = first_column + thread % width;
      Value sum = {};
      if (column < n)
        for (Index row = rows * part / parts + thread / width; row < last; row += lanes)
          sum += term(row, column);
      shared.sums[thread] = sum;
    });
    for (int half = kBlockThreads / 2; half >= width; half /= 2) {
      block.each([&](int thread, State&) {
        if (thread < half) shared.sums[thread] += shared.sums[thread + half];
      });
    }
    block.each([&](int thread, State&) {
      if (thread < width && first_column + thread < n)
        finish(part, first_column + thread, shared.sums[thread]);
    });
  }
};

template <class Value, class Term, class Finish>
void sum_columns_in(Device& device, Index rows, Index n, Index parts, const Term& term,
                    const Finish& finish) {
  using Kernel = ColumnSums<Value, Term, Finish>;
  const Kernel kernel = {rows, n, parts, Kernel::width_for(n), term, finish};
  for_each_block(device, kernel.blocks(), kernel);
}

/// The first half of the workspace at most is used: an operation may keep something in the second.
inline constexpr std::size_t kSumsWorkspace = Device::kWorkspace / 2;

/// finish(column, sum of term(row, column) over all rows) for every column; Value is double or Sums.
template <class Value = double, class Term, class Finish>
void sum_columns(Device& device, Index rows, Index n, const Term& term, const Finish& finish) {
  if (n <= 0) return;
  constexpr Index kMostBlocks = 512, kThreadRows = 8, kMostWidth = 32;
  constexpr Index kBlockRows = kThreadRows * ColumnSums<Value, Term, Finish>::kBlockThreads;
  const Index across = (n + kMostWidth - 1) / kMostWidth;
  const Index parts =
      std::max(Index{1}, std::min(kMostBlocks / across, rows * std::min(n, kMostWidth) / kBlockRows));
  const auto whole = [=] LAPIS_KERNEL(Index, Index column, const Value& sum) { finish(column, sum); };
  if (parts == 1) return sum_columns_in<Value>(device, rows, n, 1, term, whole);
  Value* const partial = device.workspace<Value>();
  sum_columns_in<Value>(
      device, rows, n, parts, term,
      [=] LAPIS_KERNEL(Index part, Index column, const Value& sum) { partial[part * n + column] = sum; });
  sum_columns_in<Value>(
      device, parts, n, 1, [=] LAPIS_KERNEL(Index part, Index column) { return partial[part * n + column]; },
      whole);
}

/// finish(sums of term(i) over all i) on the device, by one thread.
template <class Term, class Finish>
void sum_all(Device& device, Index count, const Term& term, const Finish& finish) {
  sum_columns<Sums>(
      device, count, 1, [=] LAPIS_KERNEL(Index i, Index) { return term(i); },
      [=] LAPIS_KERNEL(Index, const Sums& sums) { finish(sums); });
}

/// sum_all and then each(i) for every i in [0, others), in one kernel where that is little work.
template <class Term, class Finish, class Each>
struct SumThenEach {
  static constexpr int kBlockThreads = 512;

  struct State {};
  struct Shared {
    Sums sums[kBlockThreads];
  };

  Index count, others;
  Term term;
  Finish finish;
  Each then;

  LAPIS_KERNEL void operator()(Block<State>& block, Shared& shared) const {
    block.each([&](int thread, State&) {
      Sums sum;
      for (Index i = thread; i < count; i += kBlockThreads) sum += term(i);
      shared.sums[thread] = sum;
    });
    for (int half = kBlockThreads / 2; half > 0; half /= 2) {
      block.each([&](int thread, State&) {
        if (thread < half) shared.sums[thread] += shared.sums[thread + half];
      });
    }
    block.each([&](int thread, State&) {
      if (thread == 0) finish(shared.sums[0]);
    });
    block.each([&](int thread, State&) {
      for (Index i = thread; i < others; i += kBlockThreads) then(i);
    });
  }
};

template <class Term, class Finish, class Each>
void sum_then_each(Device& device, Index count, const Term& term, const Finish& finish, Index others,
                   const Each& then) {
  constexpr Index kLittle = 8192;
  if (std::max(count, others) <= kLittle) {
    for_each_block(device, 1, SumThenEach<Term, Finish, Each>{count, others, term, finish, then});
    return;
  }
  sum_all(device, count, term, finish);
  for_each(device, others, then);
}

}  // namespace lapis::cuda
