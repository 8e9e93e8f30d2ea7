#include "file_kind.h"

#include <algorithm>
#include <string_view>

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

struct Start {
  std::string_view bytes;
  std::size_t at;
  const char* kind;
};

using namespace std::string_view_literals;

constexpr Start kStarts[] = {
    {"TFL3"sv, 4, "a TensorFlow Lite file"},
    {"\x93NUMPY"sv, 0, "an array of NumPy's (.npy)"},
    {"GGUF"sv, 0, "a GGUF file"},
    {"\x1F\x8B"sv, 0, "compressed with gzip: unpack it first"},
    {"7z\xBC\xAF\x27\x1C"sv, 0, "compressed with 7-Zip: unpack it first"},
    {"\x89PNG"sv, 0, "a picture"},
    {"\xFF\xD8\xFF"sv, 0, "a picture"},
    {"%PDF"sv, 0, "a PDF"},
    // Messages of protocol buffers: the version in field 1, then the first text or the first graph.
    {"\x08\x01\x12"sv, 0, "a TensorFlow SavedModel"},
};

bool is_pickle(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 1 && bytes[1] <= 5 && bytes.back() == '.';
}

/// A PyTorch file of before 1.6: several pickles, the first of them this number.
bool is_old_pytorch(std::string_view bytes) {
  return bytes.substr(0, 16).find("\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19"sv) != bytes.npos;
}

/// ONNX: ir_version in field 1, then producer_name (field 2), domain (4), model_version (5) or the graph (7).
bool is_onnx(std::string_view bytes) {
  return bytes.size() > 3 && bytes[0] == '\x08' && bytes[1] >= 3 && bytes[1] <= 20 &&
         "\x12\x22\x28\x3A"sv.find(bytes[2]) != bytes.npos;
}

bool is_text(std::string_view bytes) {
  constexpr std::size_t kLooked = 4096;
  return std::none_of(
      bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), kLooked)),
      [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F; });
}

}  // namespace

bool is_safetensors(std::span<const std::byte> bytes) {
  return bytes.size() > 9 && bytes[8] == std::byte{'{'};
}

std::string foreign_kind(std::span<const std::byte> file) {
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  if (bytes.empty()) return "an empty file";
  if (is_safetensors(file)) return {};
  for (const Start& start : kStarts)
    if (bytes.size() > start.at && bytes.substr(start.at).starts_with(start.bytes)) return start.kind;
  if (is_old_pytorch(bytes)) return "a PyTorch file";
  if (is_pickle(bytes)) return "a pickle of Python's";
  if (is_onnx(bytes)) return "an ONNX file";
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (is_text(bytes))
    return first != bytes.npos && bytes[first] == '{' ? "JSON, which holds no weights" : "a text";
  return {};
}

void refuse_foreign(const std::string& kind) {
  fail(kind,
       ", expected a model of Keras (.keras, .h5) or of this library (.safetensors): in Keras, save it with ",
       "model.save(\"NAME.keras\")");
}

}  // namespace lapis::native
