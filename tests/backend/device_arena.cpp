#include "backend/device_arena.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <iterator>

#include "lapis/core/error.h"

namespace lapis::cuda {

namespace {

constexpr std::size_t kArena = std::size_t{1} << 32;  // of addresses; memory is taken as it is touched
constexpr std::size_t kAlignment = 256;               // cudaMalloc's
/// What new memory holds, a NaN in every Real, and what must still stand behind a block when it is given
/// back.
constexpr int kUntouched = 0xFF;
constexpr std::size_t kGuard = 4096;
constexpr std::size_t kMostFilled = std::size_t{8} << 20;
constexpr std::size_t kPage = 4096;

}  // namespace

DeviceArena::DeviceArena() {
  void* const memory = mmap(nullptr, kArena, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail("host device: no addresses");
  start_ = static_cast<std::byte*>(memory);
  free_[0] = kArena;
}

DeviceArena::~DeviceArena() {
  munmap(start_, kArena);
}

void* DeviceArena::take(std::size_t bytes) {
  const std::size_t size = (bytes + kGuard + kAlignment) / kAlignment * kAlignment;
  for (auto block = free_.begin(); block != free_.end(); ++block) {
    const auto [offset, room] = *block;
    if (room < size) continue;
    free_.erase(block);
    if (room > size) free_[offset + size] = room - size;
    taken_[offset] = {bytes, size};
    allow(true);
    // The workspace is left alone: pages that are touched make every change of access slow.
    const std::size_t first = bytes > kMostFilled ? bytes : 0;
    std::memset(start_ + offset + first, kUntouched, size - first);
    allow(false);
    return start_ + offset;
  }
  fail("host device: not enough memory: ", std::uint64_t{size}, " bytes asked for");
}

void DeviceArena::give_back(void* memory) {
  const auto offset = static_cast<std::size_t>(static_cast<std::byte*>(memory) - start_);
  const Taken block = taken_.at(offset);
  free_[offset] = block.size;
  allow(true);
  for (std::size_t i = block.bytes; i < block.size; ++i)
    overruns_ += start_[offset + i] != std::byte{kUntouched};
  allow(false);
  taken_.erase(offset);
  const std::size_t first_page = (offset + kPage - 1) / kPage * kPage;
  const std::size_t last_page = (offset + block.size) / kPage * kPage;
  if (last_page > first_page) madvise(start_ + first_page, last_page - first_page, MADV_DONTNEED);
  for (auto own = free_.begin(); own != free_.end();) {
    const auto next = std::next(own);
    if (next == free_.end()) break;
    if (own->first + own->second == next->first) {
      own->second += next->second;
      free_.erase(next);
    } else {
      own = next;
    }
  }
}

void DeviceArena::allow(bool access) {
  mprotect(start_, kArena, access ? PROT_READ | PROT_WRITE : PROT_NONE);
}

bool DeviceArena::contains(const void* address) const {
  const auto* const at = static_cast<const std::byte*>(address);
  return at >= start_ && at < start_ + kArena;
}

bool DeviceArena::is_block(const void* memory) const {
  return contains(memory) &&
         taken_.contains(static_cast<std::size_t>(static_cast<const std::byte*>(memory) - start_));
}

void DeviceArena::check(const void* memory, std::size_t bytes) const {
  const auto* const at = static_cast<const std::byte*>(memory);
  const auto offset = static_cast<std::size_t>(at - start_);
  const auto after = taken_.upper_bound(offset);
  if (at < start_ || after == taken_.begin()) fail("host device: an address that is not the device's");
  const auto block = std::prev(after);
  if (offset + bytes > block->first + block->second.bytes) fail("host device: past the end of a block");
}

std::size_t DeviceArena::bytes() const {
  std::size_t sum = 0;
  for (const auto& [offset, block] : taken_) sum += block.bytes;
  return sum;
}

}  // namespace lapis::cuda
