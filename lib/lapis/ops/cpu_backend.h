#pragma once

#include <memory>
#include <string>

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

namespace lapis {

/// The CPU: each operation is a free function in a file of its family; this class only gathers them.
class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(std::unique_ptr<Parallel> parallel);

  std::string name() const override;

  Buffer allocate(std::size_t bytes, Fill fill) override;
  Buffer share(std::span<const std::byte> values) override;
  void copy(const Real* from, Real* to, Index count) override;
  void upload(const void* host, void* device, std::size_t bytes) override;
  void download(const void* device, void* host, std::size_t bytes) override;
  void zero(Real* values, Index count) override;

  void gemm(const Gemm& gemm) override;
  Index gemm_prepared(Index k, Index n) const override;
  void prepare_gemm(const Real* b, Index k, Index n, Real* prepared) override;
  void sum_rows(const Real* dy, Index rows, Index n, Real* bias_gradient) override;
  void add_bias(Real* y, Index rows, Index n, const Real* bias, Activation activation) override;

  Index conv2d_prepared(const Conv2DOp& op) const override;
  void prepare_conv2d(const Conv2DOp& op, const Real* kernel, Real* prepared) override;
  Index conv2d_scratch(const Conv2DOp& op, bool training) const override;
  void conv2d(const Conv2DOp& op, const Real* x, const Conv2DParameters& parameters, Real* y,
              Real* scratch) override;
  void conv2d_backward_data(const Conv2DOp& op, const Real* dy, const Real* kernel, Real* dx,
                            Real* scratch) override;
  void conv2d_backward_kernel(const Conv2DOp& op, const Real* x, const Real* dy, Real* dkernel,
                              Real* scratch) override;
  void pool2d(const Pool2D& pool, const Real* x, Real* y) override;
  void pool2d_backward(const Pool2D& pool, const Real* x, const Real* dy, Real* dx) override;

  void activate(Activation activation, const Real* x, Real* y, Index rows, Index n) override;
  void activate_backward(Activation activation, const Real* y, const Real* dy, Real* dx, Index rows,
                         Index n) override;
  void pointwise(const Pointwise& op, const Real* x, Real* y, Index count) override;
  void pointwise_backward(const Pointwise& op, const Real* x, const Real* dy, Real* dx, Index count) override;
  void rms_norm(const Real* x, const Real* scale, Real epsilon, Real* y, Index rows, Index n) override;
  void rms_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                         Real* dscale, Index rows, Index n) override;
  void layer_norm(const Real* x, const Real* scale, const Real* offset, Real epsilon, Real* y, Index rows,
                  Index n) override;
  void layer_norm_backward(const Real* x, const Real* scale, Real epsilon, const Real* dy, Real* dx,
                           Real* dscale, Real* doffset, Index rows, Index n) override;
  void column_moments(const Real* x, Mask mask, Index rows, Index n, Real* mean, Real* variance) override;
  void column_norm(const ColumnNorm& op, const Real* x, Real* y) override;
  void column_norm_backward(const ColumnNorm& op, const Real* x, Mask mask, bool own_moments, const Real* dy,
                            Real* dx, Real* dscale, Real* doffset, Real* sums) override;
  void dropout(const Real* x, Real* y, Index count, float rate, RandomStream random) override;
  void merge(Merge mode, const Real* a, const Real* b, Real* y, Index rows, Index n) override;
  void merge_backward(Merge mode, const Real* a, const Real* b, const Real* dy, Real* da, Real* db,
                      Index rows, Index n) override;
  void reverse_time(const Real* x, Real* y, Index batch, Index time, Index n) override;
  void scale_steps(const Real* x, const Real* factors, Real* y, Index batch, Index time, Index n) override;
  void choose_rows(const RowChoice& choice) override;
  void add(const Real* x, Real* y, Index count) override;
  void add_scaled(Real factor, const Real* x, Real* y, Index count) override;

  void mean_steps(const Real* x, Mask mask, Index batch, Index steps, Index n, Real* y) override;
  void mean_steps_backward(const Real* dy, Mask mask, Index batch, Index steps, Index n, Real* dx) override;
  void pad2d(const Window2D& window, const Real* x, Real* y) override;
  void keep_rows(const Real* x, Real value, const Real* from, Real* to, std::uint8_t* mask, Index rows,
                 Index n) override;

  void embedding(const Real* ids, const Real* table, Real* y, Index count, Index n) override;
  void embedding_backward(const Real* ids, const Real* dy, Real* dtable, Index count, Index n) override;
  void mask_nonzero(const Real* ids, std::uint8_t* mask, Index count) override;

  void load_pictures(const PictureBatch& batch, Real* x) override;

  Index simple_rnn_prepared(const Recurrent& op) const override;
  void prepare_simple_rnn(const Recurrent& op, const RecurrentParameters& parameters,
                          Real* prepared) override;
  Index simple_rnn_saved(const Recurrent& op) const override;
  Index simple_rnn_scratch(const Recurrent& op) const override;
  void simple_rnn(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y,
                  Real* saved, Real* scratch) override;
  void simple_rnn_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                           const Real* dy, const Real* saved, Real* dx, const RecurrentGradients& gradients,
                           Real* scratch) override;
  Index lstm_prepared(const Recurrent& op) const override;
  void prepare_lstm(const Recurrent& op, const RecurrentParameters& parameters, Real* prepared) override;
  Index lstm_saved(const Recurrent& op) const override;
  Index lstm_scratch(const Recurrent& op) const override;
  void lstm(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y, Real* saved,
            Real* scratch) override;
  void lstm_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
                     const Real* dy, const Real* saved, Real* dx, const RecurrentGradients& gradients,
                     Real* scratch) override;

  Index gru_saved(const Recurrent& op) const override;
  Index gru_scratch(const Recurrent& op) const override;
  void gru(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, Real* y, Real* saved,
           Real* scratch) override;
  void gru_backward(const Recurrent& op, const Real* x, const RecurrentParameters& parameters, const Real* dy,
                    const Real* saved, Real* dx, const RecurrentGradients& gradients, Real* scratch) override;

  void softmax_cross_entropy(const Real* y, const Real* labels, Mask mask, Index rows, Index n, Real* loss,
                             Real* dlogits) override;
  void dense_loss(DenseLoss kind, const Real* y, const Real* targets, Mask mask, Index rows, Index n,
                  Real* loss, Real* dy) override;
  void penalty(const Real* weights, double l1, double l2, Real* gradients, Index count, double* sum,
               bool accumulate) override;
  void sgd(const SgdStep& step, Real* weights, const Real* gradients, Real* velocity,
           const std::uint8_t* trainable, Index count) override;
  void adam(const AdamStep& step, Real* weights, const Real* gradients, Real* first_moment,
            Real* second_moment, const std::uint8_t* trainable, Index count) override;
  void rmsprop(const RmspropStep& step, Real* weights, const Real* gradients, Real* mean_square,
               Real* mean_gradient, Real* velocity, const std::uint8_t* trainable, Index count) override;
  void sum_squares(const Real* values, Index count, double* sum, bool accumulate) override;
  void clip_norm(Real* values, Index count, const double* squares, double limit) override;
  void clip_values(Real* values, Index count, Real limit) override;

 private:
  std::unique_ptr<Parallel> parallel_;
};

}  // namespace lapis
