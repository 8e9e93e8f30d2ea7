#pragma once

#include "strict_sums.h"
#include "tensor_sums.h"

/// Matrix products whose sides may be gathered from anything (sides.h), in strict float32 or on tensor cores.
namespace lapis::cuda {

/// output = A [m, k] B [k, n], the depth k cut into parts that are summed on their own. Sums: StrictSums or
/// TensorSums.
template <class Tile, class A, class B, class Sums>
struct Product {
  static constexpr int kBlockThreads = Tile::kThreads;
  static constexpr int kLeastBlocks = Tile::kLeastBlocks;
  using Format = typename Sums::Format;
  using Element = typename Format::Element;

  struct Shared {
    alignas(32) Element a[2][kDepth][Tile::kRows + Format::kPad];
    alignas(32) Element b[2][kDepth][Tile::kColumns + Format::kPad];
    typename Sums::Stage stage;
  };
  struct State {
    Sums sums;
    Loader<A, Tile::kRows, kBlockThreads> a;
    Loader<B, Tile::kColumns, kBlockThreads> b;
  };

  int m, n, k, parts;
  A a;
  B b;
  Output output;

  Index blocks() const { return Index{(m - 1) / Tile::kRows + 1} * ((n - 1) / Tile::kColumns + 1) * parts; }

  LAPIS_KERNEL void operator()(Block<State>& block, Shared& shared) const {
    const int across = (n - 1) / Tile::kColumns + 1;
    const int tiles = ((m - 1) / Tile::kRows + 1) * across;
    const int part = static_cast<int>(block.number) / tiles;
    const int tile = static_cast<int>(block.number) % tiles;
    const int row = tile / across * Tile::kRows;
    const int column = tile % across * Tile::kColumns;
    const int steps = (k + kDepth - 1) / kDepth;
    const int first = static_cast<int>(Index{steps} * part / parts);
    const int end = static_cast<int>(Index{steps} * (part + 1) / parts);
    const int last = end * kDepth < k ? end * kDepth : k;

    block.each([&](int thread, State& state) {
      state.sums.clear();
      state.a.start(a, thread, row, first * kDepth);
      state.b.start(b, thread, column, first * kDepth);
      state.a.load(a, thread, row, m, first * kDepth, last);
      state.b.load(b, thread, column, n, first * kDepth, last);
      state.a.keep(thread, Format(), shared.a[0]);
      state.b.keep(thread, Format(), shared.b[0]);
    });
    LAPIS_NO_UNROLL for (int step = first; step < end; ++step) {
      block.each([&](int thread, State& state) {
        const int now = (step - first) % 2;
        if (step + 1 < end) {
          state.a.load(a, thread, row, m, (step + 1) * kDepth, last);
          state.b.load(b, thread, column, n, (step + 1) * kDepth, last);
        }
        state.sums.add(thread, shared.a[now], shared.b[now]);
        if (step + 1 < end) {
          state.a.keep(thread, Format(), shared.a[1 - now]);
          state.b.keep(thread, Format(), shared.b[1 - now]);
        }
      });
    }
    const Place place = {row, column, m, n, part * output.part};
    for (int piece = 0; piece < Sums::kPieces; ++piece) {
      if constexpr (Sums::kPieces > 1) {
        block.each([&](int thread, State& state) { state.sums.put_on_stage(thread, piece, shared.stage); });
      }
      block.each(
          [&](int thread, State& state) { state.sums.store(thread, piece, shared.stage, place, output); });
    }
  }
};

using LargeTile = Tile<128, 128, 8, 8, 2>;
using TallTile = Tile<128, 64, 8, 8, 3>;
using NarrowTile = Tile<128, 32, 8, 4, 3>;
using SmallTile = Tile<64, 32, 4, 4, 4>;

/// Which tile, and into how many parts a long sum is cut so that the GPU has enough to do: from the sizes
/// alone.
struct Cut {
  enum Choice { large, tall, narrow, small } tile = large;
  Index parts = 1;
};

#ifndef __CUDACC__
/// Set by tests, which are too small to meet every choice: the only one.
extern const Cut* only_cut;
#endif

inline Cut cut_of(Index m, Index n, Index k) {
#ifndef __CUDACC__
  if (only_cut != nullptr) return *only_cut;
#endif
  constexpr Index kEnoughBlocks = 264;  // two for each of an H200's 132 multiprocessors
  constexpr Index kLeastDepth = 128;    // of a part
  struct Kind {
    Cut::Choice choice;
    Index rows, columns;
    double speed;  // per multiprocessor, relative
  };
  constexpr Kind kKinds[] = {{Cut::large, LargeTile::kRows, LargeTile::kColumns, 1.0},
                             {Cut::tall, TallTile::kRows, TallTile::kColumns, 0.9},
                             {Cut::narrow, NarrowTile::kRows, NarrowTile::kColumns, 0.7},
                             {Cut::small, SmallTile::kRows, SmallTile::kColumns, 0.5}};
  const Index room = Device::workspace_count<Real>() / (m * n);
  Cut best;
  double least = 0;
  for (const Kind& kind : kKinds) {
    const Index tiles = ((m + kind.rows - 1) / kind.rows) * ((n + kind.columns - 1) / kind.columns);
    const Index parts = std::max(Index{1}, std::min({kEnoughBlocks / tiles, k / kLeastDepth, room}));
    const Index blocks = tiles * parts;
    const double filled = static_cast<double>(std::min(blocks, kEnoughBlocks)) / kEnoughBlocks;
    const double time = static_cast<double>(tiles * kind.rows * kind.columns) / (kind.speed * filled);
    if (least == 0 || time < least) {
      least = time;
      best = {kind.choice, parts};
    }
  }
  return best;
}

/// The sums of all parts, in their order.
inline void add_parts(Device& device, int m, int n, Index parts, const Output& output) {
  const Real* const partial = device.workspace<Real>();
  const Index size = Index{m} * n;
  for_each(device, size, [=] LAPIS_KERNEL(Index i) {
    Real sum = 0;
    for (Index part = 0; part < parts; ++part) sum += partial[part * size + i];
    const int row = static_cast<int>(i) / n;  // the workspace is far smaller than 32 bits
    const int column = static_cast<int>(i) % n;
    Quad quad = {};
    quad.at[0] = sum;
    Real* const to = output.row(row);
    output.store(to, column, 1, quad);
    if (output.has_activation_left()) output.activate(to, column, 1);
  });
}

template <class Tile, class Sums, class A, class B>
void start(Device& device, Index m, Index n, Index k, Index parts, const A& a, const B& b,
           const Output& output) {
  const Product<Tile, A, B, Sums> product = {
      static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), static_cast<int>(parts), a, b, output};
  for_each_block(device, product.blocks(), product);
}

/// output = a b. Sizes below kMostLines.
template <class A, class B>
void multiply(Device& device, Precision precision, Index m, Index n, Index k, const A& a, const B& b,
              const Output& output) {
  if (m <= 0 || n <= 0) return;
  const Cut cut = cut_of(m, n, k);
  Output to = output;
  if (cut.parts > 1) {
    to = Output(device.workspace<Real>(), n);
    to.part = m * n;
    to.vector = to.vector && to.part % 4 == 0;
  }
  const auto run = [&]<class Tile>(Tile) {
    switch (precision) {
      case Precision::float32:
        return start<Tile, StrictSums<Tile>>(device, m, n, k, cut.parts, a, b, to);
      case Precision::tf32:
        return start<Tile, TensorSums<Tile, Tf32>>(device, m, n, k, cut.parts, a, b, to);
      case Precision::bf16:
        return start<Tile, TensorSums<Tile, Bf16>>(device, m, n, k, cut.parts, a, b, to);
    }
  };
  switch (cut.tile) {
    case Cut::large:
      run(LargeTile());
      break;
    case Cut::tall:
      run(TallTile());
      break;
    case Cut::narrow:
      run(NarrowTile());
      break;
    case Cut::small:
      run(SmallTile());
      break;
  }
  if (cut.parts > 1) add_parts(device, static_cast<int>(m), static_cast<int>(n), cut.parts, output);
}

}  // namespace lapis::cuda
