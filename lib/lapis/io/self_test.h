#pragma once

#include <string_view>
#include <vector>

#include "lapis/io/model_file.h"
#include "lapis/io/safetensors.h"

namespace lapis {

inline constexpr std::string_view kSelfTestInput = "selftest/input";
inline constexpr std::string_view kSelfTestOutput = "selftest/output";

/// Inputs and what the network made of them.
struct SelfTest {
  Shape input_shape;
  std::vector<Real> input;
  Shape output_shape;
  std::vector<Real> output;
};

/// Four inputs of the kind that the network reads, among them the hard ones, and its outputs. Throws Error
/// where an output is not finite.
SelfTest make_self_test(const Model& model, const InputSpec& input);

/// Throws Error unless the network makes of `input` what `output` says, within kSelfTestTolerance.
void check_self_test(const Model& model, const TensorView& input, const TensorView& output);

}  // namespace lapis
