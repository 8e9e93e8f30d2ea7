#pragma once

#include "fragments.h"
#include "strict_sums.h"

namespace lapis::cuda {

/// A warp's sums of a tile, on tensor cores: fragments of 16 x 16, 32 columns to a warp. Format: Tf32 or
/// Bf16.
template <class Tile, class Rounding>
struct TensorSums {
  using Format = Rounding;
  static constexpr int kWarps = Tile::kThreads / 32;
  static constexpr int kWarpsAcross = Tile::kColumns / 32;
  static constexpr int kAcross = 2;
  static constexpr int kDown = Tile::kRows / (kWarps / kWarpsAcross) / kFragment;
  static constexpr int kPieces = kDown * kAcross;

  struct Stage {
    alignas(32) float at[kWarps][kFragment][kFragment + 4];
  };

  Sum<Format> sums[kDown][kAcross];

  LAPIS_DEVICE static int first_row(int thread) { return thread / 32 / kWarpsAcross * kDown * kFragment; }
  LAPIS_DEVICE static int first_column(int thread) {
    return thread / 32 % kWarpsAcross * kAcross * kFragment;
  }

  LAPIS_KERNEL void clear() {
    LAPIS_UNROLL for (int i = 0; i < kDown; ++i) LAPIS_UNROLL for (int j = 0; j < kAcross; ++j)
        clear_sum(sums[i][j]);
  }

  LAPIS_KERNEL void add(int thread, const typename Format::Element (&a)[kDepth][Tile::kRows + Format::kPad],
                        const typename Format::Element (&b)[kDepth][Tile::kColumns + Format::kPad]) {
    if (!speaks_for_warp(thread)) return;
    LAPIS_UNROLL for (int p = 0; p < kDepth; p += Format::kStep) {
      RightFragment<Format> right[kAcross];
      LAPIS_UNROLL for (int j = 0; j < kAcross; ++j)
          load_fragment(right[j], &b[p][first_column(thread) + j * kFragment], Tile::kColumns + Format::kPad);
      LAPIS_UNROLL for (int i = 0; i < kDown; ++i) {
        LeftFragment<Format> left;
        load_fragment(left, &a[p][first_row(thread) + i * kFragment], Tile::kRows + Format::kPad);
        LAPIS_UNROLL for (int j = 0; j < kAcross; ++j) add_product(sums[i][j], left, right[j]);
      }
    }
  }

  LAPIS_KERNEL void put_on_stage(int thread, int piece, Stage& stage) const {
    if (!speaks_for_warp(thread)) return;
    // Written out, for sums stay in registers only where their numbers are constants.
    LAPIS_UNROLL for (int i = 0; i < kDown; ++i)
        LAPIS_UNROLL for (int j = 0; j < kAcross; ++j) if (piece == i * kAcross + j)
            store_sum(sums[i][j], &stage.at[thread / 32][0][0], kFragment + 4);
  }

  LAPIS_KERNEL void store(int thread, int piece, const Stage& stage, const Place& place,
                          const Output& output) const {
    constexpr int kQuads = kFragment * kFragment / 4;
    for (int i = thread % 32; i < kQuads; i += 32) {
      const int down = i / (kFragment / 4);
      const int across = i % (kFragment / 4) * 4;
      const int row = place.row + first_row(thread) + piece / kAcross * kFragment + down;
      const int column = place.column + first_column(thread) + piece % kAcross * kFragment + across;
      if (row >= place.m || column >= place.n) continue;
      Real* const to = output.row(row) + place.part;
      output.store(to, column, place.n - column, load_quad(&stage.at[thread / 32][down][across]));
      if (output.has_activation_left()) output.activate(to, column, place.n - column);
    }
  }
};

}  // namespace lapis::cuda
