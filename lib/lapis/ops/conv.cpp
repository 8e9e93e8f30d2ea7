#include "lapis/ops/conv.h"

#include <algorithm>

#include "lapis/ops/gemm.h"
#include "lapis/ops/pieces.h"
#include "lapis/ops/vector.h"

namespace lapis::cpu {

namespace {

/// One axis of a sliding window: output position o and tap t meet source position (o * step + t * dilation -
/// offset) / divide, where that is whole and inside [0, size). Forward divides by 1; backward-data runs the
/// convolution the other way round: it steps by 1 and divides by the stride.
struct Axis {
  Index size = 0;  // of the source
  Index out = 0;
  Index taps = 0;
  Index step = 1;
  Index dilation = 1;
  Index offset = 0;
  Index divide = 1;

  /// The source position before dividing.
  Index numerator(Index position, Index tap) const { return position * step + tap * dilation - offset; }
  /// The source position, or -1.
  Index source(Index position, Index tap) const {
    const Index at = numerator(position, tap);
    if (divide == 1) return at < size ? std::max(Index{-1}, at) : -1;
    return at >= 0 && at % divide == 0 && at / divide < size ? at / divide : -1;
  }
};

/// The matrix [batch * out.y * out.x, taps.y * taps.x * channels] of all patches of an image, never written
/// out.
struct Patches {
  const Real* image = nullptr;  // [batch, y.size, x.size, channels]
  Index channels = 0;
  Axis y;
  Axis x;

  /// A row of taps lies in the image as one run of values.
  bool joined() const { return x.dilation == 1 && x.divide == 1; }
};

/// Part of one tap, or of a row of taps where that is one run of values in the image.
struct Run {
  Index tap_y = 0;
  Index tap_x = 0;
  Index from = 0;  // first value within the tap or row of taps
  Index length = 0;
};

/// The runs that make up values [first, first + count) of every patch; count <= kBlockK.
struct Runs {
  Run runs[kBlockK];
  Index count = 0;

  Runs(const Patches& patches, Index first, Index values) {
    const bool joined = patches.joined();
    const Index size = joined ? patches.x.taps * patches.channels : patches.channels;
    Index tap = first / size;
    Index from = first % size;
    while (values > 0) {
      const Index length = std::min(size - from, values);
      runs[count++] = {joined ? tap : tap / patches.x.taps, joined ? 0 : tap % patches.x.taps, from, length};
      values -= length;
      from = 0;
      ++tap;
    }
  }
};

/// The runs of the patch at output position (oy, ox) of an image. What is not in the image is padding: zeros.
void copy_patch(const Patches& patches, const Runs& runs, const Real* image, Index oy, Index ox, Real* to) {
  const Axis& x = patches.x;
  const bool joined = patches.joined();
  for (Index number = 0; number < runs.count; ++number) {
    const Run& run = runs.runs[number];
    const Index row = patches.y.source(oy, run.tap_y);
    const Index column = joined ? x.numerator(ox, 0) : x.source(ox, run.tap_x);
    // Values [begin, end) of the tap or row of taps are in the image.
    Index begin = 0;
    Index end = 0;
    if (row >= 0) {
      begin = joined ? std::max(Index{0}, -column) * patches.channels : 0;
      end = joined ? std::min(x.taps, x.size - column) * patches.channels : column < 0 ? 0 : patches.channels;
    }
    begin = std::clamp(begin, run.from, run.from + run.length);
    end = std::clamp(end, begin, run.from + run.length);
    const Index at = (row * x.size + column) * patches.channels + begin;
    if (end - begin == run.length) {
      simd::copy(image + at, to, run.length);
    } else {
      simd::fill_zero(to, begin - run.from);
      if (end > begin) simd::copy(image + at, to + (begin - run.from), end - begin);
      simd::fill_zero(to + (end - run.from), run.from + run.length - end);
    }
    to += run.length;
  }
}

/// Patches [first, first + count), values [value, value + values) of each, `stride` apart.
void copy_patches(const Patches& patches, Index first, Index count, Index value, Index values, Index stride,
                  Real* to) {
  const Runs runs(patches, value, values);
  const Index image_size = patches.y.size * patches.x.size * patches.channels;
  Index ox = first % patches.x.out;
  Index oy = first / patches.x.out % patches.y.out;
  const Real* image = patches.image + first / patches.x.out / patches.y.out * image_size;
  for (Index i = 0; i < count; ++i, to += stride) {
    copy_patch(patches, runs, image, oy, ox, to);
    if (++ox < patches.x.out) continue;
    ox = 0;
    if (++oy < patches.y.out) continue;
    oy = 0;
    image += image_size;
  }
}

/// A = patches.
void pack_patches(const void* context, Index first, Index count, Index k_first, Index k_count, Real* to) {
  copy_patches(*static_cast<const Patches*>(context), first, count, k_first, k_count, kRowStride, to);
}

/// A = patches, transposed.
void pack_patches_by_column(const void* context, Index first, Index count, Index k_first, Index k_count,
                            Real* to) {
  copy_patches(*static_cast<const Patches*>(context), k_first, k_count, first, count, kColumnStride, to);
}

struct Matrix {
  const Real* values = nullptr;
  Index columns = 0;
};

void pack_matrix(const void* context, Index first, Index count, Index k_first, Index k_count, Real* to) {
  const auto& matrix = *static_cast<const Matrix*>(context);
  pack_panels(matrix.values + k_first * matrix.columns + first, matrix.columns, false, count, k_count, 0,
              k_count, to);
}

/// The kernel [taps, channels, filters] as [taps in reverse * filters, channels].
struct TurnedKernel {
  const Real* values = nullptr;
  Index taps = 0;
  Index channels = 0;
  Index filters = 0;
};

void pack_turned_kernel(const void* context, Index first, Index count, Index k_first, Index k_count,
                        Real* to) {
  const auto& kernel = *static_cast<const TurnedKernel*>(context);
  for (Index done = 0; done < k_count;) {
    const Index tap = (k_first + done) / kernel.filters;
    const Index filter = (k_first + done) % kernel.filters;
    const Index rows = std::min(kernel.filters - filter, k_count - done);
    const Index from = ((kernel.taps - 1 - tap) * kernel.channels + first) * kernel.filters + filter;
    pack_panels(kernel.values + from, kernel.filters, true, count, rows, done, k_count, to);
    done += rows;
  }
}

Patches forward_patches(const Window2D& window, const Real* x) {
  return {x, window.channels,
          Axis{window.height, window.out_height, window.kernel_height, window.stride_y, window.dilation_y,
               window.pad_top, 1},
          Axis{window.width, window.out_width, window.kernel_width, window.stride_x, window.dilation_x,
               window.pad_left, 1}};
}

}  // namespace

void conv2d(Parallel& parallel, const Conv2DOp& op, const Real* x, const Real* kernel, const Real* bias,
            Real* y) {
  const Window2D& window = op.window;
  const Patches patches = forward_patches(window, x);
  const Matrix matrix{kernel, op.filters};
  PackedGemm product;
  product.m = window.batch * window.out_height * window.out_width;
  product.n = op.filters;
  product.k = window.kernel_height * window.kernel_width * window.channels;
  product.pack_a = pack_patches;
  product.a = &patches;
  product.pack_b = pack_matrix;
  product.b = &matrix;
  product.c = y;
  product.ldc = op.filters;
  product.bias = bias;
  product.activation = op.activation;
  packed_gemm(parallel, product);
}

void conv2d_backward_data(Parallel& parallel, const Conv2DOp& op, const Real* dy, const Real* kernel,
                          Real* dx) {
  const Window2D& window = op.window;
  // dx(p) = sum over taps t of dy((p + pad - t * dilation) / stride) K(t)^T; with the taps in reverse, the
  // window over dy runs forward, as in conv2d.
  const Patches patches = {
      dy, op.filters,
      Axis{window.out_height, window.height, window.kernel_height, 1, window.dilation_y,
           window.dilation_y * (window.kernel_height - 1) - window.pad_top, window.stride_y},
      Axis{window.out_width, window.width, window.kernel_width, 1, window.dilation_x,
           window.dilation_x * (window.kernel_width - 1) - window.pad_left, window.stride_x}};
  const Index taps = window.kernel_height * window.kernel_width;
  const TurnedKernel turned{kernel, taps, window.channels, op.filters};
  PackedGemm product;
  product.m = window.batch * window.height * window.width;
  product.n = window.channels;
  product.k = taps * op.filters;
  product.pack_a = pack_patches;
  product.a = &patches;
  product.pack_b = pack_turned_kernel;
  product.b = &turned;
  product.c = dx;
  product.ldc = window.channels;
  packed_gemm(parallel, product);
}

namespace {

Index positions(const Window2D& window) {
  return window.batch * window.out_height * window.out_width;
}
Index kernel_size(const Conv2DOp& op) {
  return op.window.kernel_height * op.window.kernel_width * op.window.channels * op.filters;
}

/// The gradient of the kernel is a small matrix summed over very many output positions. They are cut into
/// parts, each with a sum of its own in scratch: so every patch is fetched once, and threads have something
/// to share.
Index parts_of(const Conv2DOp& op) {
  constexpr Index kMostParts = 8;
  constexpr Index kLeastPositions = 4 * kBlockK;
  constexpr Index kMostScratch = 1 << 20;
  return std::max(Index{1}, std::min({kMostParts, positions(op.window) / kLeastPositions,
                                      kMostScratch / std::max(Index{1}, kernel_size(op))}));
}

}  // namespace

Index conv2d_scratch(const Conv2DOp& op) {
  const Index parts = parts_of(op);
  return parts == 1 ? 0 : parts * kernel_size(op);
}

void conv2d_backward_kernel(Parallel& parallel, const Conv2DOp& op, const Real* x, const Real* dy,
                            Real* dkernel, Real* scratch) {
  const Window2D& window = op.window;
  const Patches patches = forward_patches(window, x);
  const Matrix matrix{dy, op.filters};
  PackedGemm product;
  product.m = window.kernel_height * window.kernel_width * window.channels;
  product.n = op.filters;
  product.k = positions(window);
  product.pack_a = pack_patches_by_column;
  product.a = &patches;
  product.a_by_column = true;
  product.pack_b = pack_matrix;
  product.b = &matrix;
  product.c = dkernel;
  product.ldc = op.filters;
  product.accumulate = true;
  const Index parts = parts_of(op);
  if (parts == 1) return packed_gemm(parallel, product);
  const Index size = kernel_size(op);
  parallel.for_each(parts, [&](Index part) {
    PackedGemm own = product;
    own.k_first = product.k * part / parts;
    own.k = product.k * (part + 1) / parts - own.k_first;
    own.c = scratch + part * size;
    own.accumulate = false;
    packed_gemm_piece(own);
  });
  for_pieces(parallel, size, kPieceValues, [&](Index first, Index count) {
    for (Index part = 0; part < parts; ++part) {
      simd::map(dkernel + first, scratch + part * size + first, dkernel + first, count,
                [](simd::Vector sum, simd::Vector own) { return sum + own; });
    }
  });
}

}  // namespace lapis::cpu
