#pragma once

#include "output.h"

/// Matrix products whose sides may be gathered from anything (sides.h), in strict float32.
namespace lapis::cuda {

inline constexpr int kPad = 4;  // of a line in shared memory: fewer conflicts where quads are turned

/// A block's tile of the result, and how many rows and columns of it each thread sums: 4, or 8 in two halves.
/// kBlocks: that a multiprocessor holds at once, so that no sum leaves the registers.
template <int kTileRows, int kTileColumns, int kThreadRows, int kThreadColumns, int kBlocks>
struct Tile {
  static constexpr int kLeastBlocks = kBlocks;
  static constexpr int kRows = kTileRows;
  static constexpr int kColumns = kTileColumns;
  static constexpr int kDown = kThreadRows;
  static constexpr int kAcross = kThreadColumns;
  static constexpr int kThreadsAcross = kColumns / kAcross;
  static constexpr int kThreads = kRows / kDown * kThreadsAcross;

  // A warp is 8 threads down, 4 across: what it reads of both sides is little.
  LAPIS_DEVICE static int thread_row(int thread) {
    return thread / 32 / (kThreadsAcross / 4) * 8 + thread % 32 / 4;
  }
  LAPIS_DEVICE static int thread_column(int thread) {
    return thread / 32 % (kThreadsAcross / 4) * 4 + thread % 4;
  }
  /// First row and column, within the tile, of a thread's quads.
  LAPIS_DEVICE static int row(int thread, int half) { return half * (kRows / 2) + thread_row(thread) * 4; }
  LAPIS_DEVICE static int column(int thread, int half) {
    return half * (kColumns / 2) + thread_column(thread) * 4;
  }
};

/// One thread's share of bringing one side into shared memory: loads go to registers while the tile before
/// is multiplied.
template <class Side, int kExtent, int kThreads>
struct Loader {
  static constexpr bool kAlongDepth = Side::kAlongDepth;
  static constexpr int kQuads = kExtent * kDepth / 4 / kThreads;
  static constexpr int kLines = kAlongDepth ? kQuads : 1;
  static constexpr bool kShifts = requires(const Side& side, typename Side::Depth depth) {
    side.shifted(depth, 1);
  };
  static constexpr int kDepths = kAlongDepth || kShifts ? 1 : kQuads;
  static constexpr int kShift = kThreads / (kExtent / 4);  // in depth, from one quad to the next
  static_assert(kQuads > 0 && kThreads % (kExtent / 4) == 0);

  typename Side::Line lines[kLines];
  typename Side::Depth depths[kDepths];
  Quad quads[kQuads];

  LAPIS_DEVICE static int line_of(int thread, int quad) {
    return kAlongDepth ? (thread + quad * kThreads) / (kDepth / 4) : thread % (kExtent / 4) * 4;
  }
  LAPIS_DEVICE static int depth_of(int thread, int quad) {
    return kAlongDepth ? thread % (kDepth / 4) * 4 : (thread + quad * kThreads) / (kExtent / 4);
  }

  LAPIS_DEVICE void start(const Side& side, int thread, int first_line, int begin) {
    LAPIS_UNROLL for (int i = 0; i < kLines; ++i) lines[i] = side.line(first_line + line_of(thread, i));
    LAPIS_UNROLL for (int i = 0; i < kDepths; ++i) depths[i] = side.depth(begin + depth_of(thread, i));
  }

  /// From depth `begin` on; 0 for what lies at `lines_end` or `last` and behind.
  LAPIS_DEVICE void load(const Side& side, int thread, int first_line, int lines_end, int begin, int last) {
    LAPIS_UNROLL for (int i = 0; i < kQuads; ++i) {
      const int lines_left = lines_end - first_line - line_of(thread, i);
      const int depth_left = last - begin - depth_of(thread, i);
      const bool none = kAlongDepth ? lines_left <= 0 : depth_left <= 0;
      const int left = none ? 0 : kAlongDepth ? depth_left : lines_left;
      if constexpr (kShifts) {
        quads[i] = gather(side, lines[0], side.shifted(depths[0], i * kShift), left);
      } else {
        quads[i] = gather(side, lines[kAlongDepth ? i : 0], depths[kAlongDepth ? 0 : i], left);
      }
    }
    LAPIS_UNROLL for (int i = 0; i < kDepths; ++i) side.advance(depths[i]);
  }

  LAPIS_DEVICE static Quad gather(const Side& side, typename Side::Line line, typename Side::Depth depth,
                                  int left) {
    Quad quad = {};
    if (side.vector && left >= 4) {
      const Real* const from = side.find(line, depth);
      if (from != nullptr) quad = load_quad(from);
      return quad;
    }
    LAPIS_UNROLL for (int i = 0; i < 4; ++i) {
      if (i >= left) break;
      const Real* const from = side.find(line, depth);
      if (from != nullptr) quad.at[i] = *from;
      if constexpr (kAlongDepth) {
        side.next(depth);
      } else {
        side.next(line);
      }
    }
    return quad;
  }

  LAPIS_DEVICE void keep(int thread, Real (&to)[kDepth][kExtent + kPad]) const {
    LAPIS_UNROLL for (int i = 0; i < kQuads; ++i) {
      const int line = line_of(thread, i);
      const int depth = depth_of(thread, i);
      if constexpr (kAlongDepth) {
        LAPIS_UNROLL for (int j = 0; j < 4; ++j) to[depth + j][line] = quads[i].at[j];
      } else {
        store_quad(quads[i], &to[depth][line]);
      }
    }
  }
};

/// output = A [m, k] B [k, n], the depth k cut into parts that are summed on their own.
template <class Tile, class A, class B>
struct Product {
  static constexpr int kBlockThreads = Tile::kThreads;
  static constexpr int kLeastBlocks = Tile::kLeastBlocks;
  static constexpr int kHalvesDown = Tile::kDown / 4;
  static constexpr int kHalvesAcross = Tile::kAcross / 4;

  struct Shared {
    alignas(16) Real a[2][kDepth][Tile::kRows + kPad];
    alignas(16) Real b[2][kDepth][Tile::kColumns + kPad];
  };
  struct State {
    Real sums[Tile::kDown][Tile::kAcross];
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
      LAPIS_UNROLL for (int i = 0; i < Tile::kDown; ++i) LAPIS_UNROLL for (int j = 0; j < Tile::kAcross; ++j)
          state.sums[i][j] = 0;
      state.a.start(a, thread, row, first * kDepth);
      state.b.start(b, thread, column, first * kDepth);
      state.a.load(a, thread, row, m, first * kDepth, last);
      state.b.load(b, thread, column, n, first * kDepth, last);
      state.a.keep(thread, shared.a[0]);
      state.b.keep(thread, shared.b[0]);
    });
    LAPIS_NO_UNROLL for (int step = first; step < end; ++step) {
      block.each([&](int thread, State& state) {
        const int now = (step - first) % 2;
        if (step + 1 < end) {
          state.a.load(a, thread, row, m, (step + 1) * kDepth, last);
          state.b.load(b, thread, column, n, (step + 1) * kDepth, last);
        }
        add_tile(thread, shared.a[now], shared.b[now], state.sums);
        if (step + 1 < end) {
          state.a.keep(thread, shared.a[1 - now]);
          state.b.keep(thread, shared.b[1 - now]);
        }
      });
    }
    block.each([&](int thread, State& state) { store(thread, part, row, column, state.sums); });
  }

  LAPIS_DEVICE static void add_tile(int thread, const Real (&a)[kDepth][Tile::kRows + kPad],
                                    const Real (&b)[kDepth][Tile::kColumns + kPad],
                                    Real (&sums)[Tile::kDown][Tile::kAcross]) {
    LAPIS_UNROLL for (int p = 0; p < kDepth; ++p) {
      Quad left[kHalvesDown];
      Quad right[kHalvesAcross];
      LAPIS_UNROLL for (int i = 0; i < kHalvesDown; ++i) left[i] = load_quad(&a[p][Tile::row(thread, i)]);
      LAPIS_UNROLL for (int i = 0; i < kHalvesAcross; ++i) right[i] =
          load_quad(&b[p][Tile::column(thread, i)]);
      LAPIS_UNROLL for (int i = 0; i < Tile::kDown; ++i) LAPIS_UNROLL for (int j = 0; j < Tile::kAcross; ++j)
          sums[i][j] += left[i / 4].at[i % 4] * right[j / 4].at[j % 4];
    }
  }

  LAPIS_DEVICE void store(int thread, int part, int row, int column,
                          const Real (&sums)[Tile::kDown][Tile::kAcross]) const {
    const Index to_part = part * output.part;
    LAPIS_UNROLL for (int i = 0; i < Tile::kDown; ++i) {
      const int at_row = row + Tile::row(thread, i / 4) + i % 4;
      if (at_row >= m) continue;
      Real* const to = output.row(at_row) + to_part;
      LAPIS_UNROLL for (int j = 0; j < kHalvesAcross; ++j) {
        const int at_column = column + Tile::column(thread, j);
        Quad quad;
        LAPIS_UNROLL for (int element = 0; element < 4; ++element) quad.at[element] =
            sums[i][4 * j + element];
        if (at_column < n) output.store(to, at_column, n - at_column, quad);
      }
    }
    if (!output.has_activation_left()) return;
    LAPIS_NO_UNROLL for (int i = 0; i < Tile::kDown * kHalvesAcross; ++i) {
      const int at_row = row + Tile::row(thread, i / kHalvesAcross / 4) + i / kHalvesAcross % 4;
      const int at_column = column + Tile::column(thread, i % kHalvesAcross);
      if (at_row < m && at_column < n) output.activate(output.row(at_row), at_column, n - at_column);
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

/// output = a b. Sizes below kMostLines.
template <class A, class B>
void multiply(Device& device, Index m, Index n, Index k, const A& a, const B& b, const Output& output) {
  if (m <= 0 || n <= 0) return;
  const Cut cut = cut_of(m, n, k);
  Output to = output;
  if (cut.parts > 1) {
    to = Output(device.workspace<Real>(), n);
    to.part = m * n;
    to.vector = to.vector && to.part % 4 == 0;
  }
  const auto run = [&]<class Tile>(Tile) {
    const Product<Tile, A, B> product = {
        static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), static_cast<int>(cut.parts), a, b, to};
    for_each_block(device, product.blocks(), product);
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
