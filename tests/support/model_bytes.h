#pragma once

#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lapis/io/model_file.h"
#include "lapis/io/safetensors.h"

/// Files in memory, whole and broken, for the tests of `io`.
namespace lapis_test {

using Bytes = std::vector<std::byte>;

/// Header length, header text, data: as it lies in a file, whatever the text says.
inline Bytes safetensors_bytes(std::string_view header, std::size_t data_bytes = 0) {
  const std::uint64_t length = header.size();
  Bytes bytes(8 + header.size() + data_bytes);
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

/// The parts of a safetensors file, to change one and put it together again.
struct EditableFile {
  struct Tensor {
    lapis::Dtype dtype = lapis::Dtype::f32;
    lapis::Shape shape;
    Bytes bytes;
  };
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;

  explicit EditableFile(std::span<const std::byte> file) {
    const lapis::SafetensorsFile parsed = lapis::read_safetensors(file);
    metadata = parsed.metadata;
    for (const lapis::TensorView& tensor : parsed.tensors)
      tensors[tensor.name] = {tensor.dtype, tensor.shape, Bytes(tensor.bytes.begin(), tensor.bytes.end())};
  }

  void set_float(const std::string& name, std::size_t element, float value) {
    std::memcpy(tensors.at(name).bytes.data() + element * sizeof value, &value, sizeof value);
  }

  Bytes bytes() const {
    std::vector<lapis::TensorView> views;
    for (const auto& [name, tensor] : tensors)
      views.push_back({name, tensor.dtype, tensor.shape, tensor.bytes});
    return lapis::write_safetensors(views, metadata);
  }
};

/// A small network of every layer that a picture can go through.
lapis::ModelFile picture_model();
/// Embedding with mask, Bidirectional LSTM, SimpleRNN, Dense.
lapis::ModelFile text_model();

}  // namespace lapis_test
