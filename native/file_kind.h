#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lapis::native {

/// What a file is that no network can be read from, by its first bytes: "a PyTorch file", "a text"; empty
/// where they say nothing, or may be a .safetensors.
std::string foreign_kind(std::span<const std::byte> bytes);

}  // namespace lapis::native
