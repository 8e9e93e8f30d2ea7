#include "comparison.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "lapis/core/error.h"
#include "lapis/io/compile_config.h"
#include "lapis/model/workspace.h"
#include "lapis/train/loss.h"
#include "lapis/train/metrics.h"
#include "lapis/train/optimizer.h"
#include "lapis/train/regularization.h"

namespace lapis::native {
namespace {

/// Below this part of the model's largest gradient a tensor's is what cancelling left of 0.
constexpr double kCancelled = 1e-9;

/// NaN counts as infinitely far away.
double difference(double a, double b) {
  const double distance = std::abs(a - b);
  return std::isnan(distance) ? INFINITY : distance;
}

double largest_of(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

bool are_probabilities(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value >= 0 && value <= 1; });
}

/// How the golden file's loss and steps were made.
TrainOptions read_options(const GoldenFile& golden, const Model& model) {
  TrainOptions options;
  if (const std::string* text = golden.metadata("compile")) {
    const Json compile = Json::parse(*text);
    read_compile(JsonCursor(compile, "compile"), options);
  } else {
    options.loss = assumed_loss(model);
  }
  return options;
}

std::vector<Index> read_labels(const TensorView& tensor, Index rows) {
  if (tensor.shape.size() != rows)
    fail("tensor \"label\": shape ", tensor.shape, ", expected ", rows, " labels");
  std::vector<Index> labels;
  for (const double value : to_doubles(tensor)) labels.push_back(static_cast<Index>(value));
  return labels;
}

/// The golden file's name of each parameter: the model's path, after the model's name where Keras wrote that.
std::vector<GradientDifference> match_gradients(const GoldenFile& golden, const Model& model) {
  std::vector<std::string> paths = golden.gradient_paths();
  if (paths.empty()) return {};
  std::vector<GradientDifference> matches;
  for (const ModelParameter& parameter : model.parameters()) {
    if (!parameter.info.trainable) continue;
    const auto at = std::find_if(paths.begin(), paths.end(), [&](const std::string& path) {
      return path == parameter.path || path.ends_with("/" + parameter.path);
    });
    if (at == paths.end()) fail("no gradient for \"", parameter.path, "\"");
    matches.push_back({*at, &parameter, 0});
    paths.erase(at);
  }
  if (!paths.empty()) fail("tensor \"grad/", paths[0], "\": the model has no such parameter");
  return matches;
}

/// One model, one golden file, and the memory to compare them in.
class Comparer {
 public:
  Comparer(const GoldenFile& golden, Model& model, Backend& backend)
      : golden_(golden),
        model_(model),
        input_(golden.need("input")),
        backend_(backend),
        options_(read_options(golden, model)),
        training_(golden.metadata("training") != nullptr) {
    if (input_.shape.rank() < 2 || input_.shape.size() == 0)
      fail("tensor \"input\": shape ", input_.shape, ": no samples");
    result_.samples = input_.shape[0];
  }

  Comparison run() {
    predict();
    workspace_ = std::make_unique<Workspace>(model_, backend_, input_.shape, Mode::train);
    const ConstView y = run(*workspace_, training_);
    compare_outputs(download(y.data, y.shape.size()));
    if (const TensorView* label = golden_.find("label")) {
      labels_ = read_labels(*label, y.shape.rows());
      loss_ = std::make_unique<Loss>(options_.loss, model_, backend_, y.shape.rows());
      regularization_ = std::make_unique<Regularization>(model_, backend_);
      compare_loss(y);
      compare_gradients();
      if (golden_.find("losses") != nullptr) train();
    }
    return std::move(result_);
  }

 private:
  /// The output stays in the backend's memory.
  ConstView run(Workspace& workspace, bool training) {
    std::vector<Real> x(static_cast<std::size_t>(input_.shape.size()));
    read_values(input_, x);
    backend_.upload(x.data(), workspace.input(result_.samples).data, x.size() * sizeof(Real));
    return workspace.run(result_.samples, training);
  }

  std::vector<Real> download(const Real* from, Index count) {
    std::vector<Real> values(static_cast<std::size_t>(count));
    backend_.download(from, values.data(), values.size() * sizeof(Real));
    return values;
  }

  void predict() {
    Workspace workspace(model_, backend_, input_.shape, Mode::predict);
    const ConstView on_device = run(workspace, training_);
    result_.outputs = download(on_device.data, on_device.shape.size());
    result_.output_shape = on_device.shape;
    const ConstView y{result_.outputs.data(), on_device.shape};
    const TensorView& tensor = golden_.need("prob");
    if (!(tensor.shape == y.shape))
      fail("tensor \"", tensor.name, "\": shape ", tensor.shape, ", the model makes ", y.shape);
    expected_ = to_doubles(tensor);
    if (!are_probabilities(expected_)) result_.largest_output = largest_of(expected_);
    compare_outputs(result_.outputs);
    compare_answers(y);
  }

  void compare_outputs(const std::vector<Real>& y) {
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      result_.max_abs_diff =
          std::max(result_.max_abs_diff, difference(static_cast<double>(y[i]), expected_[i]));
    }
  }

  /// The largest output; of a single one, whether it is above its middle.
  template <class T>
  Index answer(const T* row, Index count) const {
    if (count == 1) return row[0] > (options_.loss.from_logits ? T(0) : T(0.5)) ? 1 : 0;
    return std::max_element(row, row + count) - row;
  }

  void compare_answers(const ConstView& y) {
    const Index n = y.shape[-1];
    const double tolerance = kOutputTolerance * result_.largest_output;
    ConfusionMatrix confusion(std::max<Index>(n, 2));
    for (Index row = 0; row < y.shape.rows(); ++row) {
      const double* truth = expected_.data() + row * n;
      const Index best = answer(truth, n);
      Index ours = answer(y.data + row * n, n);
      // A single output that is this close to its middle is a tie as well.
      const double margin =
          n > 1 ? truth[best] - truth[ours] : std::abs(truth[0] - (options_.loss.from_logits ? 0 : 0.5));
      if (ours != best && margin <= tolerance) ours = best;
      result_.argmax_equal = result_.argmax_equal && ours == best;
      confusion.add(best, ours);
    }
    result_.macro_f1 = confusion.macro_f1();
  }

  /// Of the last run, and what backward needs; also the gradients of what regularisers add.
  double compute_loss(const ConstView& y) {
    workspace_->zero_gradients();
    const double loss =
        loss_->compute(y, labels_, workspace_->output_gradient().data, workspace_->output_mask());
    return loss + workspace_->download_activity_penalty() +
           regularization_->add(workspace_->parameters(), workspace_->gradients());
  }

  void compare_loss(const ConstView& y) {
    result_.loss = compute_loss(y);
    if (golden_.find("loss") == nullptr) return;
    const std::vector<double> expected = to_doubles(golden_.need("loss"));
    if (expected.size() != 1) fail("tensor \"loss\": ", expected.size(), " values, expected 1");
    result_.loss_diff = difference(*result_.loss, expected[0]);
  }

  void compare_gradients() {
    result_.gradients = match_gradients(golden_, model_);
    workspace_->backward(loss_->gradient_is_logits());
    result_.gradient_values =
        download(workspace_->gradients(), static_cast<Index>(std::as_const(model_).values().size()));
    std::vector<std::vector<double>> expected;
    double largest = 0;
    for (const GradientDifference& match : result_.gradients) {
      const TensorView& tensor = golden_.need("grad/" + match.name);
      if (!(tensor.shape == match.parameter->info.shape)) {
        fail("tensor \"", tensor.name, "\": shape ", tensor.shape, ", expected ",
             match.parameter->info.shape);
      }
      expected.push_back(to_doubles(tensor));
      largest = std::max(largest, largest_of(expected.back()));
    }
    for (std::size_t g = 0; g < expected.size(); ++g) {
      GradientDifference& match = result_.gradients[g];
      double distance = 0;
      for (std::size_t i = 0; i < expected[g].size(); ++i) {
        const auto value = static_cast<double>(
            result_.gradient_values[static_cast<std::size_t>(match.parameter->offset) + i]);
        distance = std::max(distance, difference(value, expected[g][i]));
      }
      const double own = largest_of(expected[g]);
      const double scale = own > kCancelled * largest ? own : largest;
      match.max_rel_diff = distance / (scale > 0 ? scale : 1);
    }
  }

  /// The golden file's training steps, each on all samples.
  void train() {
    const std::vector<double> expected = to_doubles(golden_.need("losses"));
    const Schedule schedule = options_.schedule.resolved(static_cast<std::int64_t>(expected.size()));
    Optimizer optimizer(options_.optimizer, model_, backend_);
    double worst = 0;
    for (const double truth : expected) {
      const double found = compute_loss(run(*workspace_, true));
      result_.losses.push_back(found);
      worst = std::max(worst, difference(found, truth) / (truth != 0 ? std::abs(truth) : 1));
      workspace_->backward(loss_->gradient_is_logits());
      optimizer.step(schedule.at(optimizer.steps()), workspace_->parameters_to_update(model_),
                     workspace_->gradients());
    }
    workspace_->store_parameters(model_);
    result_.losses_diff = worst;
  }

  const GoldenFile& golden_;
  Model& model_;
  const TensorView& input_;
  Backend& backend_;
  TrainOptions options_;
  bool training_;
  Comparison result_;
  std::vector<double> expected_;
  std::vector<Index> labels_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<Regularization> regularization_;
};

}  // namespace

double Comparison::largest_gradient_diff() const {
  double largest = 0;
  for (const GradientDifference& gradient : gradients) largest = std::max(largest, gradient.max_rel_diff);
  return largest;
}

bool Comparison::agrees() const {
  const double largest_loss = std::max(1.0, std::abs(loss.value_or(0)));
  return max_abs_diff <= kOutputTolerance * largest_output && argmax_equal &&
         loss_diff.value_or(0) <= kOutputTolerance * largest_loss &&
         largest_gradient_diff() <= kGradientTolerance && losses_diff.value_or(0) <= kLossesTolerance;
}

Comparison compare(const GoldenFile& golden, Model& model, Backend& backend) {
  return Comparer(golden, model, backend).run();
}

}  // namespace lapis::native
