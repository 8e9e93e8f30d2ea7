// Training steps that a device records and starts as one, on the host's stand-in for a GPU.
#include "native/cuda/recording.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "backend/compare.h"
#include "backend/host_device.h"
#include "lapis/io/keras_model.h"
#include "native/cuda/cuda_backend.h"

using namespace lapis;
using namespace lapis_test;

namespace {

void kernel_a() {}
void kernel_b() {}

cuda::Launch launch_of(void (*kernel)(), unsigned blocks = 1) {
  return {reinterpret_cast<const void*>(kernel), blocks, 32, 0};
}

void add(cuda::Recording& recording, const cuda::Launch& launch, int first, double second) {
  const void* const pointers[] = {&first, &second};
  const std::size_t sizes[] = {sizeof(first), sizeof(second)};
  recording.add(launch, const_cast<void* const*>(pointers), sizes, 2);
}

/// Pictures with dropout and augmentation: what changes from step to step is all there.
std::vector<Real> train_pictures(Backend& backend, Index epochs) {
  const Index count = 22, size = 6 * 6 * 3;
  std::vector<std::uint8_t> pictures(static_cast<std::size_t>(count * size));
  for (std::size_t i = 0; i < pictures.size(); ++i)
    pictures[i] = static_cast<std::uint8_t>((i * i + 31 * i) % 253);
  std::vector<Index> labels;
  for (Index i = 0; i < count; ++i) labels.push_back(i % 3);
  std::vector<Real> values;
  for (int i = 0; i < 256 * 3; ++i) values.push_back(static_cast<Real>(i / 3) / Real(255));
  Augmentation augmentation;
  augmentation.horizontal_flip = true;
  augmentation.shift = 2;
  const PictureDataset data({6, 6, 3}, pictures, labels, values, augmentation);
  Model model = model_from_config(
      R"([{"class_name": "Conv2D", "config": {"filters": 4, "kernel_size": 3, "activation": "relu"}},
          {"class_name": "Flatten", "config": {}}, {"class_name": "Dropout", "config": {"rate": 0.4}},
          {"class_name": "Dense", "config": {"units": 3, "activation": "softmax", "kernel_regularizer":
            {"class_name": "L2", "config": {"l2": 0.01}}}}])",
      Shape{kUnknown, 6, 6, 3});
  model.initialize(7);
  TrainOptions options;
  options.epochs = epochs;
  options.batch_size = 5;
  options.seed = 3;
  options.optimizer.global_clipnorm = 0.5;
  Trainer trainer(model, backend, options, data, &data);
  std::vector<Real> results;
  for (const EpochRecord& record : trainer.fit().epochs) {
    for (const double value : {record.loss, record.accuracy, record.val_loss, record.val_macro_f1})
      results.push_back(static_cast<Real>(value));
  }
  results.insert(results.end(), model.values().begin(), model.values().end());
  return results;
}

}  // namespace

TEST_CASE("a recording knows what changed: arguments, launches, their number") {
  cuda::Recording recording;
  const auto record = [&](int first, double second, unsigned blocks, bool with_more) {
    recording.begin();
    add(recording, launch_of(kernel_a), 1, 2.5);
    add(recording, launch_of(kernel_b, blocks), first, second);
    if (with_more) add(recording, launch_of(kernel_a), 3, 3);
    recording.end();
  };
  record(1, 1, 4, false);
  CHECK_FALSE(recording.is_same());
  REQUIRE(recording.entries().size() == 2);
  record(1, 1, 4, false);
  CHECK(recording.is_same());
  CHECK_FALSE(recording.entries()[1].has_changed);
  record(1, -2, 4, false);
  CHECK(recording.is_same());
  CHECK_FALSE(recording.entries()[0].has_changed);
  CHECK(recording.entries()[1].has_changed);
  CHECK(*static_cast<const int*>(recording.entries()[1].arguments[0]) == 1);
  CHECK(*static_cast<const double*>(recording.entries()[1].arguments[1]) == -2);
  record(1, -2, 5, false);  // another grid
  CHECK_FALSE(recording.is_same());
  record(1, -2, 5, true);  // one more
  CHECK_FALSE(recording.is_same());
  CHECK(recording.entries().size() == 3);
  record(1, -2, 5, true);
  CHECK(recording.is_same());
  record(1, -2, 5, false);  // one less
  CHECK_FALSE(recording.is_same());
  CHECK(recording.entries().size() == 2);
  recording.begin();  // a library's work, which cannot be changed once it is recorded
  add(recording, launch_of(kernel_a), 1, 2.5);
  add(recording, {reinterpret_cast<const void*>(kernel_b)}, 1, 1);
  recording.end();
  for (const int argument : {1, 2}) {
    recording.begin();
    add(recording, launch_of(kernel_a), argument, 2.5);
    add(recording, {reinterpret_cast<const void*>(kernel_b)}, argument, 1);
    recording.end();
    CHECK(recording.is_same() == (argument == 1));
  }
  recording.forget();
  record(1, -2, 5, false);
  CHECK_FALSE(recording.is_same());
}

TEST_CASE("kernels on the host: a recorded training follows the CPU's, with dropout and augmentation") {
  cuda::CudaBackend device(0);
  cuda::host_graph_counts = {};
  const std::vector<Real> actual = train_pictures(device, 3);
  const std::vector<Real> expected = train_pictures(*make_cpu_backend(1), 3);
  CHECK(normalised_error(actual, expected) <= 1e-10);
  // 3 epochs of 4 batches of 5 and one of 2: two recordings, each step after the first of its kind an update.
  CHECK(cuda::host_graph_counts.built == 2);
  CHECK(cuda::host_graph_counts.updated == 3 * 5 - 2);
  // Places of losses, penalties, outputs and targets, dropout's numbers (twice), Adam's step; not much more.
  CHECK(cuda::host_graph_counts.changed <= 16 * cuda::host_graph_counts.updated);
  CHECK(train_pictures(device, 3) == actual);
}

TEST_CASE("work that fails while it is recorded leaves the device as it was") {
  cuda::CudaBackend device(0);
  const Backend::Buffer memory = device.allocate(8 * sizeof(Real));
  auto* const values = static_cast<Real*>(memory.get());
  const std::vector<Real> ones(8, Real(1));
  const auto read = [&] {
    std::vector<Real> found(8);
    device.download(values, found.data(), 8 * sizeof(Real));
    return found;
  };
  device.upload(ones.data(), values, 8 * sizeof(Real));
  CHECK_THROWS_AS(device.run_as_one(1,
                                    [&] {
                                      device.add(values, values, 8);
                                      throw std::runtime_error("no");
                                    }),
                  std::runtime_error);
  CHECK(read() == ones);
  device.add(values, values, 8);  // started at once again
  CHECK(read() == std::vector<Real>(8, Real(2)));
  for (int i = 0; i < 2; ++i) device.run_as_one(1, [&] { device.add(values, values, 8); });
  CHECK(read() == std::vector<Real>(8, Real(8)));
  CHECK_THROWS_WITH(device.run_as_one(1, [&] { read(); }), Catch::Contains("in a recorded step"));
}
