#pragma once

#include "output.h"
#include "tile.h"

namespace lapis::cuda {

/// Where a block's tile lies in the result.
struct Place {
  int row, column;  // of the tile
  int m, n;         // of the result
  Index part;       // its distance
};

/// One thread's sums of a tile, in float32.
template <class Tile>
struct StrictSums {
  struct Format {
    using Element = Real;
    static constexpr int kPad = 4;  // fewer conflicts where quads are turned
    LAPIS_DEVICE static Real round(Real value) { return value; }
  };
  struct Stage {};
  static constexpr int kPieces = 1;
  static constexpr int kHalvesDown = Tile::kDown / 4;
  static constexpr int kHalvesAcross = Tile::kAcross / 4;

  Real sums[Tile::kDown][Tile::kAcross];

  LAPIS_DEVICE void clear() {
    LAPIS_UNROLL for (int i = 0; i < Tile::kDown; ++i) LAPIS_UNROLL for (int j = 0; j < Tile::kAcross; ++j)
        sums[i][j] = 0;
  }

  LAPIS_DEVICE void add(int thread, const Real (&a)[kDepth][Tile::kRows + Format::kPad],
                        const Real (&b)[kDepth][Tile::kColumns + Format::kPad]) {
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

  LAPIS_DEVICE void store(int thread, int /*piece*/, const Stage& /*stage*/, const Place& place,
                          const Output& output) const {
    LAPIS_UNROLL for (int i = 0; i < Tile::kDown; ++i) {
      const int row = place.row + Tile::row(thread, i / 4) + i % 4;
      if (row >= place.m) continue;
      Real* const to = output.row(row) + place.part;
      LAPIS_UNROLL for (int j = 0; j < kHalvesAcross; ++j) {
        const int column = place.column + Tile::column(thread, j);
        Quad quad;
        LAPIS_UNROLL for (int element = 0; element < 4; ++element) quad.at[element] =
            sums[i][4 * j + element];
        if (column < place.n) output.store(to, column, place.n - column, quad);
      }
    }
    if (!output.has_activation_left()) return;
    LAPIS_NO_UNROLL for (int i = 0; i < Tile::kDown * kHalvesAcross; ++i) {
      const int row = place.row + Tile::row(thread, i / kHalvesAcross / 4) + i / kHalvesAcross % 4;
      const int column = place.column + Tile::column(thread, i % kHalvesAcross);
      if (row < place.m && column < place.n)
        output.activate(output.row(row) + place.part, column, place.n - column);
    }
  }
};

}  // namespace lapis::cuda
