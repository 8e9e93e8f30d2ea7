// CONFIG 0xFF INPUT 0xFF LABELS 0xFF TRAINING 0xFF METRICS 0xFF SEED: a whole model is made, written and read
// again, so that every layer runs in its self-test, and goes through Keras's layout; then bytes of the file
// are changed and it is read once more.

#include <cstring>
#include <optional>

#include "check.h"
#include "lapis/core/random.h"
#include "lapis/io/keras_archive.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/model_file.h"
#include "lapis/io/model_metadata.h"
#include "lapis/model/cost.h"
#include "lapis/model/open_sizes.h"
#include "lapis/ops/backend.h"
#include "lapis/ops/parallel.h"

using namespace lapis;

namespace {

/// Sanitized steps are slow: more is left to the limits' own tests.
constexpr Index kMostParameters = 50'000;
constexpr Cost kMost = {.work = 3e7, .bytes = 16e6};

ModelFile make_file(const fuzz::Parts& parts) {
  const Json json = Json::parse(parts[0]);
  ModelDescription description = describe_model(json);
  refuse_text_layer(description);
  Index total = 0;
  for (const auto& parameter : description.parameters()) total += parameter.shape.size();
  if (total > kMostParameters) fail("not here");
  ModelFile file{
      Model(description.name, description.input_shape, std::move(description.layers)), {}, {}, parts[3], {}};
  if (!parts[1].empty()) file.input = input_from_json(parts[1]);
  file.labels = read_labels(parts[2]);
  file.metrics = read_metrics(parts[4]);
  check_training(file.training);
  check_input(file.model, file.input);
  check_labels(file.model, file.labels);
  return file;
}

void check_work(const ModelFile& file) {
  Shape shape = file.model.input_shape().with_batch(4);
  if (const auto* image = std::get_if<ImageInput>(&file.input))
    shape = {4, image->height, image->width, image->channels};
  if (const auto* text = std::get_if<TextInput>(&file.input)) shape = {4, text->sequence_length};
  const std::optional<Shape> x = with_smallest_sizes(file.model, shape, 32);
  if (!x || !cost_of(file.model, *make_cpu_backend(make_serial()), *x).is_within(kMost)) fail("not here");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Parts parts({data, size});
  std::uint32_t seed = 1;
  if (parts[5].size() >= sizeof seed) std::memcpy(&seed, parts[5].data(), sizeof seed);
  std::optional<ModelFile> file;
  std::vector<std::byte> bytes;
  const bool is_written = fuzz::is_done([&] {
    file.emplace(make_file(parts));
    check_work(*file);
    file->model.initialize(seed);
    bytes = write_model(*file);
  });
  if (!is_written) return 0;
  fuzz::must_work("own model file is refused", [&] {
    const ModelFile again = read_model(bytes);
    fuzz::must_be(again.labels == file->labels && again.input == file->input &&
                      again.training == file->training &&
                      model_to_config(again.model) == model_to_config(file->model),
                  "a model file reads back as something else");
  });
  std::optional<OwnedKerasArchive> archive;
  if (fuzz::is_done([&] { archive.emplace(write_keras_archive(*file)); }))
    fuzz::must_work("own archive is refused", [&] { read_keras_archive(archive->archive); });
  const RandomStream random(seed, size);
  for (std::uint64_t i = 0; i < 3; ++i) {
    bytes[random.below(2 * i, bytes.size())] ^= static_cast<std::byte>(random.below(2 * i + 1, 256));
    fuzz::is_done([&] { read_model(bytes); });
  }
  return 0;
}
