#pragma once

#include "launch.h"

namespace lapis::cuda {

/// Matrix products of any origin: store(row, column, sum over p of load_a(row, p) * load_b(p, column)).
/// Strict float32; tiles of 64 x 64 in shared memory, 4 x 4 sums to a thread.
template <class LoadA, class LoadB, class Store>
struct Product {
  static constexpr int kTile = 64;
  static constexpr int kDepth = 16;
  static constexpr int kSide = 4;  // of a thread's sums
  static constexpr int kBlockThreads = (kTile / kSide) * (kTile / kSide);

  struct Shared {
    Real a[kDepth][kTile];
    Real b[kDepth][kTile];
  };
  struct State {
    Real sums[kSide][kSide];
  };

  Index m, n, k;
  Index parts;  // of k: each makes sums of its own
  LoadA load_a;
  LoadB load_b;
  Store store;  // store(part, row, column, sum)

  LAPIS_DEVICE Index tiles_down() const { return (m + kTile - 1) / kTile; }
  LAPIS_DEVICE Index tiles_across() const { return (n + kTile - 1) / kTile; }
  Index blocks() const { return tiles_down() * tiles_across() * parts; }

  LAPIS_KERNEL void operator()(Block<State>& block, Shared& shared) const {
    const Index tiles = tiles_down() * tiles_across();
    const Index part = block.number / tiles;
    const Index first_row = block.number % tiles / tiles_across() * kTile;
    const Index first_column = block.number % tiles_across() * kTile;
    const Index last = k * (part + 1) / parts;
    block.each([&](int, State& state) {
      for (int i = 0; i < kSide; ++i)
        for (int j = 0; j < kSide; ++j) state.sums[i][j] = 0;
    });
    for (Index begin = k * part / parts; begin < last; begin += kDepth) {
      block.each([&](int thread, State&) {
        for (int i = thread; i < kDepth * kTile; i += kBlockThreads) {
          const int p = i / kTile;
          const int at = i % kTile;
          const bool inside = begin + p < last;
          shared.a[p][at] = inside && first_row + at < m ? load_a(first_row + at, begin + p) : Real(0);
          shared.b[p][at] = inside && first_column + at < n ? load_b(begin + p, first_column + at) : Real(0);
        }
      });
      block.each([&](int thread, State& state) {
        const int row = thread / (kTile / kSide) * kSide;
        const int column = thread % (kTile / kSide) * kSide;
        for (int p = 0; p < kDepth; ++p)
          for (int i = 0; i < kSide; ++i)
            for (int j = 0; j < kSide; ++j)
              state.sums[i][j] += shared.a[p][row + i] * shared.b[p][column + j];
      });
    }
    block.each([&](int thread, State& state) {
      const Index row = first_row + thread / (kTile / kSide) * kSide;
      const Index column = first_column + thread % (kTile / kSide) * kSide;
      for (int i = 0; i < kSide; ++i)
        for (int j = 0; j < kSide; ++j)
          if (row + i < m && column + j < n) store(part, row + i, column + j, state.sums[i][j]);
    });
  }
};

/// Few tiles with a long sum, as gradients of weights are: the sum is cut, so that the GPU has enough to do.
/// Depends on the shape only.
inline Index product_parts(Index m, Index n, Index k) {
  constexpr Index kEnoughTiles = 128;
  constexpr Index kLeastDepth = 256;
  const Index tiles = ((m + 63) / 64) * ((n + 63) / 64);
  const Index room = Device::workspace_count<Real>() / (m * n);
  return std::max(Index{1}, std::min({kEnoughTiles / tiles, k / kLeastDepth, room}));
}

/// store(row, column, sum) for every element of the product.
template <class LoadA, class LoadB, class Store>
void multiply(Device& device, Index m, Index n, Index k, const LoadA& load_a, const LoadB& load_b,
              const Store& store) {
  if (m <= 0 || n <= 0) return;
  const Index parts = product_parts(m, n, k);
  if (parts == 1) {
    const auto direct = [=] LAPIS_KERNEL(Index, Index row, Index column, Real sum) {
      store(row, column, sum);
    };
    const Product<LoadA, LoadB, decltype(direct)> product = {m, n, k, 1, load_a, load_b, direct};
    return for_each_block(device, product.blocks(), product);
  }
  Real* const partial = device.workspace<Real>();
  const auto keep = [=] LAPIS_KERNEL(Index part, Index row, Index column, Real sum) {
    partial[(part * m + row) * n + column] = sum;
  };
  const Product<LoadA, LoadB, decltype(keep)> product = {m, n, k, parts, load_a, load_b, keep};
  for_each_block(device, product.blocks(), product);
  for_each(device, m * n, [=] LAPIS_KERNEL(Index i) {
    Real sum = 0;
    for (Index part = 0; part < parts; ++part) sum += partial[part * m * n + i];
    store(i / n, i % n, sum);
  });
}

}  // namespace lapis::cuda
