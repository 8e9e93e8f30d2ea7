#pragma once

#include <cstdint>
#include <span>

namespace lapis::native {

/// False where a Huffman table of a JPEG has more than the 256 codes that there can be. stb_image
/// before 2.28, which Debian 12 has, writes past its own table then; so such a file must not reach it.
bool has_sound_huffman_tables(std::span<const std::uint8_t> jpeg);

}  // namespace lapis::native
