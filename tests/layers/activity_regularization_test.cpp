#include "lapis/layers/activity_regularization.h"

#include <catch2/catch.hpp>

#include "lapis/io/keras_model.h"
#include "lapis/model/workspace.h"

using namespace lapis;

TEST_CASE("ActivityRegularization hands on its input; what it costs is divided by the batch") {
  const ActivityRegularization layer("a", {.l1 = 0.5, .l2 = 0.25});
  CHECK(layer.output_shape({kUnknown, 3}) == Shape{kUnknown, 3});
  CHECK(layer.is_view(false));
  CHECK(layer.is_view(true));

  const Model model = model_from_config(
      R"([{"class_name":"ActivityRegularization","config":{"l1":0.5,"l2":0.25}}])", Shape{kUnknown, 2});
  const auto backend = make_cpu_backend();
  Workspace workspace(model, *backend, {2, 2}, Mode::train, /*input_gradient=*/true);
  const std::vector<Real> x = {1, -2, 0, 4};
  std::copy(x.begin(), x.end(), workspace.input(2).data);
  const ConstView y = workspace.run(2, true);
  CHECK(std::vector<Real>(y.data, y.data + 4) == x);
  CHECK(workspace.download_activity_penalty() == Approx((0.5 * 7 + 0.25 * 21) / 2));
  workspace.run(2, true);  // not added to what was there
  CHECK(workspace.download_activity_penalty() == Approx((0.5 * 7 + 0.25 * 21) / 2));
  std::fill_n(workspace.output_gradient().data, 4, Real(1));
  workspace.backward(false);
  const Real* const dx = workspace.input_gradient().data;
  for (std::size_t i = 0; i < 4; ++i) {
    const Real sign = x[i] > 0 ? Real(1) : x[i] < 0 ? Real(-1) : Real(0);
    CHECK(dx[i] == Approx(1 + (Real(0.5) * sign + Real(0.5) * x[i]) / 2));
  }

  const Workspace predictor(model, *backend, {2, 2}, Mode::predict);
  CHECK(predictor.activity_penalty() == nullptr);
}
