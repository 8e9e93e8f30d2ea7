#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "backend/op_cases.h"
#include "backend/op_run.h"

/// What the table of operations is put together from: a function for each family, in op_cases_<family>.cpp.
namespace lapis_test {

using Cases = std::vector<OpCase>;

/// A case: `body` gives an operation its tensors and runs it.
void add_case(Cases& cases, const std::string& name, const std::function<void(OpRun&)>& body);

/// " 3 4 5", for a case's name.
std::string text(std::initializer_list<lapis::Index> numbers);

/// About 6 of 10 ones; with `none` no one.
std::vector<std::uint8_t> make_mask(lapis::Index count, std::uint64_t seed, bool none = false);

void add_products(Cases& cases);   // gemm, sum_rows, add_bias
void add_windows(Cases& cases);    // conv2d, pool2d
void add_elements(Cases& cases);   // activate, pointwise, dropout, merge, reverse_time, add, copy, zero
void add_norms(Cases& cases);      // rms_norm, layer_norm, column_norm
void add_axes(Cases& cases);       // mean_steps, pad2d, keep_rows
void add_lookups(Cases& cases);    // embedding, load_pictures
void add_recurrent(Cases& cases);  // simple_rnn, lstm, gru
void add_losses(Cases& cases);     // softmax_cross_entropy, dense_loss
void add_updates(Cases& cases);    // sgd, adam, rmsprop, norms, clipping, penalties

}  // namespace lapis_test
