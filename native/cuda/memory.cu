#include "device.h"

#include <cstdint>

#include "launch.h"

namespace lapis::cuda {

namespace {

/// Words first; a few bytes may be left.
struct Words {
  Index count, first_byte, bytes;

  explicit Words(std::size_t size)
      : count(static_cast<Index>(size / sizeof(std::uint32_t))),
        first_byte(count * static_cast<Index>(sizeof(std::uint32_t))),
        bytes(static_cast<Index>(size) - first_byte) {}
};

}  // namespace

#ifdef __CUDACC__
namespace {
__global__ void probe() {}
}  // namespace

/// A kernel to ask the GPU about: does this module have code for it?
const void* probe_kernel() {
  return reinterpret_cast<const void*>(&probe);
}
#endif

void Device::copy(const void* from, void* to, std::size_t bytes) {
  const Words words(bytes);
  const auto* const source = static_cast<const std::uint32_t*>(from);
  auto* const target = static_cast<std::uint32_t*>(to);
  for_each(*this, words.count, [=] LAPIS_KERNEL(Index i) { target[i] = source[i]; });
  const auto* const last = static_cast<const std::uint8_t*>(from) + words.first_byte;
  auto* const last_target = static_cast<std::uint8_t*>(to) + words.first_byte;
  for_each(*this, words.bytes, [=] LAPIS_KERNEL(Index i) { last_target[i] = last[i]; });
}

void Device::zero(void* memory, std::size_t bytes) {
  const Words words(bytes);
  auto* const target = static_cast<std::uint32_t*>(memory);
  for_each(*this, words.count, [=] LAPIS_KERNEL(Index i) { target[i] = 0; });
  auto* const last = static_cast<std::uint8_t*>(memory) + words.first_byte;
  for_each(*this, words.bytes, [=] LAPIS_KERNEL(Index i) { last[i] = 0; });
}

}  // namespace lapis::cuda
