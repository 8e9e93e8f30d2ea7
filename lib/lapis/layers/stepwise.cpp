#include "lapis/layers/stepwise.h"

#include <utility>

#include "lapis/core/size.h"

namespace lapis {

namespace {

/// LSTM's gates, in the order of their weights.
constexpr int kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3;
/// GRU's: z, r and the candidate.
constexpr int kUpdate = 0, kReset = 1, kNew = 2;

/// What both directions need: sizes, places in `saved`, and the operations on [batch, units].
class Walk {
 public:
  Walk(Backend& backend, const Stepwise& layer, Real* scratch)
      : backend_(backend),
        layer_(layer),
        op_(layer.op),
        size_(layer.op.batch * layer.op.units),
        scratch_(scratch) {}

 protected:
  Real* take() {
    Real* const values = scratch_;
    scratch_ += size_;
    return values;
  }

  Index time_of(Index s) const { return op_.go_backwards ? op_.time - 1 - s : s; }
  Index columns() const { return layer_.gates * op_.units; }
  // Places in `saved`: states before each step and after the last, gates after their activations, then an
  // LSTM's cell states and their activations, or the state's share of a GRU's candidate.
  Index h(Index s) const { return s * size_; }
  Index gate(Index s, int g) const { return (op_.time + 1 + s * layer_.gates + g) * size_; }
  Index behind() const { return (op_.time + 1 + op_.time * layer_.gates) * size_; }
  Index c(Index s) const { return behind() + s * size_; }
  Index activated(Index s) const { return behind() + (op_.time + 1 + s) * size_; }
  Index share(Index s) const { return behind() + s * size_; }

  void multiply(const Real* a, const Real* b, Real* y) {
    backend_.merge(Backend::Merge::mul, a, b, y, op_.batch, op_.units);
  }
  void add(const Real* x, Real* y) { backend_.add(x, y, size_); }
  /// y = a in rows that step s counts, b in those that it does not; nullptr: 0.
  void choose(Index s, const Real* a, const Real* b, Real* y) {
    RowChoice choice = {.rows = op_.batch, .n = op_.units, .a = a, .b = b, .y = y};
    choice.a_stride = choice.b_stride = choice.y_stride = op_.units;
    count_rows(s, choice);
    backend_.choose_rows(choice);
  }
  void count_rows(Index s, RowChoice& choice) const {
    choice.mask = op_.mask + time_of(s);
    choice.mask_stride = op_.time;
  }
  /// The state as gate g sees it: `state` itself, or `room`.
  const Real* seen(int g, const Real* state, Real* room) {
    if (layer_.state_factors == nullptr) return state;
    multiply(state, layer_.state_factors + g * size_, room);
    return room;
  }
  const Real* bias(int g) const {
    return layer_.parameters.bias != nullptr ? layer_.parameters.bias + g * op_.units : nullptr;
  }
  /// A GRU's with reset_after, beside the one above.
  const Real* state_bias(int g) const {
    const bool has_one = layer_.gates == 3 && op_.reset_after && layer_.parameters.bias != nullptr;
    return has_one ? layer_.parameters.bias + columns() + g * op_.units : nullptr;
  }
  const Real* kernel(int g) const { return layer_.parameters.kernel + g * op_.units; }
  const Real* recurrent_kernel(int g) const { return layer_.parameters.recurrent_kernel + g * op_.units; }

  Backend& backend_;
  const Stepwise& layer_;
  const Recurrent& op_;
  Index size_;
  Real* scratch_;
};

class Forward : public Walk {
 public:
  Forward(Backend& backend, const Stepwise& layer, Real* saved, Real* scratch)
      : Walk(backend, layer, scratch), saved_(saved), room_(take()), other_(take()) {}

  void run(Real* y) {
    backend_.zero(at(h(0)), size_);
    if (layer_.gates == 4) backend_.zero(at(c(0)), size_);
    for (Index s = 0; s < op_.time; ++s) {
      layer_.gates == 4 ? lstm(s) : layer_.gates == 3 ? gru(s) : simple_rnn(s);
      if (op_.mask != nullptr) choose(s, at(h(s + 1)), at(h(s)), at(h(s + 1)));
      write_output(s, y);
    }
  }

 private:
  Real* at(Index place) const { return saved_ + place; }

  /// to = x kernel + bias.
  void input_product(Index s, int g, const Real* bias) {
    backend_.gemm({.m = op_.batch,
                   .n = op_.units,
                   .k = op_.inputs,
                   .a = layer_.x[static_cast<std::size_t>(g)] + time_of(s) * op_.inputs,
                   .lda = op_.time * op_.inputs,
                   .b = kernel(g),
                   .ldb = columns(),
                   .c = at(gate(s, g)),
                   .ldc = op_.units,
                   .bias = bias});
  }
  /// to (+)= state recurrent_kernel + bias, then the activation.
  void state_product(int g, const Real* state, const Real* bias, Activation activation, bool accumulate,
                     Real* to) {
    backend_.gemm({.m = op_.batch,
                   .n = op_.units,
                   .k = op_.units,
                   .a = state,
                   .lda = op_.units,
                   .b = recurrent_kernel(g),
                   .ldb = columns(),
                   .c = to,
                   .ldc = op_.units,
                   .accumulate = accumulate,
                   .bias = bias,
                   .activation = activation});
  }
  void whole_gate(Index s, int g, Activation activation) {
    input_product(s, g, bias(g));
    state_product(g, seen(g, at(h(s)), room_), state_bias(g), activation, true, at(gate(s, g)));
  }

  void simple_rnn(Index s) {
    whole_gate(s, 0, op_.activation);
    backend_.copy(at(gate(s, 0)), at(h(s + 1)), size_);
  }

  void lstm(Index s) {
    for (const int g : {kInput, kForget, kCandidate, kOutput})
      whole_gate(s, g, g == kCandidate ? op_.activation : op_.recurrent_activation);
    multiply(at(gate(s, kForget)), at(c(s)), at(c(s + 1)));
    multiply(at(gate(s, kInput)), at(gate(s, kCandidate)), room_);
    add(room_, at(c(s + 1)));
    backend_.activate(op_.activation, at(c(s + 1)), at(activated(s)), op_.batch, op_.units);
    multiply(at(gate(s, kOutput)), at(activated(s)), at(h(s + 1)));
    if (op_.mask != nullptr) choose(s, at(c(s + 1)), at(c(s)), at(c(s + 1)));
  }

  void gru(Index s) {
    whole_gate(s, kUpdate, op_.recurrent_activation);
    whole_gate(s, kReset, op_.recurrent_activation);
    Real* const candidate = at(gate(s, kNew));
    input_product(s, kNew, bias(kNew));
    const Real* const state = seen(kNew, at(h(s)), room_);
    if (op_.reset_after) {
      state_product(kNew, state, state_bias(kNew), Activation::linear, false, at(share(s)));
      multiply(at(gate(s, kReset)), at(share(s)), other_);
      add(other_, candidate);
      backend_.activate(op_.activation, candidate, candidate, op_.batch, op_.units);
    } else {
      multiply(at(gate(s, kReset)), state, other_);
      state_product(kNew, other_, nullptr, op_.activation, true, candidate);
    }
    // z h + (1 - z) candidate = candidate + z (h - candidate)
    backend_.copy(at(h(s)), other_, size_);
    backend_.add_scaled(Real(-1), candidate, other_, size_);
    multiply(at(gate(s, kUpdate)), other_, at(h(s + 1)));
    add(candidate, at(h(s + 1)));
  }

  void write_output(Index s, Real* y) {
    if (!op_.return_sequences && s + 1 != op_.time) return;
    RowChoice choice = {.rows = op_.batch, .n = op_.units, .a = at(h(s + 1)), .a_stride = op_.units};
    choice.y = op_.return_sequences ? y + s * op_.units : y;
    choice.y_stride = op_.return_sequences ? op_.time * op_.units : op_.units;
    if (op_.zero_output_for_mask && op_.mask != nullptr) count_rows(s, choice);
    backend_.choose_rows(choice);
  }

  Real* saved_;
  Real* room_;
  Real* other_;
};

class Backward : public Walk {
 public:
  Backward(Backend& backend, const Stepwise& layer, const Real* saved,
           const std::array<Real*, Stepwise::kMostGates>& dx, const RecurrentGradients& gradients,
           Real* scratch)
      : Walk(backend, layer, scratch), saved_(saved), dx_(dx), gradients_(gradients) {
    for (Real*& each : dz_) each = take();
    for (Real** each : {&dh_, &dh_before_, &dc_, &dc_before_, &active_, &active_c_, &room_, &other_})
      *each = take();
  }

  void run(const Real* dy) {
    backend_.zero(dh_, size_);
    backend_.zero(dc_, size_);
    for (Index s = op_.time - 1; s >= 0; --s) {
      add_output_gradient(s, dy);
      // Where the step does not count, the gradient passes by.
      split(s, dh_, active_, dh_before_);
      if (layer_.gates == 4) {
        split(s, dc_, active_c_, dc_before_);
        lstm(s);
        std::swap(dc_, dc_before_);
      } else if (layer_.gates == 3) {
        gru(s);
      } else {
        activation_gradient(op_.activation, at(gate(s, 0)), active_, dz_[0]);
        whole_gate(s, 0, dz_[0]);
      }
      std::swap(dh_, dh_before_);
    }
  }

 private:
  const Real* at(Index place) const { return saved_ + place; }

  void activation_gradient(Activation activation, const Real* y, const Real* dy, Real* dz) {
    backend_.activate_backward(activation, y, dy, dz, op_.batch, op_.units);
  }

  void add_output_gradient(Index s, const Real* dy) {
    if (!op_.return_sequences && s + 1 != op_.time) return;
    RowChoice choice = {.rows = op_.batch, .n = op_.units, .y = room_, .y_stride = op_.units};
    choice.a = op_.return_sequences ? dy + s * op_.units : dy;
    choice.a_stride = op_.return_sequences ? op_.time * op_.units : op_.units;
    if (op_.zero_output_for_mask && op_.mask != nullptr) count_rows(s, choice);
    backend_.choose_rows(choice);
    add(room_, dh_);
  }

  void split(Index s, const Real* gradient, Real* active, Real* passing) {
    if (op_.mask == nullptr) {
      backend_.copy(gradient, active, size_);
      backend_.zero(passing, size_);
      return;
    }
    choose(s, gradient, nullptr, active);
    choose(s, nullptr, gradient, passing);
  }

  /// From the gradient dz of gate g's sums.
  void input_gradients(Index s, int g, const Real* dz) {
    const Index at_time = time_of(s) * op_.inputs;
    backend_.gemm({.m = op_.inputs,
                   .n = op_.units,
                   .k = op_.batch,
                   .a = layer_.x[static_cast<std::size_t>(g)] + at_time,
                   .lda = op_.time * op_.inputs,
                   .transpose_a = true,
                   .b = dz,
                   .ldb = op_.units,
                   .c = gradients_.kernel + g * op_.units,
                   .ldc = columns(),
                   .accumulate = true});
    if (gradients_.bias != nullptr)
      backend_.sum_rows(dz, op_.batch, op_.units, gradients_.bias + g * op_.units);
    Real* const dx = dx_[static_cast<std::size_t>(g)];
    if (dx == nullptr) return;
    backend_.gemm({.m = op_.batch,
                   .n = op_.inputs,
                   .k = op_.units,
                   .a = dz,
                   .lda = op_.units,
                   .b = kernel(g),
                   .ldb = columns(),
                   .transpose_b = true,
                   .c = dx + at_time,
                   .ldc = op_.time * op_.inputs,
                   .accumulate = true});
  }
  /// dstate = dz recurrent_kernel^T; also the gradient of recurrent_kernel. `state`: as the product saw it.
  void state_gradients(int g, const Real* dz, const Real* state, Real* dstate) {
    backend_.gemm({.m = op_.units,
                   .n = op_.units,
                   .k = op_.batch,
                   .a = state,
                   .lda = op_.units,
                   .transpose_a = true,
                   .b = dz,
                   .ldb = op_.units,
                   .c = gradients_.recurrent_kernel + g * op_.units,
                   .ldc = columns(),
                   .accumulate = true});
    if (state_bias(g) != nullptr)
      backend_.sum_rows(dz, op_.batch, op_.units, gradients_.bias + columns() + g * op_.units);
    backend_.gemm({.m = op_.batch,
                   .n = op_.units,
                   .k = op_.units,
                   .a = dz,
                   .lda = op_.units,
                   .b = recurrent_kernel(g),
                   .ldb = columns(),
                   .transpose_b = true,
                   .c = dstate,
                   .ldc = op_.units});
  }
  /// The gradient of what gate g saw of the state goes to the state before the step; changes dstate.
  void add_seen(int g, Real* dstate) {
    if (layer_.state_factors != nullptr) multiply(dstate, layer_.state_factors + g * size_, dstate);
    add(dstate, dh_before_);
  }
  void whole_gate(Index s, int g, const Real* dz) {
    input_gradients(s, g, dz);
    state_gradients(g, dz, seen(g, at(h(s)), room_), other_);
    add_seen(g, other_);
  }

  void lstm(Index s) {
    const auto gates = [&](int g) { return at(gate(s, g)); };
    multiply(active_, at(activated(s)), dz_[kOutput]);
    multiply(active_, gates(kOutput), room_);
    activation_gradient(op_.activation, at(activated(s)), room_, room_);
    add(room_, active_c_);
    multiply(active_c_, gates(kCandidate), dz_[kInput]);
    multiply(active_c_, at(c(s)), dz_[kForget]);
    multiply(active_c_, gates(kInput), dz_[kCandidate]);
    multiply(active_c_, gates(kForget), room_);
    add(room_, dc_before_);
    for (const int g : {kInput, kForget, kCandidate, kOutput}) {
      Real* const dz = dz_[static_cast<std::size_t>(g)];
      activation_gradient(g == kCandidate ? op_.activation : op_.recurrent_activation, gates(g), dz, dz);
      whole_gate(s, g, dz);
    }
  }

  void gru(Index s) {
    const Real* const z = at(gate(s, kUpdate));
    const Real* const r = at(gate(s, kReset));
    const Real* const candidate = at(gate(s, kNew));
    backend_.copy(at(h(s)), room_, size_);
    backend_.add_scaled(Real(-1), candidate, room_, size_);
    multiply(active_, room_, dz_[kUpdate]);
    multiply(active_, z, room_);
    add(room_, dh_before_);
    backend_.add_scaled(Real(-1), room_, active_, size_);  // the candidate's share, 1 - z
    activation_gradient(op_.recurrent_activation, z, dz_[kUpdate], dz_[kUpdate]);
    activation_gradient(op_.activation, candidate, active_, dz_[kNew]);
    input_gradients(s, kNew, dz_[kNew]);
    if (op_.reset_after) {
      multiply(dz_[kNew], at(share(s)), dz_[kReset]);
      multiply(dz_[kNew], r, active_);  // gradient of the state's share
      state_gradients(kNew, active_, seen(kNew, at(h(s)), room_), other_);
    } else {
      const Real* const state = seen(kNew, at(h(s)), room_);
      multiply(r, state, active_);
      state_gradients(kNew, dz_[kNew], active_, other_);
      multiply(other_, state, dz_[kReset]);
      multiply(other_, r, other_);
    }
    add_seen(kNew, other_);
    activation_gradient(op_.recurrent_activation, r, dz_[kReset], dz_[kReset]);
    whole_gate(s, kUpdate, dz_[kUpdate]);
    whole_gate(s, kReset, dz_[kReset]);
  }

  const Real* saved_;
  std::array<Real*, Stepwise::kMostGates> dx_;
  RecurrentGradients gradients_;
  std::array<Real*, Stepwise::kMostGates> dz_ = {};  // gradients of the gates, then of their sums
  Real* dh_ = nullptr;                               // of the state after the step
  Real* dh_before_ = nullptr;                        // of the one before it
  Real* dc_ = nullptr;                               // the same of an LSTM's cell state
  Real* dc_before_ = nullptr;
  Real* active_ = nullptr;  // of the state, in the rows that the step counts
  Real* active_c_ = nullptr;
  Real* room_ = nullptr;
  Real* other_ = nullptr;
};

}  // namespace

Index stepwise_saved(const Stepwise& layer) {
  const Size time = layer.op.time;
  const Size more = layer.gates == 4 ? time * 2 + 1 : layer.gates == 3 ? time : Size(0);
  return (time + 1 + time * layer.gates + more) * layer.op.batch * layer.op.units;
}

Index stepwise_scratch(const Stepwise& layer) {
  return Size(Stepwise::kMostGates + 8) * layer.op.batch * layer.op.units;
}

void stepwise_forward(Backend& backend, const Stepwise& layer, Real* y, Real* saved, Real* scratch) {
  Forward(backend, layer, saved, scratch).run(y);
}

void stepwise_backward(Backend& backend, const Stepwise& layer, const Real* dy, const Real* saved,
                       const std::array<Real*, Stepwise::kMostGates>& dx, const RecurrentGradients& gradients,
                       Real* scratch) {
  Backward(backend, layer, saved, dx, gradients, scratch).run(dy);
}

}  // namespace lapis
