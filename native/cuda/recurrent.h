#pragma once

#include "lapis/core/error.h"
#include "sequence.h"

/// All steps of a sequence in one kernel. Rows of the batch need nothing of each other, so a block walks some
/// rows through all steps: a product v [m] W [m, n] of each row (forward: the state and the recurrent kernel;
/// backward: the gradients of the gates and its transpose), then a cell, one thread for each unit of each
/// row. W stays where it is fast for the whole sequence: of each thread's column first values in registers,
/// then in shared memory; what fits in neither is read at each step, neighbouring threads neighbouring
/// columns.
namespace lapis::cuda {

/// How a sequence is spread over blocks and threads; follows from the sizes and the GPU alone.
struct SequencePlan {
  int m = 0, n = 0;  // of the product
  int units = 0;
  int parts = 1;      // threads that share a column's sum
  int length = 0;     // values of a part, a multiple of 4: v is [rows, parts * length], zero behind m
  int kept = 0;       // of them in registers
  int in_shared = 0;  // and in shared memory
  int rows = 1;       // of the batch, to a block
  int threads = 0;

  LAPIS_DEVICE int v_size() const { return parts * length; }
  LAPIS_DEVICE int slots() const { return parts * n; }
};

inline constexpr int kSequenceThreads = 512;  // more, and a thread could not keep 64 values in registers

/// Real values of shared memory besides the weights; `states` values are a cell's own for each unit.
inline Index sequence_state(const SequencePlan& plan, int states) {
  return Index{plan.rows} * (plan.v_size() + plan.slots() + states * plan.units);
}

/// Throws Error where not even the state of one row fits in shared memory.
inline SequencePlan plan_sequence(const Recurrent& op, Index m, Index n, int states) {
  constexpr Index kMostUnits = 1 << 20;  // of int, with room
  constexpr int kFew = 32, kMany = 64;   // kept in registers
  SequencePlan plan;
  const Index room = most_shared_bytes() / Index{sizeof(Real)};
  const auto too_large = [&](Index needed) {
    fail("cuda: a recurrent layer of ", op.units, " units needs ", needed * Index{sizeof(Real)},
         " bytes of shared memory, the GPU has ", room * Index{sizeof(Real)}, "; make the layer smaller");
  };
  if (op.units > kMostUnits) too_large(m + n);
  plan.m = static_cast<int>(m);
  plan.n = static_cast<int>(n);
  plan.units = static_cast<int>(op.units);
  const auto part_of = [&](int parts) { return (plan.m + parts - 1) / parts; };
  if (plan.n <= kSequenceThreads) {
    while (part_of(plan.parts) > kFew && 2 * plan.parts * plan.n <= kSequenceThreads) plan.parts *= 2;
    plan.kept = part_of(plan.parts) > kFew ? kMany : kFew;
  }
  plan.length = std::max((part_of(plan.parts) + 3) / 4 * 4, plan.kept);
  while (plan.rows < 4 && (op.batch + plan.rows - 1) / plan.rows > processor_count()) plan.rows *= 2;
  while (plan.rows > 1 && sequence_state(plan, states) > room) plan.rows /= 2;
  const Index state = sequence_state(plan, states);
  if (state > room) too_large(state);
  plan.in_shared =
      static_cast<int>(std::min(Index{plan.length - plan.kept}, (room - state) / plan.slots() / 4 * 4));
  const int wanted = std::max(plan.slots(), plan.rows * plan.units);
  plan.threads = (std::min(wanted, kSequenceThreads) + 31) / 32 * 32;
  return plan;
}

/// One row's part of a block, as a cell sees it.
struct CellRow {
  Real* v;           // [m]: what the next product is of; zero before the first
  const Real* sums;  // of the last product, zero before the first
  Real* states;      // [Cell::kStates, units], zero before the first step
  int units, n, parts;
  int sums_step;  // from part to part

  LAPIS_DEVICE Real product(int column) const {
    Real sum = 0;
    for (int part = 0; part < parts; ++part) sum += sums[part * sums_step + column];
    return sum;
  }
  LAPIS_DEVICE Real& state(int number, int unit) const { return states[number * units + unit]; }
};

/// Cell: kStates, kBackward, phases() (products in a step), Ahead load(row, unit, s) (what a step needs of
/// the GPU's memory: read while the product before it runs), and step(at, ahead, row, unit, s, phase), which
/// reads the product and writes v.
template <class Cell, int kRows, int kKept>
struct Sequence {
  static constexpr int kMostThreads = kSequenceThreads;
  static constexpr int kFour = 4;  // values that are read at once

  struct alignas(16) Four {
    Real at[kFour];
  };
  struct State {
    Real kept[kKept > 0 ? kKept : 1];
    typename Cell::Ahead ahead;
  };

  Cell cell;
  SequencePlan plan;
  const Real* weights;  // [m, n]

  LAPIS_DEVICE Real weight(int column, int m) const {
    return m < plan.m ? weights[static_cast<Index>(m) * plan.n + column] : Real(0);
  }

  LAPIS_KERNEL static void multiply(const Real* v, int v_size, const Real (&by)[kFour],
                                    Real (&sums)[kRows][kFour]) {
    LAPIS_UNROLL
    for (int row = 0; row < kRows; ++row) {
      const Four values = *reinterpret_cast<const Four*>(v + row * v_size);
      LAPIS_UNROLL
      for (int i = 0; i < kFour; ++i) sums[row][i] += values.at[i] * by[i];
    }
  }

  /// One part of one column, of all rows.
  LAPIS_KERNEL void multiply_slot(const State& state, const Real* v, const Real* in_shared, int slot,
                                  Real* to) const {
    const int column = slot % plan.n;
    const int part = slot / plan.n;
    const int v_size = plan.v_size();
    const Real* const own = v + part * plan.length;
    Real sums[kRows][kFour] = {};
    LAPIS_UNROLL
    for (int i = 0; i < kKept; i += kFour) {
      const Real by[kFour] = {state.kept[i], state.kept[i + 1], state.kept[i + 2], state.kept[i + 3]};
      multiply(own + i, v_size, by, sums);
    }
    const int step = plan.slots();
    const int last = kKept + plan.in_shared;
    for (int i = kKept; i < last; i += kFour) {
      const Real* const from = in_shared + (i - kKept) * step + slot;
      const Real by[kFour] = {from[0], from[step], from[2 * step], from[3 * step]};
      multiply(own + i, v_size, by, sums);
    }
    for (int i = last; i < plan.length; i += kFour) {
      const int m = part * plan.length + i;
      const Real by[kFour] = {weight(column, m), weight(column, m + 1), weight(column, m + 2),
                              weight(column, m + 3)};
      multiply(own + i, v_size, by, sums);
    }
    LAPIS_UNROLL
    for (int row = 0; row < kRows; ++row)
      to[row * step + slot] = (sums[row][0] + sums[row][1]) + (sums[row][2] + sums[row][3]);
  }

  LAPIS_DEVICE Index step_of(Index i) const { return Cell::kBackward ? cell.op.time - 1 - i : i; }

  LAPIS_KERNEL void operator()(Block<State>& block, Real* shared) const {
    Real* const v = shared;
    Real* const sums = v + kRows * plan.v_size();
    Real* const states = sums + kRows * plan.slots();
    const int count = kRows * (plan.v_size() + plan.slots() + Cell::kStates * plan.units);
    Real* const in_shared = shared + count;
    const Index first_row = block.number * kRows;
    const Index last_row = cell.op.batch - first_row < kRows ? cell.op.batch - first_row : kRows;
    const int items = static_cast<int>(last_row) * plan.units;
    const int threads = plan.threads;
    block.each([&](int thread, State& state) {
      for (int i = thread; i < count; i += threads) shared[i] = 0;
      for (int slot = thread; slot < plan.slots(); slot += threads) {
        const int column = slot % plan.n;
        const int m = slot / plan.n * plan.length;
        LAPIS_UNROLL
        for (int i = 0; i < kKept; ++i) state.kept[i] = weight(column, m + i);
        for (int i = 0; i < plan.in_shared; ++i)
          in_shared[i * plan.slots() + slot] = weight(column, m + kKept + i);
      }
      if (kKept > 0 && thread >= plan.slots())
        for (int i = 0; i < kKept; ++i) state.kept[i] = 0;
      if (thread < items) {
        const int row = kRows == 1 ? 0 : thread / plan.units;
        state.ahead = cell.load(first_row + row, thread - row * plan.units, step_of(0));
      }
    });
    const int phases = cell.phases();
    for (Index i = 0; i < cell.op.time; ++i) {
      for (int phase = 0; phase < phases; ++phase) {
        if (i + phase > 0) {
          block.each([&](int thread, State& state) {
            for (int slot = thread; slot < plan.slots(); slot += threads)
              multiply_slot(state, v, in_shared, slot, sums);
          });
        }
        block.each([&](int thread, State& state) {
          const Index s = step_of(i);
          for (int item = thread; item < items; item += threads) {
            const int row = kRows == 1 ? 0 : item / plan.units;
            const int unit = item - row * plan.units;
            // Only a thread's first unit is read ahead: more have those whose layers are large.
            const CellRow at = {v + row * plan.v_size(),
                                sums + row * plan.slots(),
                                states + row * Cell::kStates * plan.units,
                                plan.units,
                                plan.n,
                                plan.parts,
                                plan.n};
            if (item == thread)
              cell.step(at, state.ahead, first_row + row, unit, s, phase);
            else
              cell.step(at, cell.load(first_row + row, unit, s), first_row + row, unit, s, phase);
          }
          if (phase + 1 == phases && i + 1 < cell.op.time && thread < items) {
            const int row = kRows == 1 ? 0 : thread / plan.units;
            state.ahead = cell.load(first_row + row, thread - row * plan.units, step_of(i + 1));
          }
        });
      }
    }
  }
};

template <class Cell, int kRows, int kKept>
void run_sequence_as(Device& device, const Cell& cell, const SequencePlan& plan, const Real* weights) {
  const Index blocks = (cell.op.batch + kRows - 1) / kRows;
  const Index values = sequence_state(plan, Cell::kStates) + Index{plan.in_shared} * plan.slots();
  for_each_block(device, blocks, plan.threads, values * Index{sizeof(Real)},
                 Sequence<Cell, kRows, kKept>{cell, plan, weights});
}

/// cell.step for all units, rows and steps, with the products v [m] weights [m, n] between them.
template <class Cell>
void run_sequence(Device& device, const Cell& cell, const Real* weights, Index m, Index n) {
  const SequencePlan plan = plan_sequence(cell.op, m, n, Cell::kStates);
  const auto with_rows = [&]<int kRows>() {
    if (plan.kept == 0)
      run_sequence_as<Cell, kRows, 0>(device, cell, plan, weights);
    else if (plan.kept == 32)
      run_sequence_as<Cell, kRows, 32>(device, cell, plan, weights);
    else
      run_sequence_as<Cell, kRows, 64>(device, cell, plan, weights);
  };
  if (plan.rows == 1)
    with_rows.template operator()<1>();
  else if (plan.rows == 2)
    with_rows.template operator()<2>();
  else
    with_rows.template operator()<4>();
}

/// The same for a backward cell, whose weights are the recurrent kernel [units, columns] transposed: a copy,
/// `transposed`, so that neighbouring threads read neighbouring values.
template <class Cell>
void run_sequence_back(Device& device, const Cell& cell, const Real* recurrent, Index columns,
                       Real* transposed) {
  const Index units = cell.op.units;
  for_each(device, units * columns,
           [=] LAPIS_KERNEL(Index i) { transposed[i] = recurrent[i % units * columns + i / units]; });
  run_sequence(device, cell, transposed, columns, units);
}

}  // namespace lapis::cuda
