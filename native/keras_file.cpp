#include "keras_file.h"

#include <zip.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "hdf5_file.h"
#include "lapis/core/error.h"
#include "lapis/io/json.h"
#include "lapis/io/keras_model.h"
#include "lapis/layers/registry.h"

namespace lapis::native {
namespace {

constexpr std::string_view kZipStart = "PK\x03\x04";
constexpr std::string_view kHdf5Start = "\x89HDF\r\n\x1a\n";
constexpr std::uint64_t kMaxMemberBytes = std::uint64_t{4} << 30;
/// Keras refuses a member that expands further than this, as it refuses links (saving_lib.py).
constexpr std::uint64_t kMaxExpansion = 100;
constexpr std::uint64_t kSmallMember = 1 << 20;

bool starts_with(std::span<const std::byte> bytes, std::string_view start) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).starts_with(start);
}

/// A member of a zip, or nothing where there is none of this name.
std::vector<std::byte> read_member(zip_t* archive, const char* name) {
  zip_stat_t info;
  if (zip_stat(archive, name, 0, &info) != 0)
    fail("no \"", name, "\" inside: not saved by Keras's model.save()");
  if (info.size > kMaxMemberBytes ||
      (info.size > kSmallMember && info.size / kMaxExpansion > info.comp_size)) {
    fail("\"", name, "\" inside claims ", info.size, " bytes, more than is read");
  }
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> member(zip_fopen(archive, name, 0), zip_fclose);
  std::vector<std::byte> bytes(static_cast<std::size_t>(info.size));
  // One read more than the size: only at the end is the checksum compared.
  std::byte past_end;
  if (!member || zip_fread(member.get(), bytes.data(), info.size) != static_cast<zip_int64_t>(info.size) ||
      zip_fread(member.get(), &past_end, 1) != 0) {
    fail("\"", name, "\" inside is damaged");
  }
  return bytes;
}

std::string as_text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Gives every parameter of `model` the data set that `find` names for it: a path for each parameter of layer
/// i.
template <class Find>
void read_weights(const Hdf5File& file, Model& model, const Find& find) {
  for (int i = 0; i < model.layer_count(); ++i) {
    std::vector<const ModelParameter*> parameters;
    for (const ModelParameter& parameter : model.parameters()) {
      if (parameter.layer == i) parameters.push_back(&parameter);
    }
    const std::vector<std::string> paths = find(i, !parameters.empty());
    if (paths.size() != parameters.size()) {
      fail("layer \"", model.layer(i).name(), "\": ", paths.size(), " weights, expected ", parameters.size());
    }
    for (std::size_t p = 0; p < paths.size(); ++p) {
      const Shape shape = file.shape(paths[p]);
      if (!(shape == parameters[p]->info.shape)) {
        fail("\"", parameters[p]->path, "\": shape ", shape, ", expected ", parameters[p]->info.shape);
      }
      const std::vector<float> values = file.values(paths[p]);
      std::copy(values.begin(), values.end(), model.values(*parameters[p]).begin());
    }
  }
}

/// Keras 3 names a layer's group after its class and counts, whatever the layer's own name is. Variables
/// stand in `vars`, or in that of what the layer wraps.
void read_keras3_weights(const Hdf5File& file, Model& model) {
  std::map<std::string, int> used;
  read_weights(file, model, [&](int i, bool) {
    const std::string snake(find_layer_type(model.layer(i).type())->snake_name);
    const int count = used[snake]++;
    const std::string group = "layers/" + snake + (count == 0 ? "" : "_" + std::to_string(count));
    std::vector<std::string> paths;
    for (const char* part : {"/vars/", "/cell/vars/", "/layer/vars/", "/forward_layer/cell/vars/",
                             "/backward_layer/cell/vars/"}) {
      for (int variable = 0; file.exists(group + part + std::to_string(variable)); ++variable) {
        paths.push_back(group + part + std::to_string(variable));
      }
    }
    return paths;
  });
}

/// The legacy format lists each layer's weights in an attribute, in Keras's order.
void read_legacy_weights(const Hdf5File& file, Model& model) {
  read_weights(file, model, [&](int i, bool has_parameters) {
    std::vector<std::string> paths;
    if (!has_parameters) return paths;
    const std::string group = "model_weights/" + model.layer(i).name();
    for (const std::string& name : file.texts_attribute(group, "weight_names"))
      paths.push_back(group + "/" + name);
    return paths;
  });
}

ModelFile read_zip(std::span<const std::byte> bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(
      source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error),
      zip_discard);
  if (!archive) {
    if (source != nullptr) zip_source_free(source);
    fail("a damaged zip: not a whole .keras file");
  }
  const Json metadata = Json::parse(as_text(read_member(archive.get(), "metadata.json")));
  const Json* const version = metadata.find("keras_version");
  const bool has_version = version != nullptr && version->string() != nullptr;
  Model model = model_from_config(as_text(read_member(archive.get(), "config.json")), std::nullopt,
                                  has_version ? *version->string() : std::string());
  const std::vector<std::byte> weights = read_member(archive.get(), "model.weights.h5");
  read_keras3_weights(Hdf5File(weights), model);
  return {std::move(model), TensorInput{}, {}, {}, {}};
}

ModelFile read_hdf5(std::span<const std::byte> bytes) {
  const Hdf5File file(bytes);
  const std::optional<std::string> config = file.text_attribute("", "model_config");
  if (!config)
    fail("holds weights only (no attribute \"model_config\"): save the whole model with model.save()");
  Model model =
      model_from_config(*config, std::nullopt, file.text_attribute("", "keras_version").value_or(""));
  read_legacy_weights(file, model);
  return {std::move(model), TensorInput{}, {}, {}, {}};
}

}  // namespace

bool is_keras_file(std::span<const std::byte> bytes) {
  return starts_with(bytes, kZipStart) || starts_with(bytes, kHdf5Start);
}

ModelFile read_keras_file(std::span<const std::byte> bytes) {
  ModelFile file = starts_with(bytes, kZipStart) ? read_zip(bytes) : read_hdf5(bytes);
  // Writing checks what reading this library's own file checks: all weights finite, the network's output too.
  write_model(file);
  return file;
}

}  // namespace lapis::native
