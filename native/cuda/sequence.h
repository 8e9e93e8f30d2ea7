#pragma once

#include "cuda_backend.h"
#include "functions.h"
#include "launch.h"

/// What the recurrent layers share: a sequence is one product for the inputs of all steps and then one kernel
/// for all steps (recurrent.h). What is kept of a step stands where its input does, [batch, time, ...].
namespace lapis::cuda {

/// Which place of [batch, time] step s of a row handles.
LAPIS_DEVICE inline Index place_of(const Recurrent& op, Index row, Index s) {
  return row * op.time + (op.go_backwards ? op.time - 1 - s : s);
}

LAPIS_DEVICE inline bool is_masked(const Recurrent& op, Index place) {
  return op.mask != nullptr && op.mask[place] == 0;
}

/// Where the output of `unit` of `row` at step `s` stands in y and dy; -1 where there is none.
LAPIS_DEVICE inline Index output_at(const Recurrent& op, Index row, Index unit, Index s) {
  if (op.return_sequences) return (row * op.time + s) * op.units + unit;
  return s + 1 == op.time ? row * op.units + unit : -1;
}

/// The values of a place of one kind, rounded up so that the next kind starts where four can be read at once.
inline Index aligned_count(Index count) {
  return (count + 3) / 4 * 4;
}

inline Index places_of(const Recurrent& op) {
  return op.batch * op.time;
}

/// What all three need of `scratch`, predicting or training backward: the inputs that words stand for,
/// `gates` values a unit and place, and the recurrent kernel transposed.
inline Index sequence_scratch(const Recurrent& op, Index gates, Index columns) {
  return aligned_count(places_of(op) * op.inputs) + aligned_count(places_of(op) * gates * op.units) +
         aligned_count(op.units * columns);
}

/// z [batch * time, columns] = x kernel + bias; `words` takes the inputs that x, where it is ids, stands for.
inline void project_inputs(Backend& backend, const Recurrent& op, const Real* x,
                           const RecurrentParameters& parameters, Index columns, Real* words, Real* z) {
  if (op.words > 0) backend.embedding(x, parameters.table, words, places_of(op), op.inputs);
  Gemm product;
  product.m = places_of(op);
  product.n = columns;
  product.k = op.inputs;
  product.a = op.words > 0 ? words : x;
  product.lda = op.inputs;
  product.b = parameters.kernel;
  product.ldb = columns;
  product.c = z;
  product.ldc = columns;
  product.bias = parameters.bias;
  backend.gemm(product);
}

/// c [k, n] += a^T b over all places: a [batch * time, k], b [batch * time, n] and c with rows `columns`
/// apart.
inline void add_weight_gradient(Backend& backend, const Recurrent& op, const Real* a, Index k, const Real* b,
                                Index n, Index columns, Real* c) {
  Gemm product;
  product.m = k;
  product.n = n;
  product.k = places_of(op);
  product.a = a;
  product.lda = k;
  product.transpose_a = true;
  product.b = b;
  product.ldb = columns;
  product.c = c;
  product.ldc = columns;
  product.accumulate = true;
  backend.gemm(product);
}

/// dx from dz [batch * time, columns].
inline void input_gradient(Backend& backend, const Recurrent& op, const Real* dz, Index columns,
                           const Real* kernel, Real* dx) {
  if (dx == nullptr) return;
  Gemm product;
  product.m = places_of(op);
  product.n = op.inputs;
  product.k = columns;
  product.a = dz;
  product.lda = columns;
  product.b = kernel;
  product.ldb = columns;
  product.transpose_b = true;
  product.c = dx;
  product.ldc = op.inputs;
  backend.gemm(product);
}

}  // namespace lapis::cuda
