#pragma once

#include "launch.h"

/// Kernels whose results need sums or largest values of whole rows: some threads walk each row side by side,
/// and what they found is added in the order of the threads.
namespace lapis::cuda {

/// One thread's share of a row: elements `lane`, `lane + lanes`, ...
struct RowShare {
  Index row;
  int lane, lanes;
};

/// Op: kPasses, kLargest (which pass takes the largest value instead of the sum; -1: none),
/// Real collect(share, pass, results) for this thread's elements, results being those of the passes before
/// it, and write(share, results). A thread's share of a row is the same in all of them.
template <class Op>
struct RowBlocks {
  static constexpr int kBlockThreads = 256;

  struct State {
    Real results[Op::kPasses];
  };
  struct Shared {
    Real found[kBlockThreads];
  };

  Op op;
  Index rows;
  int lanes;  // a power of two

  Index blocks() const { return (rows * lanes + kBlockThreads - 1) / kBlockThreads; }

  LAPIS_DEVICE RowShare share_of(Index block, int thread) const {
    return {block * (kBlockThreads / lanes) + thread / lanes, thread % lanes, lanes};
  }

  LAPIS_KERNEL void operator()(Block<State>& block, Shared& shared) const {
    LAPIS_UNROLL
    for (int pass = 0; pass < Op::kPasses; ++pass) {
      block.each([&](int thread, State& state) {
        const RowShare share = share_of(block.number, thread);
        if (share.row < rows) shared.found[thread] = op.collect(share, pass, state.results);
      });
      block.each([&](int thread, State& state) {
        const RowShare share = share_of(block.number, thread);
        if (share.row >= rows) return;
        const Real* const found = shared.found + (thread - share.lane);
        Real result = found[0];
        for (int lane = 1; lane < lanes; ++lane) {
          const Real next = found[lane];
          result = pass != Op::kLargest ? result + next : next > result || next != next ? next : result;
        }
        state.results[pass] = result;
      });
    }
    block.each([&](int thread, State& state) {
      const RowShare share = share_of(block.number, thread);
      if (share.row < rows) op.write(share, state.results);
    });
  }
};

/// op for every row of [rows, n].
template <class Op>
void for_each_row(Device& device, Index rows, Index n, const Op& op) {
  constexpr Index kShort = 16, kLong = 2048;
  const RowBlocks<Op> body = {op, rows, n <= kShort ? 8 : n <= kLong ? 32 : 256};
  for_each_block(device, body.blocks(), body);
}

}  // namespace lapis::cuda
