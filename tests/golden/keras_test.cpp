// The networks of make_golden.py: what Keras (JAX, float64) made of them, in this repository, so that every
// machine checks.
#include <catch2/catch.hpp>
#include <set>

#include "golden/check_model.h"
#include "golden/golden_backend.h"
#include "lapis/io/keras_model.h"

using lapis_test::check_golden_model;
using lapis_test::golden_model;
using lapis_test::GoldenFile;

TEST_CASE("The repository's own golden networks give Keras's probabilities, loss and gradients") {
  LAPIS_NEED_BACKEND(backend);
  const std::filesystem::path folder = lapis_test::repository_path("tests/golden/keras");
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".safetensors") files.insert(entry.path());
  REQUIRE(files.size() == 78);
  for (const std::filesystem::path& file : files) {
    const GoldenFile golden(file);
    const lapis::Model model = golden_model(golden.file().metadata.at("config"), golden, {});
    check_golden_model(file.stem().string(), model, golden, {}, backend);
  }
}
