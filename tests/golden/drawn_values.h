#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/core/shape.h"

/// Weights and inputs from a formula that drawn_values.py has too (it is written down there), so that golden
/// files need not hold them. Both agree in every bit.
namespace lapis_test {

/// 24 random bits for each i from 0 to count - 1.
std::vector<std::uint32_t> drawn_bits(std::string_view key, lapis::Index count);

/// In [-1, 1).
std::vector<lapis::Real> drawn_signed(std::string_view key, lapis::Index count);

std::vector<lapis::Real> drawn_input(std::string_view key, const lapis::Shape& shape);

/// Of the variable `path` ("dense/kernel") of the network `key`.
std::vector<lapis::Real> drawn_weight(const std::string& key, const std::string& path,
                                      const lapis::Shape& shape, lapis::Real scale = 1);

}  // namespace lapis_test
