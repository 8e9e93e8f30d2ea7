#include "lapis/ops/activation.h"
#include "lapis/ops/panels.h"
#include "lapis/ops/recurrent.h"
#include "lapis/ops/sequence.h"

namespace lapis::cpu {

namespace {

using simd::kLanes;
using simd::Vector;

/// Columns of the gates are reordered: for every block of kLanes units its i, f, candidate and o side by
/// side, two panels wide. So one tile has all that a block's cells need, and the rest of the step follows
/// while it is hot.
constexpr Index kGates = 4;
constexpr Index kBlock = kGates * kLanes;
static_assert(kBlock == 2 * kPanel);

/// Rows of a tile: with four vectors to a row it fits the registers like a tile of the other products.
constexpr int kCellRows = kTileRows >= 8 ? 4 : kTileRows / 2;

Index blocks_of(const Recurrent& op) {
  return padded_units(op) / kLanes;
}
Index columns_of(const Recurrent& op) {
  return kGates * padded_units(op);
}
Index step_size(const Recurrent& op) {
  return Size(op.batch) * padded_units(op);
}

/// Element j of gate g (Keras's column g * units + j) of a row from, to its place in the reordered row.
void reorder_row(const Recurrent& op, const Real* from, Real* to, Index panel_step) {
  for (Index unit = 0; unit < op.units; unit += kLanes) {
    const Index count = std::min(kLanes, op.units - unit);
    for (Index gate = 0; gate < kGates; ++gate) {
      Real* const place = to + (unit / kLanes * 2 + gate / 2) * panel_step + gate % 2 * kLanes;
      simd::store(place, simd::load_part(from + gate * op.units + unit, count));
    }
  }
}

void reorder_matrix(const Recurrent& op, const Real* from, Index rows, Real* panels) {
  for (Index p = 0; p < rows; ++p)
    reorder_row(op, from + p * kGates * op.units, panels + p * kPanel, rows * kPanel);
}

/// What training keeps, in this order. Value: Real while forward writes it, const Real while backward reads
/// it.
template <class Value>
struct Saved {
  Value* h;            // [time + 1, batch, padded units]: the state before each step and after the last
  Value* c;            // [time + 1, batch, padded units]: the cell state
  Value* activated_c;  // [time, batch, padded units]: activation(c) after each step
  Value* gates;        // [time, batch, blocks, 4, kLanes]: i, f, candidate, o after their activations
};

template <class Value>
Saved<Value> split_saved(const Recurrent& op, Value* saved) {
  const Index size = step_size(op);
  Value* const c = saved + (op.time + 1) * size;
  Value* const activated_c = c + (op.time + 1) * size;
  return {saved, c, activated_c, activated_c + op.time * size};
}

/// A thread's memory while predicting: z of a few steps, h twice, c.
Index predicting_scratch(const Recurrent& op) {
  return Size(kProjectedRows) * columns_of(op) + Size(3 * kMostChunkRows) * padded_units(op);
}

Index turned_size(const Recurrent& op) {
  return panels_size(kGates * op.units, op.units);
}

/// A row of the batch at one step.
struct Cell {
  const Real* h_before = nullptr;
  const Real* c_before = nullptr;
  Real* z = nullptr;  // [blocks, 4, kLanes]: the inputs' sums, then all sums; training: then the gates
  Real* h = nullptr;
  Real* c = nullptr;
  Real* activated_c = nullptr;  // nullptr: predicting
};

/// Keras's default is worked out in place, among the other gates.
[[gnu::always_inline]] inline Vector gate_activation(Activation activation, Vector x) {
  return activation == Activation::sigmoid ? simd::sigmoid(x) : activated(activation, x);
}
[[gnu::always_inline]] inline Vector state_activation(Activation activation, Vector x) {
  return activation == Activation::tanh ? simd::tanh(x) : activated(activation, x);
}

[[gnu::always_inline]] inline Vector gate_derivative(Activation activation, Vector y, Vector dy) {
  return activation == Activation::sigmoid ? dy * y * (Real(1) - y)
                                           : activation_derivative(activation, y, dy);
}
[[gnu::always_inline]] inline Vector state_derivative(Activation activation, Vector y, Vector dy) {
  return activation == Activation::tanh ? dy * (Real(1) - y * y) : activation_derivative(activation, y, dy);
}

/// The cells of one block of units, from their sums z.
[[gnu::noinline]] void finish_cells(const Recurrent& op, const Cell* cells, Index rows, Index block) {
  for (Index row = 0; row < rows; ++row) {
    const Cell& cell = cells[row];
    Real* const z = cell.z + block * kBlock;
    const Index unit = block * kLanes;
    const Vector i = gate_activation(op.recurrent_activation, simd::load(z));
    const Vector f = gate_activation(op.recurrent_activation, simd::load(z + kLanes));
    const Vector candidate = state_activation(op.activation, simd::load(z + 2 * kLanes));
    const Vector o = gate_activation(op.recurrent_activation, simd::load(z + 3 * kLanes));
    const Vector c = f * simd::load(cell.c_before + unit) + i * candidate;
    const Vector activated_c = state_activation(op.activation, c);
    simd::store(cell.c + unit, c);
    simd::store(cell.h + unit, o * activated_c);
    if (cell.activated_c == nullptr) continue;
    simd::store(z, i);
    simd::store(z + kLanes, f);
    simd::store(z + 2 * kLanes, candidate);
    simd::store(z + 3 * kLanes, o);
    simd::store(cell.activated_c + unit, activated_c);
  }
}

/// z += h_before recurrent_kernel, for a block of some cells; the last ones may repeat.
[[gnu::noinline]] void add_states(const Projection& weights, const Runs& runs, const Cell* const* cells,
                                  Index block) {
  const Real* h[kCellRows];
  for (int i = 0; i < kCellRows; ++i) h[i] = cells[i]->h_before;
  Vector sums[kCellRows][kGates];
  const Index panel_step = runs.length * kPanel;
  multiply_tile<kCellRows, 2>(h, runs, weights.recurrent_kernel + 2 * block * panel_step, panel_step, sums);
#pragma GCC unroll 16
  for (int i = 0; i < kCellRows; ++i) {
    Real* const z = cells[i]->z + block * kBlock;
#pragma GCC unroll 16
    for (int v = 0; v < kGates; ++v) sums[i][v] += simd::load(z + v * kLanes);
  }
#pragma GCC unroll 16
  for (int i = 0; i < kCellRows; ++i) {
    Real* const z = cells[i]->z + block * kBlock;
#pragma GCC unroll 16
    for (int v = 0; v < kGates; ++v) simd::store(z + v * kLanes, sums[i][v]);
  }
}

/// One step of some rows. Weights larger than the cache are walked there and back: what was read last is read
/// first.
void step(const Recurrent& op, const Projection& weights, const Cell* cells, Index rows, bool backwards) {
  const Runs runs = {.length = op.units};
  const Index blocks = blocks_of(op);
  if (rows == 1) {
    multiply_rows({.rows = 1,
                   .n = weights.columns,
                   .a = &cells->h_before,
                   .runs = runs,
                   .panels = weights.recurrent_kernel,
                   .panel_step = op.units * kPanel,
                   .c = &cells->z,
                   .accumulate = true,
                   .last_panel_first = backwards});
    for (Index block = 0; block < blocks; ++block) finish_cells(op, cells, 1, block);
    return;
  }
  for (Index number = 0; number < blocks; ++number) {
    const Index block = backwards ? blocks - 1 - number : number;
    for (Index row = 0; row < rows; row += kCellRows) {
      const Cell* tile[kCellRows];
      for (Index i = 0; i < kCellRows; ++i) tile[i] = cells + std::min(row + i, rows - 1);
      add_states(weights, runs, tile, block);
    }
    finish_cells(op, cells, rows, block);
  }
}

/// One row of one step backwards. dh: gradient of h; dc: gradient of c after the step, then of c before it;
/// dgates [4 * units]: gradient of the sums, in Keras's order.
void cell_backward(const Recurrent& op, const Real* gates, const Real* c_before, const Real* activated_c,
                   const Real* dh, Real* dc, Real* dgates) {
  for (Index unit = 0; unit < op.units; unit += kLanes, gates += kBlock) {
    const Vector i = simd::load(gates);
    const Vector f = simd::load(gates + kLanes);
    const Vector candidate = simd::load(gates + 2 * kLanes);
    const Vector o = simd::load(gates + 3 * kLanes);
    const Vector dh_unit = simd::load(dh + unit);
    const Vector active = simd::load(activated_c + unit);
    const Vector dc_unit = simd::load(dc + unit) + state_derivative(op.activation, active, dh_unit * o);
    simd::store(dc + unit, dc_unit * f);
    const Vector gradients[kGates] = {
        gate_derivative(op.recurrent_activation, i, dc_unit * candidate),
        gate_derivative(op.recurrent_activation, f, dc_unit * simd::load(c_before + unit)),
        state_derivative(op.activation, candidate, dc_unit * i),
        gate_derivative(op.recurrent_activation, o, dh_unit * active)};
    const Index count = std::min(kLanes, op.units - unit);
    for (Index gate = 0; gate < kGates; ++gate) {
      Real* const to = dgates + gate * op.units + unit;
      if (count == kLanes)
        simd::store(to, gradients[gate]);
      else
        simd::store_part(to, gradients[gate], count);
    }
  }
}

}  // namespace

namespace {

/// kernel and recurrent_kernel in panels, bias, shares of words, all with reordered columns; which words are
/// known.
Projection projection(const Recurrent& op, Real* prepared) {
  const Index columns = columns_of(op);
  Real* const recurrent_kernel = prepared + op.inputs * columns;
  Real* const bias = recurrent_kernel + op.units * columns;
  Real* const words = bias + columns;
  return {columns, prepared, recurrent_kernel, bias, words, words + op.words * columns};
}

}  // namespace

Index lstm_prepared(const Recurrent& op) {
  return Size(op.inputs + op.units + 1 + op.words) * columns_of(op) + op.words;
}

void prepare_lstm(const Recurrent& op, const RecurrentParameters& parameters, Real* prepared) {
  const Index columns = columns_of(op);
  Real* const recurrent_kernel = prepared + op.inputs * columns;
  Real* const bias = recurrent_kernel + op.units * columns;
  reorder_matrix(op, parameters.kernel, op.inputs, prepared);
  reorder_matrix(op, parameters.recurrent_kernel, op.units, recurrent_kernel);
  simd::fill_zero(bias, columns);
  if (parameters.bias != nullptr) reorder_row(op, parameters.bias, bias, kPanel);
  simd::fill_zero(projection(op, prepared).known, op.words);
}

Index lstm_saved(const Recurrent& op) {
  return (Size(7) * op.time + 2) * step_size(op);
}

// forward: prepared weights; predicting also the threads' memory.
// backward: recurrent_kernel turned, dh and dc [batch, padded units], steps (then d steps), dgates [time,
// batch, 4 * units].
Index lstm_scratch(const Recurrent& op, int threads) {
  const Index forward = Size(lstm_prepared(op)) + Size(threads) * predicting_scratch(op);
  const Index backward = Size(turned_size(op)) + Size(2) * step_size(op) +
                         Size(op.time) * op.batch * (op.inputs + kGates * op.units);
  return std::max(forward, backward);
}

void lstm(Parallel& parallel, const Recurrent& op, const Real* x, const RecurrentParameters& parameters,
          Real* y, Real* saved, Real* scratch) {
  Real* prepared = parameters.prepared;
  if (prepared == nullptr) {
    prepare_lstm(op, parameters, scratch);
    prepared = scratch;
    scratch += lstm_prepared(op);
  }
  const Projection weights = projection(op, prepared);
  const Index columns = weights.columns;
  const Index size = padded_units(op);
  const bool training = saved != nullptr;
  if (op.words > 0) project_words(op, x, parameters.table, weights);

  for_each_chunk(parallel, op, [&](Index first, Index rows, int thread) {
    Real* const own = scratch + thread * predicting_scratch(op);
    Chunk chunk = {.first = first, .rows = rows, .z = own, .step_size = rows * columns, .row_size = columns};
    Real* h = own + kProjectedRows * columns;
    Real* c = h + 2 * kMostChunkRows * size;
    Saved<Real> at = {};
    if (training) {
      at = split_saved(op, saved);
      chunk.z = at.gates + first * columns;
      chunk.step_size = op.batch * columns;
      h = at.h + first * size;
      c = at.c + first * size;
    }
    simd::fill_zero(h, rows * size);
    simd::fill_zero(c, rows * size);

    Cell state[kMostChunkRows];  // where each row stands
    for (Index i = 0; i < rows; ++i) {
      state[i].h = h + i * size;
      state[i].c = c + i * size;
    }
    Real* spare[kMostChunkRows];  // predicting: where its next state goes
    for (Index i = 0; i < rows; ++i) spare[i] = h + (kMostChunkRows + i) * size;

    Cell cells[kMostChunkRows];
    for (Index s = 0; s < op.time; ++s) {
      if (s % chunk.steps_at_once() == 0) {
        if (!training) chunk.z_step = s;
        project_inputs(op, x, weights, chunk, s, std::min(s + chunk.steps_at_once(), op.time));
      }
      Index active = 0;
      for (Index i = 0; i < rows; ++i) {
        Cell& row = state[i];
        const bool masked = is_masked(op, first + i, s);
        row.h_before = row.h;
        row.c_before = row.c;
        row.z = chunk.z_at(s, i);
        if (training) {
          const Index after = (s * op.batch + first + i) * size;
          row.h = at.h + step_size(op) + after;
          row.c = at.c + step_size(op) + after;
          row.activated_c = at.activated_c + after;
          if (masked) {
            simd::copy(row.h_before, row.h, size);
            simd::copy(row.c_before, row.c, size);
          }
        } else if (!masked) {
          std::swap(row.h, spare[i]);
        }
        if (!masked) cells[active++] = row;
      }
      if (active > 0) step(op, weights, cells, active, s % 2 == 1);
      for (Index i = 0; i < rows; ++i) write_output(op, state[i].h, first + i, s, y);
    }
  });
}

void lstm_backward(Parallel& parallel, const Recurrent& op, const Real* x,
                   const RecurrentParameters& parameters, const Real* dy, const Real* saved, Real* dx,
                   const RecurrentGradients& gradients, Real* scratch) {
  const Index units = op.units;
  const Index size = padded_units(op);
  const Index columns = kGates * units;
  const Saved<const Real> at = split_saved(op, saved);
  Real* const turned = scratch;
  Real* const dh = turned + turned_size(op);
  Real* const dc = dh + step_size(op);
  Real* const steps = dc + step_size(op);
  Real* const dgates = steps + op.time * op.batch * op.inputs;
  pack_panels({parameters.recurrent_kernel, columns, true}, columns, units, turned);

  for_each_chunk(parallel, op, [&](Index first, Index rows, int) {
    Real* const carried = dh + first * size;  // gradient of the state after the step, then of the one before
    Real* const cell_gradient = dc + first * size;
    simd::fill_zero(carried, rows * size);
    simd::fill_zero(cell_gradient, rows * size);
    const Real* dsums[kMostChunkRows];
    Real* before[kMostChunkRows];
    RowProduct step = {.n = units,
                       .a = dsums,
                       .runs = {.length = columns},
                       .panels = turned,
                       .panel_step = columns * kPanel,
                       .c = before};
    for (Index s = op.time - 1; s >= 0; --s) {
      step.rows = 0;
      for (Index i = 0; i < rows; ++i) {
        const Index row = s * op.batch + first + i;
        Real* const gradient = carried + i * size;
        Real* const sums = dgates + row * columns;
        add_output_gradient(op, dy, first + i, s, gradient);
        if (is_masked(op, first + i, s)) {
          simd::fill_zero(sums, columns);  // both states passed by: so do their gradients
          continue;
        }
        cell_backward(op, at.gates + row * columns_of(op), at.c + row * size, at.activated_c + row * size,
                      gradient, cell_gradient + i * size, sums);
        dsums[step.rows] = sums;
        before[step.rows] = gradient;
        ++step.rows;
      }
      multiply_rows(step);
    }
  });

  to_steps(parallel, op, x, steps);
  parameter_gradients(parallel, op, steps, at.h, size, dgates, columns, parameters, gradients,
                      dx != nullptr ? steps : nullptr);
  if (dx != nullptr) from_steps(parallel, op, steps, dx);
}

}  // namespace lapis::cpu
