#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lapis/core/random.h"
#include "lapis/core/view.h"

/// The seam between layers and machines: a short list of numeric operations. The CPU's implementation is in
/// this folder, one file per family; a device's is a module outside `lib` with files of the same names.
///
/// Conventions, stated once:
/// - All tensors are row-major and channels-last. Shapes stand in the comments as [batch, ...].
/// - Outputs and input gradients (`y`, `dx`) are overwritten; parameter gradients (`dkernel`, `dbias`, ...)
///   are added to.
/// - Operations validate nothing: layers and plans have done so. They allocate nothing: scratch comes in, its
///   size (in Reals) from the `..._scratch` functions.
/// - Results do not depend on the number of threads.
/// - Weights that do not change from call to call can be brought into a layout of the backend's own once:
///   `..._prepared` is its size in Reals (0: there is none), `prepare_...` makes it. Results are the same
///   with and without.
namespace lapis {

/// Keras's activations by name: element-wise functions, and softmax and its logarithm over the last axis.
enum class Activation {
  linear,
  relu,
  sigmoid,
  tanh,
  softmax,
  hard_sigmoid,  // relu6(x + 3) / 6: Keras 3's
  relu6,
  leaky_relu,  // slope 0.2 below 0
  elu,
  selu,
  softplus,
  softsign,
  exponential,
  hard_tanh,
  log_sigmoid,
  log_softmax,
  hard_sigmoid_keras2,  // clip(0.2 x + 0.5, 0, 1): what Keras 1 and 2 mean by hard_sigmoid
  silu,
  hard_silu,  // x hard_sigmoid(x)
  gelu,       // x Phi(x), by erf
  gelu_approximate,
  mish,
  tanh_shrink,  // x - tanh x
};

/// Works on one element after another: all but softmax and its logarithm, which look at a whole row.
constexpr bool is_elementwise(Activation activation) {
  return activation != Activation::softmax && activation != Activation::log_softmax;
}

/// The derivative follows from the output y. The others, which are not monotonic, need the input x: they are
/// never fused into an operation, and a layer that ends in one keeps what came before it.
constexpr bool follows_from_output(Activation activation) {
  return activation < Activation::silu;
}

/// What an operation may apply to its results as it writes them.
constexpr bool is_fusable(Activation activation) {
  return is_elementwise(activation) && follows_from_output(activation);
}

/// C = op(A) op(B) (+ C) (+ bias), then the activation. A is [m, k], B is [k, n], C is [m, n] after
/// `transpose_*`; `ld*` is the distance between stored rows. Activation: a fusable one.
struct Gemm {
  Index m = 0, n = 0, k = 0;
  const Real* a = nullptr;
  Index lda = 0;
  bool transpose_a = false;  // stored [k, m]
  const Real* b = nullptr;
  Index ldb = 0;
  bool transpose_b = false;  // stored [n, k]
  /// B as `prepare_gemm` made it, all of its columns; then `b` is not read.
  const Real* prepared_b = nullptr;
  Real* c = nullptr;
  Index ldc = 0;
  bool accumulate = false;
  const Real* bias = nullptr;  // [n]
  Activation activation = Activation::linear;
};

/// Geometry shared by convolution and pooling. Padding may be asymmetric: `pad_*` is the part before; what
/// lies past the end follows from the output size (Keras `same`: the extra row is at the bottom and right).
struct Window2D {
  Index batch = 0, height = 0, width = 0, channels = 0;  // x: [batch, height, width, channels]
  Index out_height = 0, out_width = 0;  // y: [batch, out_height, out_width, filters or channels]
  Index kernel_height = 1, kernel_width = 1;
  Index stride_y = 1, stride_x = 1;
  Index dilation_y = 1, dilation_x = 1;
  Index pad_top = 0, pad_left = 0;
};

enum class Pooling { max, average };

struct Pool2D {
  Pooling pooling = Pooling::max;
  Window2D window;
};

/// Cross-correlation with a kernel [kernel_height, kernel_width, channels, filters].
struct Conv2DOp {
  Window2D window;
  Index filters = 0;
  // Fused into forward: first the activation, then the pooling, and y is the pooled image.
  Activation activation = Activation::linear;
  std::optional<Pool2D> pool = std::nullopt;
};

struct Conv2DParameters {
  const Real* kernel = nullptr;
  const Real* bias = nullptr;      // nullptr without bias
  const Real* prepared = nullptr;  // the kernel as `prepare_conv2d` made it, or nullptr
};

/// A recurrent layer over a whole sequence, all steps in one call. Keras's layout: `kernel` [inputs, gates *
/// units], `recurrent_kernel` [units, gates * units], `bias` [gates * units] or nullptr; LSTM's gates are i,
/// f, c, o, GRU's z, r, h. A masked step carries the state over; its output is the carried state, or 0 with
/// `zero_output_for_mask`. Activations: fusable ones.
struct Recurrent {
  Index batch = 0, time = 0, inputs = 0, units = 0;
  /// /// > 0: x are ids [batch, time] of so many words. `table` and `prepared`, which keeps the words' shares
  /// of the sums from call to call, must be given.
  Index words = 0;
  Activation activation = Activation::tanh;
  Activation recurrent_activation = Activation::sigmoid;  // LSTM and GRU
  bool return_sequences = false;                          // y: [batch, time, units], else [batch, units]
  /// Steps run from the last to the first; a returned sequence is in processing order.
  bool go_backwards = false;
  bool zero_output_for_mask = false;
  Mask mask = nullptr;  // [batch, time] in the order of x
  /// GRU: r scales h's share after the product with recurrent_kernel, and bias is [2, 3 * units]: the input's
  /// and the state's. False: r scales h before it, bias is [3 * units].
  bool reset_after = true;
};

struct RecurrentParameters {
  const Real* kernel = nullptr;
  const Real* recurrent_kernel = nullptr;
  const Real* bias = nullptr;
  const Real* table = nullptr;  // [words, inputs], where there are words
  Real* prepared = nullptr;     // all of them as `prepare_...` made them, or nullptr
};

struct RecurrentGradients {
  Real* kernel = nullptr;
  Real* recurrent_kernel = nullptr;
  Real* bias = nullptr;  // nullptr without bias
};

/// One optimizer step over one flat buffer. `weights` etc. have `count` elements.
struct SgdStep {
  float learning_rate = 0.01F;
  float momentum = 0;
  bool nesterov = false;
  float weight_decay = 0;  // decoupled: w -= w * weight_decay * learning_rate, before the step
};

struct RmspropStep {
  float learning_rate = 0.001F;
  double rho = 0.9;
  float momentum = 0;
  float epsilon = 1e-7F;  // inside the root
  float weight_decay = 0;
};

/// Losses against targets in full, [rows, n] as the output y.
enum class DenseLoss {
  softmax_cross_entropy,  // y: probabilities that a softmax made; the gradient is that of its INPUT
  sigmoid_cross_entropy,  // y: scores before a sigmoid; mean over n
  binary_cross_entropy,   // y: probabilities, taken as [1e-7, 1 - 1e-7] with gradient 0 outside; mean over n
  mean_squared_error,     // mean over n
};

struct AdamStep {
  float learning_rate = 0.001F;
  double beta_1 = 0.9;  // double: 1 - 0.999F would be off by 5e-5 of its value
  double beta_2 = 0.999;
  float epsilon = 1e-7F;  // outside the bias correction, as Keras
  float weight_decay = 0;
  bool amsgrad = false;   // divides by the largest second moment so far
  std::int64_t step = 1;  // counts from 1
};

/// Normalisation of each column of x [rows, n]: y = (x - mean) / sqrt(variance + epsilon) * scale + offset.
struct ColumnNorm {
  Index rows = 0, n = 0;
  Real epsilon = 0;
  const Real* mean = nullptr;      // [n]
  const Real* variance = nullptr;  // [n]
  const Real* scale = nullptr;     // [n]; nullptr: 1
  const Real* offset = nullptr;    // [n]; nullptr: 0
};

/// An element-wise function with settings of its own.
struct Pointwise {
  enum class Kind {
    affine,   // slope x + offset
    rectify,  // largest where x >= largest, x where x > threshold, else slope (x - threshold)
    elu,      // x where x > 0, else slope (e^x - 1)
  };
  Kind kind = Kind::affine;
  Real slope = 0;
  Real offset = 0;
  Real threshold = 0;
  Real largest = 0;  // infinity: no limit
};

/// One picture of a batch and how it is moved: turned left to right, then down and right by so many pixels.
struct PictureMove {
  std::int32_t picture = 0;
  std::int32_t flip = 0;  // 1: yes
  std::int32_t shift_y = 0, shift_x = 0;
};

/// Pictures of bytes on their way into a batch. Pixel (y, x) comes from (y - shift_y, x - shift_x) of the
/// picture, turned or not; outside of it from its mirror image (the edge not repeated), or it is 0.
struct PictureBatch {
  Index count = 0, height = 0, width = 0, channels = 0;
  bool mirror = false;
  const std::uint8_t* pictures = nullptr;  // [all of them, height, width, channels]
  const Real* byte_values = nullptr;       // [256, channels]: what each byte becomes
  const PictureMove* moves = nullptr;      // [count]
};

/// Row r of y [rows, n] is that of a where mask[r * mask_stride] != 0 (without a mask: everywhere), else that
/// of b; nullptr: zeros. Strides: Reals from one row to the next.
struct RowChoice {
  Index rows = 0, n = 0;
  Mask mask = nullptr;
  Index mask_stride = 1;
  const Real* a = nullptr;
  Index a_stride = 0;
  const Real* b = nullptr;
  Index b_stride = 0;
  Real* y = nullptr;
  Index y_stride = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;

  /// "cpu", "cuda:0".
  virtual std::string name() const = 0;

  // --- Memory --------------------------------------------------------------------------------------------

  /// Memory that frees itself; aligned to 64 bytes.
  using Buffer = std::shared_ptr<void>;
  enum class Fill { zeros, nothing };
  virtual Buffer allocate(std::size_t bytes, Fill fill) = 0;
  Buffer allocate(std::size_t bytes) { return allocate(bytes, Fill::zeros); }
  /// `values` where this backend can read them: the same memory on the CPU, a copy on a device.
  virtual Buffer share(std::span<const std::byte> values) = 0;
  virtual void copy(const Real* from, Real* to, Index count) = 0;  // within the backend's memory
  virtual void upload(const void* host, void* device, std::size_t bytes) = 0;
  virtual void download(const void* device, void* host, std::size_t bytes) = 0;
  virtual void zero(Real* values, Index count) = 0;

  // --- Steps -----------------------------------------------------------------------------------------------

  /// True for a device that does its work later, in the order of the calls. Then a read in every step would
  /// make it wait each time.
  virtual bool is_asynchronous() const { return false; }
  /// Does `work`, which calls operations of this backend that read nothing back. A device records it and,
  /// when the next work of the same `key` (a batch size, say) is the same but for the operations' arguments,
  /// starts all of it at once.
  template <class Work>
  void run_as_one(Index key, const Work& work) {
    begin_recording(key);
    try {
      work();
    } catch (...) {
      cancel_recording();
      throw;
    }
    end_recording();
  }

  // --- Linear algebra ------------------------------------------------------------------------------------

  virtual void gemm(const Gemm& gemm) = 0;
  virtual Index gemm_prepared(Index k, Index n) const = 0;
  virtual void prepare_gemm(const Real* b, Index k, Index n, Real* prepared) = 0;  // b [k, n] without gaps
  /// bias_gradient[n] += sum over rows of dy[rows, n].
  virtual void sum_rows(const Real* dy, Index rows, Index n, Real* bias_gradient) = 0;
  /// y[rows, n] += bias[n], then the activation (a fusable one).
  virtual void add_bias(Real* y, Index rows, Index n, const Real* bias, Activation activation) = 0;

  // --- Convolution and pooling ---------------------------------------------------------------------------

  virtual Index conv2d_prepared(const Conv2DOp& op) const = 0;
  virtual void prepare_conv2d(const Conv2DOp& op, const Real* kernel, Real* prepared) = 0;
  /// For forward, or, with `training`, for any of the three below.
  virtual Index conv2d_scratch(const Conv2DOp& op, bool training) const = 0;
  virtual void conv2d(const Conv2DOp& op, const Real* x, const Conv2DParameters& parameters, Real* y,
                      Real* scratch) = 0;
  virtual void conv2d_backward_data(const Conv2DOp& op, const Real* dy, const Real* kernel, Real* dx,
                                    Real* scratch) = 0;
  virtual void conv2d_backward_kernel(const Conv2DOp& op, const Real* x, const Real* dy, Real* dkernel,
                                      Real* scratch) = 0;

  /// `max` ignores padding (as -inf); `average` divides by the number of real pixels.
  virtual void pool2d(const Pool2D& pool, const Real* x, Real* y) = 0;
  /// The gradient of `max` goes to the first largest element of the window.
  virtual void pool2d_backward(const Pool2D& pool, const Real* x, const Real* dy, Real* dx) = 0;

  // --- Element-wise and per row --------------------------------------------------------------------------

  /// y may be x. Softmax works on rows of length n.
  virtual void activate(Activation activation, const Real* x, Real* y, Index rows, Index n) = 0;
  /// dx from dy and the OUTPUT y where the derivative `follows_from_output`, else the INPUT x; dx may be dy.
  /// ReLU'(0) = 0.
  virtual void activate_backward(Activation activation, const Real* y_or_x, const Real* dy, Real* dx,
                                 Index rows, Index n) = 0;
  /// y may be x.
  virtual void pointwise(const Pointwise& op, const Real* x, Real* y, Index count) = 0;
  /// dx from the INPUT x and dy; dx may be dy.
  virtual void pointwise_backward(const Pointwise& op, const Real* x, const Real* dy, Real* dx,
                                  Index count) = 0;

  /// y = x / sqrt(mean(x^2) + epsilon) * scale over the last axis. y may be x only when nothing is saved.
  virtual void rms_norm(const Real* x, const Real* scale, Real epsilon, Real* y, Index rows, Index n) = 0;
  /// dx may be dy.
  virtual void rms_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                                 Real* dscale, Index rows, Index n) = 0;

  /// y = (x - mean) / sqrt(variance + epsilon) * scale + offset over the last axis; nullptr: 1 and 0. y may
  /// be x only when nothing is saved.
  virtual void layer_norm(const Real* x, const Real* scale, const Real* offset, Real epsilon, Real* y,
                          Index rows, Index n) = 0;
  /// dx, dscale and doffset may be nullptr: not wanted. dx may be dy.
  virtual void layer_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                                   Real* dscale, Real* doffset, Index rows, Index n) = 0;

  /// Mean and (biased) variance [n] of each column of x [rows, n]. Rows with mask 0 do not count; 0 and 0
  /// where none does.
  virtual void column_moments(const Real* x, Mask mask, Index rows, Index n, Real* mean, Real* variance) = 0;
  /// y may be x.
  virtual void column_norm(const ColumnNorm& op, const Real* x, Real* y) = 0;
  /// dx, dscale and doffset may be nullptr: not wanted. dx may be dy. `own_moments`: mean and variance are
  /// those that column_moments gives for x and `mask`, so dx goes through them too. `sums`: 2 n Reals.
  virtual void column_norm_backward(const ColumnNorm& op, const Real* x, Mask mask, bool own_moments,
                                    const Real* dy, Real* dx, Real* dscale, Real* doffset, Real* sums) = 0;

  /// Kept with probability 1 - rate and scaled by 1 / (1 - rate); element i is kept when
  /// `uniform_from_bits(random.block(i / 4)[i % 4]) >= rate`. The same call is its own backward.
  virtual void dropout(const Real* x, Real* y, Index count, float rate, RandomStream random) = 0;

  /// y[i] = a[i] op b[i]; see Bidirectional. `concat`: rows [a, b] side by side.
  enum class Merge { concat, sum, ave, mul };
  virtual void merge(Merge mode, const Real* a, const Real* b, Real* y, Index rows, Index n) = 0;
  virtual void merge_backward(Merge mode, const Real* a, const Real* b, const Real* dy, Real* da, Real* db,
                              Index rows, Index n) = 0;
  /// y[b, t] = x[b, time - 1 - t] for rows of n values.
  virtual void reverse_time(const Real* x, Real* y, Index batch, Index time, Index n) = 0;
  /// y[b, t] = x[b, t] * factors[b] for rows of n values: what a dropout of all steps alike does. y may be x.
  virtual void scale_steps(const Real* x, const Real* factors, Real* y, Index batch, Index time, Index n) = 0;
  /// y may be a or b.
  virtual void choose_rows(const RowChoice& choice) = 0;
  /// y[i] += x[i].
  virtual void add(const Real* x, Real* y, Index count) = 0;
  /// y[i] += factor * x[i].
  virtual void add_scaled(Real factor, const Real* x, Real* y, Index count) = 0;

  // --- Whole axes ----------------------------------------------------------------------------------------

  /// y [batch, n] = the mean over the steps of x [batch, steps, n]. Steps with mask 0 do not count; 0 where
  /// none does.
  virtual void mean_steps(const Real* x, Mask mask, Index batch, Index steps, Index n, Real* y) = 0;
  virtual void mean_steps_backward(const Real* dy, Mask mask, Index batch, Index steps, Index n,
                                   Real* dx) = 0;
  /// y [batch, out_height, out_width, channels] = x moved down by pad_top and right by pad_left, 0 around it.
  /// Negative pads cut off; with pads and sizes turned round it is its own backward.
  virtual void pad2d(const Window2D& window, const Real* x, Real* y) = 0;
  /// to [rows, n] = from, but 0 in the rows where all of x [rows, n] is `value`; `from` may be x. Where
  /// `mask` is not nullptr: mask[row] = 0 for these rows, else 1.
  virtual void keep_rows(const Real* x, Real value, const Real* from, Real* to, std::uint8_t* mask,
                         Index rows, Index n) = 0;

  // --- Embedding -----------------------------------------------------------------------------------------

  /// ids are whole numbers in [0, input_dim), held as Reals. y: [count, n].
  virtual void embedding(const Real* ids, const Real* table, Real* y, Index count, Index n) = 0;
  /// dtable[ids[i]] += dy[i], in the order of i.
  virtual void embedding_backward(const Real* ids, const Real* dy, Real* dtable, Index count, Index n) = 0;
  /// mask[i] = ids[i] != 0.
  virtual void mask_nonzero(const Real* ids, std::uint8_t* mask, Index count) = 0;

  // --- Pictures ------------------------------------------------------------------------------------------

  /// x [count, height, width, channels] from pictures of bytes.
  virtual void load_pictures(const PictureBatch& batch, Real* x) = 0;

  // --- Recurrent -----------------------------------------------------------------------------------------

  /// `saved` is nullptr when predicting; else of `..._saved` Reals, handed to backward.
  virtual Index simple_rnn_prepared(const Recurrent& op) const = 0;
  virtual void prepare_simple_rnn(const Recurrent& op, const RecurrentParameters& parameters,
                                  Real* prepared) = 0;
  virtual Index simple_rnn_saved(const Recurrent& op) const = 0;
  virtual Index simple_rnn_scratch(const Recurrent& op) const = 0;  // for forward and for backward
  virtual void simple_rnn(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                          Real* saved, Real* scratch) = 0;
  /// dx may be nullptr: not wanted.
  virtual void simple_rnn_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                                   const Real* dy, const Real* saved, Real* dx,
                                   const RecurrentGradients& gradients, Real* scratch) = 0;
  virtual Index lstm_prepared(const Recurrent& op) const = 0;
  virtual void prepare_lstm(const Recurrent& op, const RecurrentParameters& parameters, Real* prepared) = 0;
  virtual Index lstm_saved(const Recurrent& op) const = 0;
  virtual Index lstm_scratch(const Recurrent& op) const = 0;
  virtual void lstm(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                    Real* saved, Real* scratch) = 0;
  virtual void lstm_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                             const Real* dy, const Real* saved, Real* dx, const RecurrentGradients& gradients,
                             Real* scratch) = 0;

  virtual Index gru_saved(const Recurrent& op) const = 0;
  virtual Index gru_scratch(const Recurrent& op) const = 0;
  virtual void gru(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                   Real* saved, Real* scratch) = 0;
  virtual void gru_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                            const Real* dy, const Real* saved, Real* dx, const RecurrentGradients& gradients,
                            Real* scratch) = 0;

  // --- Loss and update -----------------------------------------------------------------------------------

  /// Sparse categorical cross-entropy of probabilities y [rows, n] that a softmax made. `labels` [rows] are
  /// class numbers held as Reals. Rows with mask 0 do not count. Writes the mean loss to loss[0] and, where
  /// wanted, the gradient with respect to the softmax's INPUT: (y - onehot) / (counted rows), exact for any
  /// y.
  virtual void softmax_cross_entropy(const Real* y, const Real* labels, Mask mask, Index rows, Index n,
                                     Real* loss, Real* dlogits) = 0;

  /// Writes the mean loss of the rows that the mask counts to loss[0] and, where wanted, the gradient of it
  /// with respect to y (see DenseLoss).
  virtual void dense_loss(DenseLoss kind, const Real* y, const Real* targets, Mask mask, Index rows, Index n,
                          Real* loss, Real* dy) = 0;
  /// sum[0], in the backend's memory, becomes l1 sum |w| + l2 sum w^2, or is added to. The gradient (0 at
  /// |0|) is added to `gradients` unless that is nullptr.
  virtual void penalty(const Real* weights, double l1, double l2, Real* gradients, Index count, double* sum,
                       bool accumulate) = 0;

  /// `velocity` is nullptr without momentum. Weights where `trainable[i] == 0` stay; nullptr: all are
  /// trained.
  virtual void sgd(const SgdStep& step, Real* weights, const Real* gradients, Real* velocity,
                   const std::uint8_t* trainable, Index count) = 0;
  /// `second_moment`: [count], with amsgrad [2, count]: it and the largest so far.
  virtual void adam(const AdamStep& step, Real* weights, const Real* gradients, Real* first_moment,
                    Real* second_moment, const std::uint8_t* trainable, Index count) = 0;
  /// `mean_gradient` is nullptr unless centered, `velocity` without momentum.
  virtual void rmsprop(const RmspropStep& step, Real* weights, const Real* gradients, Real* mean_square,
                       Real* mean_gradient, Real* velocity, const std::uint8_t* trainable, Index count) = 0;
  /// sum[0], in the backend's memory, becomes the sum of squares (gradient norms), or is added to.
  virtual void sum_squares(const Real* values, Index count, double* sum, bool accumulate) = 0;
  /// values *= limit / sqrt(squares[0]) where that root, a norm, is above `limit`.
  virtual void clip_norm(Real* values, Index count, const double* squares, double limit) = 0;
  /// Each into [-limit, limit].
  virtual void clip_values(Real* values, Index count, Real limit) = 0;

 protected:
  virtual void begin_recording(Index /*key*/) {}
  virtual void end_recording() {}
  virtual void cancel_recording() {}
};

/// The CPU. `threads` >= 1; one backend may be used by several threads at once, each with its own workspace
/// (parallel loops then take turns).
std::unique_ptr<Backend> make_cpu_backend(int threads = 1);

class Parallel;
/// The CPU, with threads that somebody else keeps (ops/parallel.h).
std::unique_ptr<Backend> make_cpu_backend(std::unique_ptr<Parallel> parallel);

}  // namespace lapis
