#include "keras_file.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "file.h"
#include "file_kind.h"
#include "guarded.h"
#include "hdf5_file.h"
#include "hdf5_writer.h"
#include "lapis/core/error.h"
#include "lapis/io/json.h"
#include "lapis/io/keras_archive.h"
#include "lapis/io/model_metadata.h"
#include "zip_file.h"

namespace lapis::native {
namespace {

constexpr std::string_view kZipStart = "PK\x03\x04";
constexpr std::string_view kEmptyZip = "PK\x05\x06";
constexpr std::string_view kHdf5Start = "\x89HDF\r\n\x1a\n";
constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;

bool starts_with(std::span<const std::byte> bytes, std::string_view start) {
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).starts_with(start);
}

/// Most memory that what is stored in `stored` bytes may take.
std::size_t most_bytes(std::size_t stored) {
  return stored > kMaxFileBytes / kMaxExpansion ? kMaxFileBytes : kSmallBytes + kMaxExpansion * stored;
}

/// Data sets under the names they get, and texts, as they cross from the child process: a safetensors file.
class Parcel {
 public:
  Parcel(const Hdf5File& file, std::size_t most) : file_(file), most_(most) {}

  void add(const std::string& path, std::string name) {
    TensorView described = file_.describe(path);
    total_ += static_cast<std::size_t>(described.shape.size()) * dtype_size(described.dtype);
    if (total_ > most_)
      fail("data set ", in_quotes(path), " ", described.shape, " makes ", total_, " bytes, at most ", most_,
           " are read from a file of this size: damaged, or not saved by Keras");
    entries_.push_back({std::move(described), std::move(name)});
  }

  std::vector<std::byte> pack(const std::map<std::string, std::string>& metadata) const {
    grant_memory(3 * total_);
    std::vector<std::vector<std::byte>> storage;
    std::vector<TensorView> tensors;
    for (const auto& [described, name] : entries_) {
      storage.push_back(file_.read(described));
      tensors.push_back({name, described.dtype, described.shape, storage.back()});
    }
    return write_safetensors(tensors, metadata);
  }

 private:
  struct Entry {
    TensorView described;
    std::string name;
  };
  const Hdf5File& file_;
  std::size_t most_;
  std::size_t total_ = 0;
  std::vector<Entry> entries_;
};

/// What `read` packs of the HDF5 file `bytes`. `stored`: the size of the file that people have.
template <class Read>
std::vector<std::byte> read_guarded(std::span<const std::byte> bytes, std::size_t stored, const Read& read) {
  constexpr std::size_t kOwnMemory = std::size_t{64} << 20;
  constexpr std::size_t kBytesASecond = std::size_t{16} << 20;
  const std::size_t most = most_bytes(stored);
  const GuardLimits limits{.memory_bytes = kOwnMemory + 4 * bytes.size(),
                           .result_bytes = most + kMaxHeaderBytes,
                           .seconds = static_cast<unsigned>(1 + bytes.size() / kBytesASecond),
                           .wall_seconds = static_cast<unsigned>(30 + 4 * bytes.size() / kBytesASecond)};
  return run_guarded(limits, "not a whole HDF5 file: truncated or damaged", [&] {
    const Hdf5File file(bytes);
    return read(file, Parcel(file, most));
  });
}

/// The layers' data sets, in the order of weight_names whatever they are called, as "LAYER/0", "LAYER/1", ...
void add_legacy_variables(const Hdf5File& file, Parcel& parcel) {
  std::set<std::string> listed;
  const auto add_group = [&](const std::string& layer) {
    const std::string group = "model_weights/" + layer;
    int count = 0;
    for (const std::string& name : file.texts_attribute(group, "weight_names")) {
      const std::string path = group + "/" + name;
      if (!listed.insert(path).second) fail("data set ", in_quotes(path), " is listed twice in weight_names");
      parcel.add(path, layer + "/" + std::to_string(count++));
    }
  };
  for (const std::string& layer : file.texts_attribute("model_weights", "layer_names")) add_group(layer);
  // Weights that belong to the model itself; what has some is no list of layers, and refused as such.
  if (file.exists("model_weights/top_level_model_weights")) add_group("top_level_model_weights");
  for (const std::string& path : file.data_sets("model_weights"))
    if (!listed.contains(path))
      fail("data set ", in_quotes(path),
           " is in no weight_names: the file is damaged, or not saved by Keras");
}

/// What Keras saved of compile(). It says nothing of predictions, so that it may be anything.
std::string training_config(const Hdf5File& file) {
  try {
    return file.text_attribute("", "training_config").value_or("");
  } catch (const Error&) {
    return {};
  }
}

std::vector<std::byte> pack_legacy(const Hdf5File& file, Parcel parcel) {
  const auto config = file.text_attribute("", "model_config");
  if (!config)
    fail("holds weights only (no attribute \"model_config\"): save the whole model with model.save()");
  if (!file.exists("model_weights")) fail("holds no weights (no group \"model_weights\")");
  add_legacy_variables(file, parcel);
  return parcel.pack({{"format", std::string(kKerasFormat)},
                      {"layout", "legacy"},
                      {"config", *config},
                      {"keras_version", file.text_attribute("", "keras_version").value_or("")},
                      {"training_config", training_config(file)}});
}

std::vector<std::byte> pack_keras3(const Hdf5File& file, Parcel parcel) {
  for (const std::string& path : file.data_sets("", "optimizer"))
    if (is_network_variable(path)) parcel.add(path, path);
  return parcel.pack({});
}

/// Says what a zip is that Keras did not write.
void check_members(const ZipFile& zip) {
  const auto any = [&](auto&& matches) {
    return std::any_of(zip.names().begin(), zip.names().end(), matches);
  };
  if (zip.has("config.json") && zip.has("model.weights.h5")) return;
  if (any([](const std::string& name) { return name == "data.pkl" || name.ends_with("/data.pkl"); }))
    refuse_foreign("a PyTorch file");
  if (any([](const std::string& name) { return name.ends_with("saved_model.pb"); }))
    refuse_foreign("a TensorFlow SavedModel in a zip");
  if (any([](const std::string& name) { return name.ends_with(".npy"); }))
    refuse_foreign("an archive of NumPy's (.npz)");
  if (zip.has("config.json"))
    fail("no \"model.weights.h5\" inside: the file is incomplete, save the model again with model.save()");
  fail("a zip, but no \"config.json\" inside: not saved by Keras's model.save()");
}

ModelFile read_zip(std::span<const std::byte> bytes) {
  ZipFile zip(bytes);
  check_members(zip);
  KerasArchive archive;
  archive.config = zip.read_text("config.json", kMaxTextBytes);
  if (zip.has("metadata.json")) {
    const std::string text = zip.read_text("metadata.json", kMaxTextBytes);
    const Json metadata = inside("metadata.json", [&] { return Json::parse(text); });
    const Json* const version = metadata.find("keras_version");
    if (version != nullptr && version->string() != nullptr) archive.keras_version = *version->string();
    if (const Json* const lapis = metadata.find("lapis"); lapis != nullptr) archive.lapis = lapis->dump();
  }
  for (const std::string& name : zip.names())
    if (name.starts_with("assets/") && !name.ends_with('/'))
      archive.assets[name] = zip.read_text(name, kMaxTextBytes);
  const std::vector<std::byte> weights = zip.read("model.weights.h5", kMaxFileBytes);
  const std::vector<std::byte> packed =
      inside("model.weights.h5", [&] { return read_guarded(weights, bytes.size(), pack_keras3); });
  archive.variables = read_safetensors(packed).tensors;
  return read_keras_archive(archive);
}

ModelFile read_hdf5(std::span<const std::byte> bytes) {
  const std::vector<std::byte> packed = read_guarded(bytes, bytes.size(), pack_legacy);
  return read_packed_archive(read_safetensors(packed));
}

}  // namespace

bool is_keras_file(std::span<const std::byte> bytes) {
  return starts_with(bytes, kZipStart) || starts_with(bytes, kEmptyZip) || starts_with(bytes, kHdf5Start);
}

ModelFile read_keras_file(std::span<const std::byte> bytes) {
  return starts_with(bytes, kHdf5Start) ? read_hdf5(bytes) : read_zip(bytes);
}

std::vector<std::byte> write_keras_file(const ModelFile& file, const std::string& date) {
  const OwnedKerasArchive owned = write_keras_archive(file);
  Json metadata{Json::Object()};
  metadata.add("keras_version", owned.archive.keras_version);
  metadata.add("date_saved", date);
  if (!owned.archive.lapis.empty()) metadata.add("lapis", Json::parse(owned.archive.lapis));
  const std::string metadata_text = metadata.dump();
  const std::vector<std::byte> weights = write_hdf5(owned.groups, owned.archive.variables);
  const auto bytes_of = [](const std::string& text) { return std::as_bytes(std::span(text)); };
  return write_zip({{"metadata.json", bytes_of(metadata_text)},
                    {"config.json", bytes_of(owned.archive.config)},
                    {"model.weights.h5", weights}});
}

}  // namespace lapis::native
