#include "golden_file.h"

#include <algorithm>

#include "file.h"
#include "lapis/core/error.h"

namespace lapis::native {

GoldenFile::GoldenFile(const std::string& path) : bytes_(read_file(path)) {
  try {
    file_ = read_safetensors(bytes_);
  } catch (const Error& error) {
    throw error.inside(path);
  }
}

const TensorView* GoldenFile::find(const std::string& name) const {
  for (const char* ending : {"/f64", "", "/f32"}) {
    if (const TensorView* tensor = file_.find(name + ending)) return tensor;
  }
  return nullptr;
}

const TensorView& GoldenFile::need(const std::string& name) const {
  const TensorView* tensor = find(name);
  if (tensor == nullptr) fail("no tensor \"", name, "\"");
  return *tensor;
}

const std::string* GoldenFile::metadata(const std::string& key) const {
  const auto at = file_.metadata.find(key);
  return at == file_.metadata.end() ? nullptr : &at->second;
}

std::vector<std::string> GoldenFile::gradient_paths() const {
  const std::string start = "grad/";
  std::vector<std::string> paths;
  for (const TensorView& tensor : file_.tensors) {
    if (!tensor.name.starts_with(start)) continue;
    std::string path = tensor.name.substr(start.size());
    if (path.ends_with("/f64") || path.ends_with("/f32")) path.resize(path.size() - 4);
    paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace lapis::native
