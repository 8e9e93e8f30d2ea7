// A whole model file. The mutator works on the header, on the JSON texts inside it, and on the data.

#include <iterator>
#include <nlohmann/json.hpp>

#include "lapis/io/model_file.h"
#include "safetensors_mutator.h"

using Ordered = nlohmann::ordered_json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::is_done([&] { lapis::read_model(fuzz::as_bytes(data, size)); });
  return 0;
}

namespace {

/// Changes one of the texts in the header's metadata, the config most often; false where there are none.
bool mutate_metadata(std::string& header, unsigned seed) {
  Ordered json = Ordered::parse(header, nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("__metadata__")) return false;
  Ordered& metadata = json["__metadata__"];
  if (!metadata.is_object() || metadata.empty()) return false;
  const std::size_t choice = (seed >> 4) % (3 * metadata.size());
  std::string key = "config";
  if (choice < metadata.size()) key = std::next(metadata.begin(), static_cast<long>(choice)).key();
  if (!metadata.contains(key) || !metadata[key].is_string()) return false;
  auto text = metadata[key].get<std::string>();
  fuzz::mutate(text, 48);
  metadata[key] = text;
  header = json.dump(-1, ' ', false, Ordered::error_handler_t::replace);
  return true;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  fuzz::SafetensorsParts parts(data, size);
  if (!parts.is_whole || seed % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
  if (seed % 8 == 1)
    fuzz::mutate(parts.data, 0);
  else if (seed % 8 == 2 || !mutate_metadata(parts.header, seed))
    fuzz::mutate(parts.header, 32);
  const std::size_t written = parts.write(data, max_size);
  return written > 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}
