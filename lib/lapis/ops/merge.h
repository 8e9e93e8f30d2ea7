#pragma once

#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

/// Internal to ops: what Bidirectional needs, on the CPU. Contracts: backend.h.
namespace lapis::cpu {

void merge(Parallel& parallel, Backend::Merge mode, const Real* a, const Real* b, Real* y, Index rows,
           Index n);
void merge_backward(Parallel& parallel, Backend::Merge mode, const Real* a, const Real* b, const Real* dy,
                    Real* da, Real* db, Index rows, Index n);
void reverse_time(Parallel& parallel, const Real* x, Real* y, Index batch, Index time, Index n);
void add(Parallel& parallel, const Real* x, Real* y, Index count);
void add_scaled(Parallel& parallel, Real factor, const Real* x, Real* y, Index count);

void scale_steps(Parallel& parallel, const Real* x, const Real* factors, Real* y, Index batch, Index time,
                 Index n);
void choose_rows(Parallel& parallel, const RowChoice& choice);

}  // namespace lapis::cpu
