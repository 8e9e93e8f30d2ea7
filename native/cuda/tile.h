#pragma once

#include "sides.h"

namespace lapis::cuda {

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

  /// Each value as Format::round() makes it.
  template <class Format>
  LAPIS_DEVICE void keep(int thread, Format,
                         typename Format::Element (&to)[kDepth][kExtent + Format::kPad]) const {
    LAPIS_UNROLL for (int i = 0; i < kQuads; ++i) {
      const int line = line_of(thread, i);
      const int depth = depth_of(thread, i);
      Four<typename Format::Element> rounded;
      LAPIS_UNROLL for (int j = 0; j < 4; ++j) rounded.at[j] = Format::round(quads[i].at[j]);
      if constexpr (kAlongDepth) {
        LAPIS_UNROLL for (int j = 0; j < 4; ++j) to[depth + j][line] = rounded.at[j];
      } else {
        *reinterpret_cast<Four<typename Format::Element>*>(&to[depth][line]) = rounded;
      }
    }
  }
};

}  // namespace lapis::cuda
