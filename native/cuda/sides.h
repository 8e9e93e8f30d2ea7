#pragma once

#include <cstdint>
#include <cstdlib>

#include "launch.h"

/// The two sides of a product, read in quads of neighbours: matrices, and pictures seen through the windows
/// of a convolution (implicit im2col: any padding, stride and dilation, no copy).
///
/// A line is a row of the left side or a column of the right, depth what the product sums over. A Side has
///   kAlongDepth             neighbours in memory are neighbours in depth; else they are neighbouring lines
///   vector                  four neighbours, the first a multiple of 4, are one aligned quad, or all missing
///   Line line(number), next(Line&)      next: only where neighbours are lines
///   Depth depth(number), next(Depth&), advance(Depth&) by kDepth
///   const Real* find(line, depth)       nullptr: the value is 0
/// and may have, where neighbours are lines,
///   Depth shifted(depth, by)            cheaper than to keep both
/// Numbers are 32 bits; whoever multiplies keeps them below kMostLines.
namespace lapis::cuda {

inline constexpr int kDepth = 16;  // of a tile in shared memory
inline constexpr Index kMostLines = Index{1} << 30;

/// Read and written at once.
template <class Element>
struct alignas(4 * sizeof(Element)) Four {
  Element at[4];
};
using Quad = Four<Real>;  // 128 bits

LAPIS_DEVICE inline bool is_aligned(const Real* address) {
  return reinterpret_cast<std::uintptr_t>(address) % sizeof(Quad) == 0;
}

LAPIS_DEVICE inline Quad load_quad(const Real* from) {
#ifndef __CUDACC__
  if (!is_aligned(from)) std::abort();  // as a GPU would
#endif
  return *reinterpret_cast<const Quad*>(from);
}

LAPIS_DEVICE inline void store_quad(const Quad& quad, Real* to) {
#ifndef __CUDACC__
  if (!is_aligned(to)) std::abort();
#endif
  *reinterpret_cast<Quad*>(to) = quad;
}

/// A number as three digits of mixed radix, so that counting needs no divisions.
struct Digits {
  int high = 0, middle = 0, low = 0;
};

struct Radix {
  int middle = 1, low = 1;  // how many values these digits have

  LAPIS_DEVICE Digits split(int number) const {
    const int rest = number / low;
    return {rest / middle, rest % middle, number % low};
  }
  LAPIS_DEVICE void add(Digits& digits, const Digits& step) const {
    digits.low += step.low;
    const bool from_low = digits.low >= low;
    digits.low -= from_low ? low : 0;
    digits.middle += step.middle + (from_low ? 1 : 0);
    const bool from_middle = digits.middle >= middle;
    digits.middle -= from_middle ? middle : 0;
    digits.high += step.high + (from_middle ? 1 : 0);
  }
  LAPIS_DEVICE void next(Digits& digits) const {
    if (++digits.low < low) return;
    digits.low = 0;
    if (++digits.middle < middle) return;
    digits.middle = 0;
    ++digits.high;
  }
};

/// A matrix whose lines are stored one after another, `stride` apart.
struct Lines {
  static constexpr bool kAlongDepth = true;
  using Line = const Real*;
  using Depth = int;

  const Real* data;
  Index stride;
  bool vector;

  Lines(const Real* matrix, Index distance)
      : data(matrix), stride(distance), vector(is_aligned(matrix) && distance % 4 == 0) {}

  LAPIS_DEVICE Line line(int number) const { return data + number * stride; }
  LAPIS_DEVICE Depth depth(int number) const { return number; }
  LAPIS_DEVICE void next(Depth& depth) const { ++depth; }
  LAPIS_DEVICE void advance(Depth& depth) const { depth += kDepth; }
  LAPIS_DEVICE const Real* find(Line line, Depth depth) const { return line + depth; }
};

/// A matrix whose lines lie side by side, steps of depth `stride` apart.
struct Columns {
  static constexpr bool kAlongDepth = false;
  using Line = int;
  using Depth = const Real*;

  const Real* data;
  Index stride;
  bool vector;

  Columns(const Real* matrix, Index distance)
      : data(matrix), stride(distance), vector(is_aligned(matrix) && distance % 4 == 0) {}

  LAPIS_DEVICE Line line(int number) const { return number; }
  LAPIS_DEVICE void next(Line& line) const { ++line; }
  LAPIS_DEVICE Depth depth(int number) const { return data + number * stride; }
  LAPIS_DEVICE void advance(Depth& depth) const { depth += kDepth * stride; }
  LAPIS_DEVICE Depth shifted(Depth depth, int by) const { return depth + by * stride; }
  LAPIS_DEVICE const Real* find(Line line, Depth depth) const { return depth + line; }
};

/// Windows over a picture [batch, height, width, channels]: position (image, y, x) of a grid and tap (y, x,
/// channel) meet at the pixel first + position * stride + tap * step, 0 outside of the picture.
struct Picture {
  const Real* data = nullptr;
  int height = 0, width = 0, channels = 0;
  Index image = 0;        // its size
  Radix positions, taps;  // of the digits
  Digits positions_step, taps_step;
  int first_y = 0, first_x = 0, stride_y = 1, stride_x = 1, step_y = 1, step_x = 1;

  struct Position {
    const Real* image;
    int y, x;
  };

  LAPIS_DEVICE Position position(const Digits& at) const {
    return {data + at.high * image, first_y + at.middle * stride_y, first_x + at.low * stride_x};
  }
  LAPIS_DEVICE const Real* find(const Position& position, const Digits& tap) const {
    const int y = position.y + tap.high * step_y;
    const int x = position.x + tap.middle * step_x;
    if (static_cast<unsigned>(y) >= static_cast<unsigned>(height) ||
        static_cast<unsigned>(x) >= static_cast<unsigned>(width))
      return nullptr;
    return position.image + static_cast<Index>(y * width + x) * channels + tap.low;
  }
};

/// Lines are positions, depth is taps.
struct Windows {
  static constexpr bool kAlongDepth = true;
  using Line = Picture::Position;
  using Depth = Digits;

  Picture picture;
  bool vector;

  explicit Windows(const Picture& seen)
      : picture(seen), vector(is_aligned(seen.data) && seen.channels % 4 == 0) {
    picture.taps_step = picture.taps.split(kDepth);
  }

  LAPIS_DEVICE Line line(int number) const { return picture.position(picture.positions.split(number)); }
  LAPIS_DEVICE Depth depth(int number) const { return picture.taps.split(number); }
  LAPIS_DEVICE void next(Depth& depth) const { picture.taps.next(depth); }
  LAPIS_DEVICE void advance(Depth& depth) const { picture.taps.add(depth, picture.taps_step); }
  LAPIS_DEVICE const Real* find(const Line& line, const Depth& depth) const {
    return picture.find(line, depth);
  }
};

/// Lines are taps, depth is positions.
struct WindowsTurned {
  static constexpr bool kAlongDepth = false;
  using Line = Digits;
  using Depth = Digits;

  Picture picture;
  bool vector;

  explicit WindowsTurned(const Picture& seen)
      : picture(seen), vector(is_aligned(seen.data) && seen.channels % 4 == 0) {
    picture.positions_step = picture.positions.split(kDepth);
  }

  LAPIS_DEVICE Line line(int number) const { return picture.taps.split(number); }
  LAPIS_DEVICE void next(Line& line) const { picture.taps.next(line); }
  LAPIS_DEVICE Depth depth(int number) const { return picture.positions.split(number); }
  LAPIS_DEVICE void advance(Depth& depth) const { picture.positions.add(depth, picture.positions_step); }
  LAPIS_DEVICE const Real* find(const Line& line, const Depth& depth) const {
    return picture.find(picture.position(depth), line);
  }
};

/// A convolution's kernel [taps down, taps across, channels, filters] turned: lines are channels, depth is
/// (tap down, tap across, filter) of some of the taps, which lie `down` and `across` apart.
struct TurnedKernel {
  static constexpr bool kAlongDepth = true;
  using Line = const Real*;
  using Depth = Digits;

  const Real* data;  // of the first of these taps
  Index down, across;
  int filters;
  Radix taps;
  Digits taps_step;
  bool vector;

  TurnedKernel(const Real* first, Index step_down, Index step_across, int filter_count, int taps_across)
      : data(first),
        down(step_down),
        across(step_across),
        filters(filter_count),
        taps{taps_across, filter_count},
        taps_step(taps.split(kDepth)),
        vector(is_aligned(first) && filter_count % 4 == 0) {}

  LAPIS_DEVICE Line line(int number) const { return data + static_cast<Index>(number) * filters; }
  LAPIS_DEVICE Depth depth(int number) const { return taps.split(number); }
  LAPIS_DEVICE void next(Depth& depth) const { taps.next(depth); }
  LAPIS_DEVICE void advance(Depth& depth) const { taps.add(depth, taps_step); }
  LAPIS_DEVICE const Real* find(Line line, const Depth& depth) const {
    return line + depth.high * down + depth.middle * across + depth.low;
  }
};

}  // namespace lapis::cuda
