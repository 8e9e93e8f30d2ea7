#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lapis::native {

/// Whether a file with this start may be a .safetensors: behind the header's length a JSON object begins.
bool is_safetensors(std::span<const std::byte> bytes);

/// What a file is that no network can be read from, by its first bytes: "a PyTorch file", "a text"; empty
/// where they say nothing, or may be a .safetensors.
std::string foreign_kind(std::span<const std::byte> bytes);

/// Throws the Error that says what the file is, what was expected and what to do.
[[noreturn]] void refuse_foreign(const std::string& kind);

}  // namespace lapis::native
