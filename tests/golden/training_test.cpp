// The training runs of make_golden.py: ten steps with each loss, optimizer, schedule and regulariser, as
// Keras (JAX, float64) took them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <set>

#include "golden/check_model.h"
#include "golden/golden_backend.h"
#include "lapis/io/compile_config.h"
#include "lapis/train/trainer.h"
#include "support/close.h"

using namespace lapis;
using lapis_test::golden_model;
using lapis_test::GoldenFile;
using lapis_test::max_relative_diff;

namespace {

struct Differences {
  double losses = 0;
  double weights = 0;
};

Differences train(const GoldenFile& golden, Backend& backend) {
  Model model = golden_model(golden.file().metadata.at("config"), golden, {});
  TrainOptions options;
  const Json compile = Json::parse(golden.file().metadata.at("compile"));
  read_compile(JsonCursor(compile, "compile"), options);
  const std::vector<double> losses = golden.doubles("losses");
  options.epochs = static_cast<Index>(losses.size());
  options.shuffle = false;

  const Shape x = golden.tensor("input").shape;
  options.batch_size = x[0];
  std::vector<Index> labels;
  for (const double label : golden.doubles("label")) labels.push_back(static_cast<Index>(label));
  const TensorDataset data(x.without_batch(), golden.reals("input"), labels);
  Trainer trainer(model, backend, options, data);
  std::vector<double> found;
  for (const EpochRecord& epoch : trainer.fit().epochs) found.push_back(epoch.loss);

  Differences worst;
  worst.losses = max_relative_diff(found, losses);
  for (const ModelParameter& parameter : model.parameters()) {
    INFO(parameter.path);
    const std::span<const Real> values = std::as_const(model).values(parameter);
    const std::vector<double> expected = golden.doubles("final/" + parameter.path);
    const std::vector<double> start = golden.doubles("weight/" + parameter.path);
    if (!parameter.info.trainable && !parameter.info.moving) {
      CHECK(start == expected);
      CHECK(golden.reals("weight/" + parameter.path) == std::vector<Real>(values.begin(), values.end()));
      continue;
    }
    CHECK(max_relative_diff(start, expected) > 1e-4);
    worst.weights = std::max(worst.weights, max_relative_diff(values, std::span<const double>(expected)));
  }
  return worst;
}

}  // namespace

TEST_CASE("Ten training steps have Keras's losses and lead to Keras's weights") {
  LAPIS_NEED_BACKEND(backend);
  const std::filesystem::path folder = lapis_test::repository_path("tests/golden/training");
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors") files.insert(entry.path());
  REQUIRE(files.size() == 41);
  for (const std::filesystem::path& file : files) {
    INFO(file.stem().string());
    const Differences found = train(GoldenFile(file), backend);
    CHECK(found.losses <= 1e-5);
    CHECK(found.weights <= 1e-5);
    std::printf("golden training %-28s losses %.1e, weights %.1e\n", file.stem().c_str(), found.losses,
                found.weights);
  }
}
