// CONFIG 0xFF LAPIS 0xFF VOCABULARY 0xFF VERSION 0xFF CHANGES: what a .keras or .h5 holds, with variables
// that fit the config, and then changed: the first byte's lowest bit is the layout, three bytes each are one
// change.

#include <algorithm>
#include <map>

#include "check.h"
#include "lapis/io/keras_archive.h"
#include "lapis/io/keras_model.h"

using namespace lapis;

namespace {

using Storage = std::vector<std::vector<std::byte>>;

/// `archive.variables` as the config asks for them; `storage` keeps their bytes.
void add_variables(KerasArchive& archive, Storage& storage) {
  const Json json = Json::parse(archive.config);
  ModelDescription description = describe_model(json, std::nullopt, archive.keras_version);
  Index total = 0;
  for (const auto& parameter : description.parameters()) total += parameter.shape.size();
  if (total > 50'000) fail("not here");
  Model model(description.name, description.input_shape, std::move(description.layers));
  model.initialize(1);
  if (archive.layout == KerasArchive::Layout::keras3) {
    OwnedKerasArchive owned = write_keras_archive({std::move(model), {}, {}, {}, {}});
    storage = std::move(owned.storage);
    archive.variables = owned.archive.variables;
    return;
  }
  std::map<int, int> count;
  for (const ModelParameter& parameter : model.parameters()) {
    storage.push_back(to_bytes(model.values(parameter), Dtype::f32));
    const std::string name =
        model.layer(parameter.layer).name() + "/" + std::to_string(count[parameter.layer]++);
    archive.variables.push_back({name, Dtype::f32, parameter.info.shape, storage.back()});
  }
}

void change(std::vector<TensorView>& variables, unsigned kind, std::size_t which, char byte) {
  TensorView& variable = variables[which % variables.size()];
  switch (kind % 8) {
    case 1:
      variable.name += byte;
      break;
    case 2:
      variables.push_back(TensorView(variable));
      break;
    case 3:
      if (variable.shape.rank() == 2) variable.shape = {variable.shape[1], variable.shape[0]};
      break;
    case 4:
      variable.name.insert(0, 1, byte);
      break;
    case 5:
      variable = variables.back();
      variables.pop_back();
      break;
    case 6:
      variable.dtype = Dtype::f16;
      variable.shape = {static_cast<Index>(variable.bytes.size() / 2)};
      break;
    case 7:
      std::replace(variable.name.begin(), variable.name.end(), '/', '\\');
      break;
    default:
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Parts parts({data, size});
  const std::string& changes = parts[4];
  Storage storage;
  KerasArchive archive;
  archive.config = parts[0];
  archive.lapis = parts[1];
  if (!parts[2].empty()) archive.assets["assets/layers/text_vectorization/vocabulary.txt"] = parts[2];
  archive.keras_version = parts[3];
  if (!changes.empty() && changes[0] % 2 != 0) archive.layout = KerasArchive::Layout::legacy;
  fuzz::is_done([&] { add_variables(archive, storage); });
  for (std::size_t i = 1; i + 2 < changes.size() && i < 24 && !archive.variables.empty(); i += 3)
    change(archive.variables, static_cast<unsigned char>(changes[i]),
           static_cast<unsigned char>(changes[i + 1]), changes[i + 2]);
  fuzz::is_done([&] { read_keras_archive(archive); });
  return 0;
}
