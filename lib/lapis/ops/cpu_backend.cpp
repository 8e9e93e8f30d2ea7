#include "lapis/ops/cpu_backend.h"

#include <cstring>
#include <new>
#include <utility>

#include "lapis/ops/activation.h"
#include "lapis/ops/axes.h"
#include "lapis/ops/column_norm.h"
#include "lapis/ops/conv.h"
#include "lapis/ops/dropout.h"
#include "lapis/ops/embedding.h"
#include "lapis/ops/gemm.h"
#include "lapis/ops/loss.h"
#include "lapis/ops/merge.h"
#include "lapis/ops/norm.h"
#include "lapis/ops/panels.h"
#include "lapis/ops/pictures.h"
#include "lapis/ops/pointwise.h"
#include "lapis/ops/pooling.h"
#include "lapis/ops/recurrent.h"
#include "lapis/ops/update.h"

namespace lapis {

namespace {

std::size_t bytes_of(Index count) {
  return static_cast<std::size_t>(count) * sizeof(Real);
}

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(int threads) {
  return make_cpu_backend(make_parallel(threads));
}

std::unique_ptr<Backend> make_cpu_backend(std::unique_ptr<Parallel> parallel) {
  return std::make_unique<CpuBackend>(std::move(parallel));
}

CpuBackend::CpuBackend(std::unique_ptr<Parallel> parallel) : parallel_(std::move(parallel)) {}

std::string CpuBackend::name() const {
  return "cpu";
}

// --- Memory ----------------------------------------------------------------------------------------------

Backend::Buffer CpuBackend::allocate(std::size_t bytes, Fill fill) {
  constexpr std::align_val_t kLine{64};
  void* memory = ::operator new(bytes, kLine);
  Buffer buffer(memory, [](void* pointer) { ::operator delete (pointer, std::align_val_t{64}); });
  if (fill == Fill::zeros) std::memset(memory, 0, bytes);
  return buffer;
}

Backend::Buffer CpuBackend::share(std::span<const std::byte> values) {
  // The caller keeps the memory alive, and nothing writes through a shared buffer.
  return Buffer(const_cast<std::byte*>(values.data()), [](void*) {});
}

void CpuBackend::copy(const Real* from, Real* to, Index count) {
  if (count > 0) std::memmove(to, from, bytes_of(count));
}

void CpuBackend::upload(const void* host, void* device, std::size_t bytes) {
  if (bytes > 0) std::memcpy(device, host, bytes);
}

void CpuBackend::download(const void* device, void* host, std::size_t bytes) {
  if (bytes > 0) std::memcpy(host, device, bytes);
}

void CpuBackend::zero(Real* values, Index count) {
  if (count > 0) std::memset(values, 0, bytes_of(count));
}

// --- Linear algebra --------------------------------------------------------------------------------------

void CpuBackend::gemm(const Gemm& gemm) {
  cpu::gemm(*parallel_, gemm);
}

Index CpuBackend::gemm_prepared(Index k, Index n) const {
  return cpu::panels_size(k, n);
}

void CpuBackend::prepare_gemm(const Real* b, Index k, Index n, Real* prepared) {
  cpu::pack_panels({b, n}, k, n, prepared);
}

void CpuBackend::sum_rows(const Real* dy, Index rows, Index n, Real* bias_gradient) {
  cpu::sum_rows(*parallel_, dy, rows, n, bias_gradient);
}

void CpuBackend::add_bias(Real* y, Index rows, Index n, const Real* bias, Activation activation) {
  cpu::add_bias(*parallel_, y, rows, n, bias, activation);
}

// --- Convolution and pooling -----------------------------------------------------------------------------

Index CpuBackend::conv2d_prepared(const Conv2DOp& op) const {
  return cpu::conv2d_prepared(op);
}

void CpuBackend::prepare_conv2d(const Conv2DOp& op, const Real* kernel, Real* prepared) {
  cpu::prepare_conv2d(op, kernel, prepared);
}

Index CpuBackend::conv2d_scratch(const Conv2DOp& op, bool training) const {
  return cpu::conv2d_scratch(op, training, parallel_->threads());
}

void CpuBackend::conv2d(const Conv2DOp& op, const Real* x, const Conv2DParameters& parameters, Real* y,
                        Real* scratch) {
  cpu::conv2d(*parallel_, op, x, parameters, y, scratch);
}

void CpuBackend::conv2d_backward_data(const Conv2DOp& op, const Real* dy, const Real* kernel, Real* dx,
                                      Real* scratch) {
  cpu::conv2d_backward_data(*parallel_, op, dy, kernel, dx, scratch);
}

void CpuBackend::conv2d_backward_kernel(const Conv2DOp& op, const Real* x, const Real* dy, Real* dkernel,
                                        Real* scratch) {
  cpu::conv2d_backward_kernel(*parallel_, op, x, dy, dkernel, scratch);
}

void CpuBackend::pool2d(const Pool2D& pool, const Real* x, Real* y) {
  cpu::pool2d(*parallel_, pool, x, y);
}

void CpuBackend::pool2d_backward(const Pool2D& pool, const Real* x, const Real* dy, Real* dx) {
  cpu::pool2d_backward(*parallel_, pool, x, dy, dx);
}

// --- Element-wise and per row ----------------------------------------------------------------------------

void CpuBackend::activate(Activation activation, const Real* x, Real* y, Index rows, Index n) {
  cpu::activate(*parallel_, activation, x, y, rows, n);
}

void CpuBackend::activate_backward(Activation activation, const Real* y, const Real* dy, Real* dx, Index rows,
                                   Index n) {
  cpu::activate_backward(*parallel_, activation, y, dy, dx, rows, n);
}

void CpuBackend::pointwise(const Pointwise& op, const Real* x, Real* y, Index count) {
  cpu::pointwise(*parallel_, op, x, y, count);
}

void CpuBackend::pointwise_backward(const Pointwise& op, const Real* x, const Real* dy, Real* dx,
                                    Index count) {
  cpu::pointwise_backward(*parallel_, op, x, dy, dx, count);
}

void CpuBackend::rms_norm(const Real* x, const Real* scale, Real epsilon, Real* y, Index rows, Index n) {
  cpu::rms_norm(*parallel_, x, scale, epsilon, y, rows, n);
}

void CpuBackend::rms_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                                   Real* dscale, Index rows, Index n) {
  cpu::rms_norm_backward(*parallel_, x, scale, epsilon, dy, dx, dscale, rows, n);
}

void CpuBackend::layer_norm(const Real* x, const Real* scale, const Real* offset, Real epsilon, Real* y,
                            Index rows, Index n) {
  cpu::layer_norm(*parallel_, x, scale, offset, epsilon, y, rows, n);
}

void CpuBackend::layer_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                                     Real* dscale, Real* doffset, Index rows, Index n) {
  cpu::layer_norm_backward(*parallel_, x, scale, epsilon, dy, dx, dscale, doffset, rows, n);
}

void CpuBackend::column_moments(const Real* x, Mask mask, Index rows, Index n, Real* mean, Real* variance) {
  cpu::column_moments(*parallel_, x, mask, rows, n, mean, variance);
}

void CpuBackend::column_norm(const ColumnNorm& op, const Real* x, Real* y) {
  cpu::column_norm(*parallel_, op, x, y);
}

void CpuBackend::column_norm_backward(const ColumnNorm& op, const Real* x, Mask mask, bool own_moments,
                                      const Real* dy, Real* dx, Real* dscale, Real* doffset, Real* sums) {
  cpu::column_norm_backward(*parallel_, op, x, mask, own_moments, dy, dx, dscale, doffset, sums);
}

void CpuBackend::dropout(const Real* x, Real* y, Index count, float rate, RandomStream random) {
  cpu::dropout(*parallel_, x, y, count, rate, random);
}

void CpuBackend::merge(Merge mode, const Real* a, const Real* b, Real* y, Index rows, Index n) {
  cpu::merge(*parallel_, mode, a, b, y, rows, n);
}

void CpuBackend::merge_backward(Merge mode, const Real* a, const Real* b, const Real* dy, Real* da, Real* db,
                                Index rows, Index n) {
  cpu::merge_backward(*parallel_, mode, a, b, dy, da, db, rows, n);
}

void CpuBackend::reverse_time(const Real* x, Real* y, Index batch, Index time, Index n) {
  cpu::reverse_time(*parallel_, x, y, batch, time, n);
}

void CpuBackend::scale_steps(const Real* x, const Real* factors, Real* y, Index batch, Index time, Index n) {
  cpu::scale_steps(*parallel_, x, factors, y, batch, time, n);
}

void CpuBackend::choose_rows(const RowChoice& choice) {
  cpu::choose_rows(*parallel_, choice);
}

void CpuBackend::add(const Real* x, Real* y, Index count) {
  cpu::add(*parallel_, x, y, count);
}

void CpuBackend::add_scaled(Real factor, const Real* x, Real* y, Index count) {
  cpu::add_scaled(*parallel_, factor, x, y, count);
}

// --- Whole axes ------------------------------------------------------------------------------------------

void CpuBackend::mean_steps(const Real* x, Mask mask, Index batch, Index steps, Index n, Real* y) {
  cpu::mean_steps(*parallel_, x, mask, batch, steps, n, y);
}

void CpuBackend::mean_steps_backward(const Real* dy, Mask mask, Index batch, Index steps, Index n, Real* dx) {
  cpu::mean_steps_backward(*parallel_, dy, mask, batch, steps, n, dx);
}

void CpuBackend::pad2d(const Window2D& window, const Real* x, Real* y) {
  cpu::pad2d(*parallel_, window, x, y);
}

void CpuBackend::keep_rows(const Real* x, Real value, const Real* from, Real* to, std::uint8_t* mask,
                           Index rows, Index n) {
  cpu::keep_rows(*parallel_, x, value, from, to, mask, rows, n);
}

// --- Embedding -------------------------------------------------------------------------------------------

void CpuBackend::embedding(const Real* ids, const Real* table, Real* y, Index count, Index n) {
  cpu::embedding(*parallel_, ids, table, y, count, n);
}

void CpuBackend::embedding_backward(const Real* ids, const Real* dy, Real* dtable, Index count, Index n) {
  cpu::embedding_backward(*parallel_, ids, dy, dtable, count, n);
}

void CpuBackend::mask_nonzero(const Real* ids, std::uint8_t* mask, Index count) {
  cpu::mask_nonzero(ids, mask, count);
}

// --- Pictures --------------------------------------------------------------------------------------------

void CpuBackend::load_pictures(const PictureBatch& batch, Real* x) {
  cpu::load_pictures(*parallel_, batch, x);
}

// --- Recurrent -------------------------------------------------------------------------------------------

Index CpuBackend::simple_rnn_prepared(const Recurrent& op) const {
  return cpu::simple_rnn_prepared(op);
}

void CpuBackend::prepare_simple_rnn(const Recurrent& op, const RecurrentParameters& parameters,
                                    Real* prepared) {
  cpu::prepare_simple_rnn(op, parameters, prepared);
}

Index CpuBackend::simple_rnn_saved(const Recurrent& op) const {
  return cpu::simple_rnn_saved(op);
}

Index CpuBackend::simple_rnn_scratch(const Recurrent& op) const {
  return cpu::simple_rnn_scratch(op, parallel_->threads());
}

void CpuBackend::simple_rnn(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                            Real* y, Real* saved, Real* scratch) {
  cpu::simple_rnn(*parallel_, op, x, parameters, y, saved, scratch);
}

void CpuBackend::simple_rnn_backward(const Recurrent& op, const Real* x,
                                     const RecurrentParameters& parameters, const Real* dy, const Real* saved,
                                     Real* dx, const RecurrentGradients& gradients, Real* scratch) {
  cpu::simple_rnn_backward(*parallel_, op, x, parameters, dy, saved, dx, gradients, scratch);
}

Index CpuBackend::lstm_prepared(const Recurrent& op) const {
  return cpu::lstm_prepared(op);
}

void CpuBackend::prepare_lstm(const Recurrent& op, const RecurrentParameters& parameters, Real* prepared) {
  cpu::prepare_lstm(op, parameters, prepared);
}

Index CpuBackend::lstm_saved(const Recurrent& op) const {
  return cpu::lstm_saved(op);
}

Index CpuBackend::lstm_scratch(const Recurrent& op) const {
  return cpu::lstm_scratch(op, parallel_->threads());
}

void CpuBackend::lstm(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                      Real* saved, Real* scratch) {
  cpu::lstm(*parallel_, op, x, parameters, y, saved, scratch);
}

void CpuBackend::lstm_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                               const Real* dy, const Real* saved, Real* dx,
                               const RecurrentGradients& gradients, Real* scratch) {
  cpu::lstm_backward(*parallel_, op, x, parameters, dy, saved, dx, gradients, scratch);
}

Index CpuBackend::gru_saved(const Recurrent& op) const {
  return cpu::gru_saved(op);
}
Index CpuBackend::gru_scratch(const Recurrent& op) const {
  return cpu::gru_scratch(op);
}

void CpuBackend::gru(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                     Real* saved, Real* scratch) {
  cpu::gru(*parallel_, op, x, parameters, y, saved, scratch);
}

void CpuBackend::gru_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                              const Real* dy, const Real* saved, Real* dx,
                              const RecurrentGradients& gradients, Real* scratch) {
  cpu::gru_backward(*parallel_, op, x, parameters, dy, saved, dx, gradients, scratch);
}

// --- Loss and update -------------------------------------------------------------------------------------

void CpuBackend::softmax_cross_entropy(const Real* y, const Real* labels, Mask mask, Index rows, Index n,
                                       Real* loss, Real* dlogits) {
  cpu::softmax_cross_entropy(*parallel_, y, labels, mask, rows, n, loss, dlogits);
}

void CpuBackend::dense_loss(DenseLoss kind, const Real* y, const Real* targets, Mask mask, Index rows,
                            Index n, Real* loss, Real* dy) {
  cpu::dense_loss(*parallel_, kind, y, targets, mask, rows, n, loss, dy);
}

void CpuBackend::penalty(const Real* weights, double l1, double l2, Real* gradients, Index count, double* sum,
                         bool accumulate) {
  cpu::penalty(*parallel_, weights, l1, l2, gradients, count, sum, accumulate);
}

void CpuBackend::sgd(const SgdStep& step, Real* weights, const Real* gradients, Real* velocity,
                     const std::uint8_t* trainable, Index count) {
  cpu::sgd(*parallel_, step, weights, gradients, velocity, trainable, count);
}

void CpuBackend::adam(const AdamStep& step, Real* weights, const Real* gradients, Real* first_moment,
                      Real* second_moment, const std::uint8_t* trainable, Index count) {
  cpu::adam(*parallel_, step, weights, gradients, first_moment, second_moment, trainable, count);
}

void CpuBackend::rmsprop(const RmspropStep& step, Real* weights, const Real* gradients, Real* mean_square,
                         Real* mean_gradient, Real* velocity, const std::uint8_t* trainable, Index count) {
  cpu::rmsprop(*parallel_, step, weights, gradients, mean_square, mean_gradient, velocity, trainable, count);
}

void CpuBackend::sum_squares(const Real* values, Index count, double* sum, bool accumulate) {
  *sum = (accumulate ? *sum : 0) + cpu::sum_squares(*parallel_, values, count);
}

void CpuBackend::clip_norm(Real* values, Index count, const double* squares, double limit) {
  cpu::clip_norm(*parallel_, values, count, *squares, limit);
}

void CpuBackend::clip_values(Real* values, Index count, Real limit) {
  cpu::clip_values(*parallel_, values, count, limit);
}

}  // namespace lapis
