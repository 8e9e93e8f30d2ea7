#include "lapis/ops/conv.h"

#include <algorithm>

#include "lapis/core/round_up.h"
#include "lapis/ops/band.h"
#include "lapis/ops/panels.h"
#include "lapis/ops/pieces.h"
#include "lapis/ops/pooling.h"
#include "lapis/ops/positions.h"
#include "lapis/ops/product.h"
#include "lapis/ops/winograd.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::Vector;

/// What a thread reads and writes again and again should stay in its level 2 cache.
constexpr Index kBandBytes = 192 * 1024;
constexpr Index kBandSize = kBandBytes / static_cast<Index>(sizeof(Real));

Index taps_of(const Conv2DOp& op) {
  return op.window.kernel_height * op.window.kernel_width;
}
Index kernel_size(const Conv2DOp& op) {
  return Size(taps_of(op)) * op.window.channels * op.filters;
}

/// A convolution over any source, with its kernel in panels; what forward and backward-data have in common.
struct Convolution {
  Windows windows;
  Index batch = 0;
  Index filters = 0;  // channels of the result
  const Real* panels = nullptr;
  const Real* bias = nullptr;
  Activation activation = Activation::linear;
  const Pool2D* pool = nullptr;
  bool winograd = false;  // panels are Winograd's

  /// Rows of the result: of the pooled image, where there is pooling.
  Index rows() const { return pool != nullptr ? pool->window.out_height : windows.out_height; }
  Index row_size() const { return (pool != nullptr ? pool->window.out_width : windows.out_width) * filters; }

  struct Range {
    Index first = 0;
    Index last = 0;
  };
  /// The convolution's rows that rows [first, last) of the result are made from.
  Range convolved(Index first, Index last) const {
    if (pool == nullptr) return {first, last};
    const Window2D& window = pool->window;
    const Index reach = (window.kernel_height - 1) * window.dilation_y + 1;
    return {std::max(Index{0}, first * window.stride_y - window.pad_top),
            std::min(window.height, (last - 1) * window.stride_y - window.pad_top + reach)};
  }
  /// At most so many of the convolution's rows make `rows` rows of the result.
  Index most_convolved(Index rows) const {
    if (pool == nullptr) return rows;
    const Window2D& window = pool->window;
    return std::min(window.height,
                    (rows - 1) * window.stride_y + (window.kernel_height - 1) * window.dilation_y + 1);
  }

  /// A thread's memory for `rows` rows of the result: the band of the source, and the rows before pooling.
  Index band_size(Index rows) const {
    const Index convolved = most_convolved(rows);
    return round_up(winograd ? Winograd{windows, filters}.memory(convolved) : windows.band_size(convolved));
  }
  Index memory(Index rows) const {
    const Size pooled = Size(pool == nullptr ? 0 : most_convolved(rows)) * windows.out_width * filters;
    return Size(band_size(rows)) + round_up(pooled);
  }
};

/// How many rows of the result a piece makes: few enough for the cache, and for each thread to have some.
/// Fewer images never make it more rows: scratch that was planned for a batch serves smaller ones.
Index rows_of_piece(const Convolution& convolution, int threads) {
  const Index all = convolution.rows();
  const Index fixed =
      convolution.winograd ? Winograd{convolution.windows, convolution.filters}.working_memory() : 0;
  Index rows = all;
  while (rows > 1 && convolution.memory(rows) - fixed > kBandSize) rows = (rows + 1) / 2;
  if (threads == 1) return rows;
  const Index pieces = std::max(Index{1}, 4 * threads / convolution.batch);
  return std::min(rows, std::max(Index{1}, all / pieces));
}

/// Convolved rows [first, last) of the image at `source`, to `y`.
void convolve_rows(const Convolution& convolution, const Real* source, Index first, Index last, Real* memory,
                   Real* y) {
  const Windows& windows = convolution.windows;
  if (convolution.winograd)
    return Winograd{windows, convolution.filters}.convolve(
        source, first, last, convolution.panels, convolution.bias, convolution.activation, memory, y);
  const Band band = make_band(windows, source, first, last, windows.fit_the_source() ? nullptr : memory);
  RowAddresses addresses;
  RowProduct product;
  product.n = convolution.filters;
  product.a = addresses.a;
  product.c = addresses.c;
  product.runs = band.runs(windows);
  product.panels = convolution.panels;
  product.panel_step = product.runs.k() * kPanel;
  product.bias = convolution.bias;
  product.activation = convolution.activation;
  const Index positions = (last - first) * windows.out_width;
  const Index blocks = (positions + kMostRows - 1) / kMostRows;
  const Index block = std::min(kMostRows, (positions / blocks + kTileRows) / kTileRows * kTileRows);
  for (Index position = 0; position < positions; position += block) {
    product.rows = std::min(block, positions - position);
    Index oy = position / windows.out_width;
    Index ox = position % windows.out_width;
    for (Index i = 0; i < product.rows; ++i) {
      addresses.a[i] =
          band.values + oy * windows.stride_y * band.row_step + ox * windows.stride_x * windows.channels;
      addresses.c[i] = y + (position + i) * convolution.filters;
      if (++ox == windows.out_width) {
        ox = 0;
        ++oy;
      }
    }
    multiply_rows(product);
  }
}

void convolve(Parallel& parallel, const Convolution& convolution, const Real* source, Real* y,
              Real* scratch) {
  const Windows& windows = convolution.windows;
  const Index source_size = windows.height * windows.width * windows.channels;
  const Index all = convolution.rows();
  const Index rows = rows_of_piece(convolution, parallel.threads());
  const Index pieces = (all + rows - 1) / rows;
  const Index memory_size = convolution.memory(rows);
  parallel.for_each(convolution.batch * pieces, [&](Index number, int thread) {
    const Index image = number / pieces;
    const Index first = number % pieces * rows;
    const Index last = std::min(first + rows, all);
    const Real* const from = source + image * source_size;
    Real* const to = y + (image * all + first) * convolution.row_size();
    Real* const memory = scratch + thread * memory_size;
    if (convolution.pool == nullptr) return convolve_rows(convolution, from, first, last, memory, to);
    Real* const convolved = memory + convolution.band_size(rows);
    const Convolution::Range range = convolution.convolved(first, last);
    convolve_rows(convolution, from, range.first, range.last, memory, convolved);
    const Index row = windows.out_width * convolution.filters;
    pool_rows(*convolution.pool, first, last, convolved - range.first * row, to);
  });
}

Winograd winograd_of(const Conv2DOp& op) {
  return {Windows::over_x(op.window), op.filters};
}
bool winograd_pays(const Conv2DOp& op) {
  return Winograd::pays(Windows::over_x(op.window), op.filters);
}

/// The kernel in panels, for a plain sum.
Index packed_size(const Conv2DOp& op) {
  return round_up(panels_size(taps_of(op) * op.window.channels, op.filters));
}
void pack_kernel(const Conv2DOp& op, const Real* kernel, Real* panels) {
  pack_panels({kernel, op.filters}, taps_of(op) * op.window.channels, op.filters, panels);
}

Convolution forward(const Conv2DOp& op, bool prepared) {
  return {.windows = Windows::over_x(op.window),
          .batch = op.window.batch,
          .filters = op.filters,
          .activation = op.activation,
          .pool = op.pool ? &*op.pool : nullptr,
          .winograd = prepared && winograd_pays(op)};
}

Convolution backward_data(const Conv2DOp& op) {
  return {.windows = Windows::over_dy(op), .batch = op.window.batch, .filters = op.window.channels};
}

Index scratch_of(const Convolution& convolution, int threads) {
  return Size(threads) * convolution.memory(rows_of_piece(convolution, threads));
}

}  // namespace

// --- Forward ---------------------------------------------------------------------------------------------

Index conv2d_prepared(const Conv2DOp& op) {
  return winograd_pays(op) ? winograd_of(op).prepared_size() : packed_size(op);
}

void prepare_conv2d(const Conv2DOp& op, const Real* kernel, Real* prepared) {
  if (winograd_pays(op))
    winograd_of(op).prepare(kernel, prepared);
  else
    pack_kernel(op, kernel, prepared);
}

void conv2d(Parallel& parallel, const Conv2DOp& op, const Real* x, const Conv2DParameters& parameters,
            Real* y, Real* scratch) {
  Convolution convolution = forward(op, parameters.prepared != nullptr);
  convolution.bias = parameters.bias;
  convolution.panels = parameters.prepared;
  if (convolution.panels == nullptr) {
    pack_kernel(op, parameters.kernel, scratch);
    convolution.panels = scratch;
    scratch += packed_size(op);
  }
  convolve(parallel, convolution, x, y, scratch);
}

// --- Backward: the source ----------------------------------------------------------------------------------

namespace {

/// The kernel [taps, channels, filters] as [taps in reverse * filters, channels], in panels.
Index turned_size(const Conv2DOp& op) {
  return round_up(panels_size(taps_of(op) * op.filters, op.window.channels));
}

void turn_kernel(const Conv2DOp& op, const Real* kernel, Real* to) {
  const Index taps = taps_of(op);
  const Index size = op.window.channels * op.filters;
  for (Index tap = 0; tap < taps; ++tap) {
    pack_panels({kernel + (taps - 1 - tap) * size, op.filters, true}, op.filters, op.window.channels, to,
                tap * op.filters, taps * op.filters);
  }
}

}  // namespace

void conv2d_backward_data(Parallel& parallel, const Conv2DOp& op, const Real* dy, const Real* kernel,
                          Real* dx, Real* scratch) {
  turn_kernel(op, kernel, scratch);
  Convolution convolution = backward_data(op);
  convolution.panels = scratch;
  convolve(parallel, convolution, dy, dx, scratch + turned_size(op));
}

// --- Backward: the kernel ----------------------------------------------------------------------------------

namespace {

/// The gradient of the kernel is a small matrix summed over very many output positions. The batch is cut into
/// parts, each with a sum of its own in scratch, so that threads have something to share. The cut depends on
/// the shape only.
Index parts_of(const Conv2DOp& op) {
  constexpr Index kMostParts = 8;
  constexpr Index kLeastPositions = 1024;
  constexpr Index kMostScratch = 1 << 20;
  const Index positions = Size(op.window.batch) * op.window.out_height * op.window.out_width;
  return std::max(Index{1}, std::min({kMostParts, op.window.batch, positions / kLeastPositions,
                                      kMostScratch / std::max(Index{1}, kernel_size(op))}));
}

/// What the kernel's gradient needs of a thread's memory.
struct KernelGradient {
  Windows windows;
  Index filters = 0;
  Index rows = 0;  // output rows to a band
  bool in_place = false;
  Index band_size = 0;  // with a tile's overhang
  Index dy_stride = 0;  // filters, rounded up to panels
  Index dy_size = 0;    // 0: dy is read where it is

  explicit KernelGradient(const Conv2DOp& op) : windows(Windows::over_x(op.window)), filters(op.filters) {
    const Index row_size = windows.stride_y * windows.padded_width() * windows.channels;
    rows = std::clamp(kBandSize / 2 / std::max(Index{1}, row_size), Index{1}, windows.out_height);
    // A tile must not reach past the source's end: short runs are always copied.
    in_place = windows.fit_the_source() && run_length() >= kTileRows;
    if (!in_place)
      band_size = Size(windows.padded_rows(rows)) * windows.padded_width() * windows.channels + kTileRows;
    dy_stride = round_up(filters, kPanel);
    if (dy_stride != filters) dy_size = Size(rows) * windows.out_width * dy_stride;
  }

  Index run_length() const { return (windows.dilation_x == 1 ? windows.taps_x : 1) * windows.channels; }
  Index memory() const { return Size(round_up(band_size)) + round_up(dy_size); }

  /// Adds the share of output rows [first, last) of one image.
  void add(const Real* x, const Real* dy, Index first, Index last, Real* memory, Real* dkernel) const;
};

void KernelGradient::add(const Real* x, const Real* dy, Index first, Index last, Real* memory,
                         Real* dkernel) const {
  const Band band = make_band(windows, x, first, last, in_place ? nullptr : memory);
  const Real* dy_rows = dy + first * windows.out_width * filters;
  if (dy_size > 0) {
    Real* const copy = memory + round_up(band_size);
    for (Index i = 0; i < (last - first) * windows.out_width; ++i) {
      simd::copy(dy_rows + i * filters, copy + i * dy_stride, filters);
      simd::fill_zero(copy + i * dy_stride + filters, dy_stride - filters);
    }
    dy_rows = copy;
  }
  const Positions positions = {.rows = last - first,
                               .columns = windows.out_width,
                               .row_step = windows.stride_y * band.row_step,
                               .column_step = windows.stride_x * windows.channels,
                               .b_step = dy_stride};
  const Runs runs = band.runs(windows);
  for (Index filter = 0; filter < filters; filter += kPanel) {
    const Index columns = std::min(kPanel, filters - filter);
    Real* to = dkernel + filter;
    for (Index row = 0; row < runs.rows; ++row) {
      for (Index column = 0; column < runs.columns; ++column, to += runs.length * filters) {
        const Real* const run = band.values + row * runs.row_step + column * runs.column_step;
        for (Index i = 0; i < runs.length; i += kTileRows) {
          // The last tile is moved back so as to end with the run; a run shorter than a tile is followed by
          // slack.
          const Index begin = std::max(Index{0}, std::min(i, runs.length - kTileRows));
          multiply_positions(positions, run + begin, dy_rows + filter, i - begin,
                             std::min(kTileRows, runs.length - begin), columns, /*accumulate=*/true,
                             to + begin * filters, filters);
        }
      }
    }
  }
}

}  // namespace

void conv2d_backward_kernel(Parallel& parallel, const Conv2DOp& op, const Real* x, const Real* dy,
                            Real* dkernel, Real* scratch) {
  const Window2D& window = op.window;
  const KernelGradient gradient(op);
  const Index size = kernel_size(op);
  const Index parts = parts_of(op);
  Real* const memory = scratch + (parts == 1 ? 0 : parts * round_up(size));
  const Index x_size = window.height * window.width * window.channels;
  const Index dy_size = window.out_height * window.out_width * op.filters;
  parallel.for_each(parts, [&](Index part, int thread) {
    Real* const sum = parts == 1 ? dkernel : scratch + part * round_up(size);
    if (parts > 1) simd::fill_zero(sum, size);
    for (Index image = window.batch * part / parts; image < window.batch * (part + 1) / parts; ++image) {
      for (Index row = 0; row < window.out_height; row += gradient.rows)
        gradient.add(x + image * x_size, dy + image * dy_size, row,
                     std::min(row + gradient.rows, window.out_height), memory + thread * gradient.memory(),
                     sum);
    }
  });
  if (parts == 1) return;
  for_pieces(parallel, size, kPieceValues, [&](Index first, Index count) {
    for (Index part = 0; part < parts; ++part) {
      simd::map(dkernel + first, scratch + part * round_up(size) + first, dkernel + first, count,
                [](Vector sum, Vector own) { return sum + own; });
    }
  });
}

Index conv2d_scratch(const Conv2DOp& op, bool training, int threads) {
  const Index plain = Size(packed_size(op)) + scratch_of(forward(op, /*prepared=*/false), threads);
  Index size = std::max(plain, scratch_of(forward(op, /*prepared=*/true), threads));
  if (!training) return size;
  const Index data = Size(turned_size(op)) + scratch_of(backward_data(op), threads);
  const Index parts = parts_of(op);
  const Index kernel = Size(parts == 1 ? 0 : parts) * round_up(kernel_size(op)) +
                       Size(threads) * round_up(KernelGradient(op).memory());
  return std::max({size, data, kernel});
}

}  // namespace lapis::cpu
