#include "lapis/ops/winograd.h"

#include <algorithm>

#include "lapis/core/round_up.h"
#include "lapis/ops/activation.h"
#include "lapis/ops/panels.h"
#include "lapis/ops/product.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr Index kPoints = 16;
/// Patches of 4 x 4 that are multiplied at once: their transforms and a panel of each of the 16 kernels fit
/// the level 2 cache.
constexpr Index kMostPatches = 32;

/// The same windows, with as many outputs as whole patches make.
Windows whole_patches(const Windows& windows) {
  Windows whole = windows;
  whole.out_height = round_up(windows.out_height, 2);
  whole.out_width = round_up(windows.out_width, 2);
  return whole;
}

Index band_size(const Windows& whole, Index rows) {
  return round_up(Size(whole.padded_rows(round_up(rows + 1, 2))) * whole.padded_width() * whole.channels);
}

/// B^T d B of the patch at `patch`, one vector of channels after another; point p goes to v + p * point_step.
void transform_patch(const Real* patch, Index row_step, Index channels, Real* v, Index point_step) {
  for (Index c = 0; c < channels; c += kLanes, patch += kLanes, v += kLanes) {
    for (Index j = 0; j < 4; ++j) {
      Vector d[4];  // column j of d B
#pragma GCC unroll 4
      for (Index i = 0; i < 4; ++i) {
        const Real* const row = patch + i * row_step;
        const Vector a = simd::load(row + (j == 0 ? 0 : j == 2 ? 2 : 1) * channels);
        const Vector b = simd::load(row + (j == 0 ? 2 : j == 2 ? 1 : j == 1 ? 2 : 3) * channels);
        d[i] = j == 1 ? a + b : a - b;
      }
      Real* const to = v + j * point_step;
      simd::store(to, d[0] - d[2]);
      simd::store(to + 4 * point_step, d[1] + d[2]);
      simd::store(to + 8 * point_step, d[2] - d[1]);
      simd::store(to + 12 * point_step, d[1] - d[3]);
    }
  }
}

/// The 2 x 2 outputs A^T m A of one patch for a vector of filters; point p is at m + p * point_step.
void transform_sums(const Real* m, Index point_step, Vector bias, Activation activation, Vector (&y)[2][2]) {
  Vector s[2][4];
#pragma GCC unroll 4
  for (Index j = 0; j < 4; ++j) {
    const Vector m0 = simd::load(m + j * point_step);
    const Vector m1 = simd::load(m + (4 + j) * point_step);
    const Vector m2 = simd::load(m + (8 + j) * point_step);
    const Vector m3 = simd::load(m + (12 + j) * point_step);
    s[0][j] = m0 + m1 + m2;
    s[1][j] = m1 - m2 - m3;
  }
#pragma GCC unroll 2
  for (Index i = 0; i < 2; ++i) {
    y[i][0] = s[i][0] + s[i][1] + s[i][2] + bias;
    y[i][1] = s[i][1] - s[i][2] - s[i][3] + bias;
    for (Index j = 0; j < 2; ++j) {
      if (activation == Activation::relu)
        y[i][j] = simd::relu(y[i][j]);
      else if (activation != Activation::linear)
        y[i][j] = activated(activation, y[i][j]);
    }
  }
}

}  // namespace

bool Winograd::pays(const Windows& windows, Index filters) {
  constexpr Index kFewest = 16;  // with fewer, transforming costs more than it saves
  return windows.taps_y == 3 && windows.taps_x == 3 && windows.stride_y == 1 && windows.stride_x == 1 &&
         windows.dilation_y == 1 && windows.dilation_x == 1 && windows.stretch_y == 1 &&
         windows.stretch_x == 1 && windows.out_height > 1 && windows.out_width > 1 &&
         windows.channels >= kFewest && windows.channels % kLanes == 0 && filters >= kFewest;
}

// [16, panels of [channels, filters]].
Index Winograd::prepared_size() const {
  return Size(kPoints) * panels_size(windows.channels, filters);
}

void Winograd::prepare(const Real* kernel, Real* prepared) const {
  // G = 1, 0, 0; 1/2, 1/2, 1/2; 1/2, -1/2, 1/2; 0, 0, 1.
  const auto transform = [](const Real* g, Index step, Real* to) {
    const Real outer = g[0] + g[2 * step];
    to[0] = g[0];
    to[1] = (outer + g[step]) / 2;
    to[2] = (outer - g[step]) / 2;
    to[3] = g[2 * step];
  };
  const Index size = panels_size(windows.channels, filters);
  std::fill_n(prepared, prepared_size(), Real(0));
  for (Index channel = 0; channel < windows.channels; ++channel) {
    for (Index filter = 0; filter < filters; ++filter) {
      Real taps[9];
      for (Index tap = 0; tap < 9; ++tap)
        taps[tap] = kernel[(tap * windows.channels + channel) * filters + filter];
      Real rows[3][4];  // g G^T
      for (Index i = 0; i < 3; ++i) transform(taps + 3 * i, 1, rows[i]);
      Real* const to = prepared + (filter / kPanel * windows.channels + channel) * kPanel + filter % kPanel;
      for (Index j = 0; j < 4; ++j) {
        Real column[4];
        transform(&rows[0][j], 4, column);
        for (Index i = 0; i < 4; ++i) to[(i * 4 + j) * size] = column[i];
      }
    }
  }
}

// Patches [16, kMostPatches, channels]; sums [16, kMostPatches, kPanel].
Index Winograd::working_memory() const {
  return kPoints * kMostPatches * (windows.channels + kPanel);
}

Index Winograd::memory(Index rows) const {
  return band_size(whole_patches(windows), rows) + working_memory();
}

void Winograd::convolve(const Real* source, Index first, Index last, const Real* prepared, const Real* bias,
                        Activation activation, Real* memory, Real* y) const {
  const Windows whole = whole_patches(windows);
  const Index channels = windows.channels;
  // Patches begin at even rows, whatever rows are asked for: so a row's bits do not depend on its company.
  const Index skipped = first % 2;
  const Index rows = round_up(last - first + skipped, 2);
  const Band band = make_band(whole, source, first - skipped, first - skipped + rows, memory);
  Real* const v = memory + band_size(whole, last - first);
  Real* const m = v + kPoints * kMostPatches * channels;
  const Index across = whole.out_width / 2;
  const Index patches = rows / 2 * across;
  const Index panel_size = channels * kPanel;
  const Index matrix_size = panels_size(channels, filters);

  RowAddresses addresses;
  RowProduct product = {
      .a = addresses.a, .runs = {.length = channels}, .panel_step = panel_size, .c = addresses.c};
  for (Index start = 0; start < patches; start += kMostPatches) {
    const Index count = std::min(kMostPatches, patches - start);
    for (Index i = 0; i < count; ++i) {
      const Index row = (start + i) / across;
      const Index column = (start + i) % across;
      transform_patch(band.values + 2 * row * band.row_step + 2 * column * channels, band.row_step, channels,
                      v + i * channels, kMostPatches * channels);
    }
    product.rows = count;
    for (Index filter = 0; filter < filters; filter += kPanel) {
      product.n = std::min(kPanel, filters - filter);
      for (Index point = 0; point < kPoints; ++point) {
        for (Index i = 0; i < count; ++i) {
          addresses.a[i] = v + (point * kMostPatches + i) * channels;
          addresses.c[i] = m + (point * kMostPatches + i) * kPanel;
        }
        product.panels = prepared + point * matrix_size + filter / kPanel * panel_size;
        multiply_rows(product);
      }
      for (Index i = 0; i < count; ++i) {
        const Index row = 2 * ((start + i) / across) - skipped;  // of y
        const Index column = 2 * ((start + i) % across);
        for (Index lane = 0; lane < product.n; lane += kLanes) {
          const Index lanes = std::min(kLanes, product.n - lane);
          Vector outputs[2][2];
          transform_sums(m + i * kPanel + lane, kMostPatches * kPanel,
                         bias == nullptr ? Vector{} : simd::load_part(bias + filter + lane, lanes),
                         activation, outputs);
          for (Index oy = std::max(Index{0}, row); oy < std::min(row + 2, last - first); ++oy) {
            for (Index ox = column; ox < std::min(column + 2, windows.out_width); ++ox) {
              Real* const to = y + (oy * windows.out_width + ox) * filters + filter + lane;
              const Vector value = outputs[oy - row][ox - column];
              if (lanes == kLanes)
                simd::store(to, value);
              else
                simd::store_part(to, value, lanes);
            }
          }
        }
      }
    }
  }
}

}  // namespace lapis::cpu
