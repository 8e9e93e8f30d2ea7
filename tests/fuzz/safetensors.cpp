// The header and values of a safetensors, written and read again.

#include "lapis/io/safetensors.h"

#include "safetensors_mutator.h"

using namespace lapis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::is_done([&] {
    const SafetensorsFile file = read_safetensors(fuzz::as_bytes(data, size));
    for (const TensorView& tensor : file.tensors) {
      fuzz::is_done([&] { check_finite(tensor); });
      std::vector<Real> values(static_cast<std::size_t>(tensor.shape.size()));
      fuzz::is_done([&] {
        read_values(tensor, values);
        to_doubles(tensor);
      });
      fuzz::must_be(file.find(tensor.name) == &tensor, "a tensor is not found by its name", tensor.name);
    }
    std::vector<std::byte> bytes;
    if (!fuzz::is_done([&] { bytes = write_safetensors(file.tensors, file.metadata); })) return;
    fuzz::must_work("own safetensors is refused", [&] {
      const SafetensorsFile again = read_safetensors(bytes);
      fuzz::must_be(again.tensors.size() == file.tensors.size() && again.metadata == file.metadata,
                    "a safetensors reads back as something else");
    });
  });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  fuzz::SafetensorsParts parts(data, size);
  if (!parts.is_whole || seed % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  fuzz::mutate(seed % 4 == 1 ? parts.data : parts.header, 32);
  const std::size_t written = parts.write(data, max_size);
  return written > 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}
