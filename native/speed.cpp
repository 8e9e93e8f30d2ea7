#include "speed.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "console.h"
#include "lapis/core/random.h"
#include "lapis/layers/embedding.h"
#include "lapis/model/workspace.h"
#include "lapis/train/loss.h"
#include "lapis/train/optimizer.h"
#include "peak.h"
#include "progress.h"

namespace lapis::native {
namespace {

constexpr int kWarmUps = 3;
constexpr std::size_t kFewestRuns = 5;
/// A device does so many training steps before anybody waits for it, as when a network is trained.
constexpr int kStepsAtOnce = 32;
constexpr std::size_t kMostRuns = 1'000'000;    // keeps the list of times small
constexpr std::size_t kMostLayerRuns = 20'000;  // and those of each step
constexpr double kLearningRate = 1e-6;          // values hardly change: every step is like the first
constexpr double kTick = 1e-9;                  // no step is shown to take less: rates stay finite
constexpr double kMega = 1e-6, kGiga = 1e-9, kMilliseconds = 1e3;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

/// Input as the network may get it: numbers in [0, 1), or ids of words that are no padding.
std::vector<Real> make_input(const Model& model, Index count) {
  const auto* embedding = dynamic_cast<const Embedding*>(&model.layer(0));
  const Index words = embedding == nullptr ? 0 : embedding->config().input_dim - 1;
  const RandomStream random(1, 1);
  std::vector<Real> x(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (embedding == nullptr) {
      x[i] = static_cast<Real>(random.uniform(i));
    } else if (words > 0) {
      x[i] = static_cast<Real>(1 + random.below(i, static_cast<std::uint64_t>(words)));
    }
  }
  return x;
}

/// Takes the time of each step of a run, one after the other. `wait` returns when all that was asked for is
/// done.
class StepClock final : public StepObserver {
 public:
  StepClock(std::size_t steps, std::function<void()> wait) : wait_(std::move(wait)), times_(steps) {}
  std::vector<double>& times(std::size_t step) { return times_[step]; }

  void start() {
    wait_();
    next_ = 0;
    last_ = now();
  }
  void lap() {
    wait_();
    const double time = now() - last_;
    times_[next_++].push_back(std::max(time, kTick));
    last_ = now();
  }
  void done(const Plan::Step& /*step*/, Pass /*pass*/) override { lap(); }

 private:
  std::function<void()> wait_;
  std::vector<std::vector<double>> times_;
  std::size_t next_ = 0;
  double last_ = 0;
};

/// What is run again and again: a prediction or a training step, with all its memory.
class Task {
 public:
  Task(Model& model, Backend& backend, const Shape& x, bool train)
      : model_(model),
        backend_(backend),
        x_(make_input(model, x.size())),
        batch_(x[0]),
        workspace_(model, backend, x, train ? Mode::train : Mode::predict) {
    if (!train) return;
    loss_.emplace(assumed_loss(model), model, backend, batch_);
    optimizer_.emplace(OptimizerConfig{}, model, backend);
    std::vector<Index> labels(static_cast<std::size_t>(batch_));
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<Index>(i) % loss_->classes();
    std::vector<Real> targets(labels.size() * static_cast<std::size_t>(loss_->target_size()));
    loss_->make_targets(labels, targets.data());
    targets_ = to_backend(targets);
    resident_ = to_backend(x_);
    result_ = backend.allocate(sizeof(Real));
  }

  /// Runs of one go: what a user waits for is every prediction, but not every step that a device trains.
  int runs_at_once() const { return optimizer_ && backend_.is_asynchronous() ? kStepsAtOnce : 1; }

  /// runs_at_once() runs, done when this returns.
  void run() {
    if (!optimizer_) return predict(nullptr);
    workspace_.parameters();  // renewed here: an upload cannot be part of what is recorded
    for (int i = 0; i < runs_at_once(); ++i) backend_.run_as_one(batch_, [&] { train(nullptr); });
    wait();
  }

  /// One run, with a lap for each of steps().
  void run(StepClock& clock) {
    workspace_.observe(&clock);
    optimizer_ ? train(&clock) : predict(&clock);
    workspace_.observe(nullptr);
  }

  /// A device works behind the caller's back: only what has come back is done.
  void wait() { wait_for(memory()); }

  /// Bytes of the backend's memory: what the plan lays out, and of training the weights and Adam's moments.
  std::size_t bytes() const {
    const auto values = static_cast<Index>(std::as_const(model_).values().size());
    const Index weights = (backend_.name() == "cpu" ? 0 : values) + (optimizer_ ? 2 * values : 0);
    return static_cast<std::size_t>(workspace_.plan().size() + weights) * sizeof(Real);
  }

  /// What a run consists of, in turn, without times.
  std::vector<StepSpeed> steps() const {
    std::vector<StepSpeed> list;
    const std::vector<Plan::Step>& plan = workspace_.plan().steps();
    for (std::size_t i = 0; i < plan.size(); ++i) {
      if (!plan[i].is_view) list.push_back({name(i), "forward", 0, 2 * plan[i].layer->macs(plan[i].x)});
    }
    if (!optimizer_) return list;
    list.push_back({"cross-entropy", "loss"});
    list.push_back({"gradients", "zero"});
    for (std::size_t i = plan.size(); i-- > 0;) {
      // The gradients of the parameters and of the input; nobody wants that of the first layer's.
      const double products = i > 0 ? 2 : 1;
      if (!plan[i].is_view)
        list.push_back({name(i), "backward", 0, 2 * products * plan[i].layer->macs(plan[i].x)});
    }
    list.push_back({"Adam", "update"});
    return list;
  }

 private:
  void predict(StepClock* clock) {
    backend_.upload(x_.data(), workspace_.input(batch_).data, x_.size() * sizeof(Real));
    if (clock != nullptr) clock->start();
    wait_for(workspace_.run(batch_).data);
  }

  /// As Trainer does it: the data are in the backend's memory, and nothing is read back.
  void train(StepClock* clock) {
    const auto lap = [&] {
      if (clock != nullptr) clock->lap();
    };
    backend_.copy(static_cast<const Real*>(resident_.get()), workspace_.input(batch_).data,
                  static_cast<Index>(x_.size()));
    if (clock != nullptr) clock->start();
    const ConstView y =
        workspace_.run(batch_, true, /*seed=*/1, static_cast<std::uint64_t>(optimizer_->steps()));
    loss_->enqueue(y, static_cast<const Real*>(targets_.get()), workspace_.output_gradient().data, nullptr,
                   static_cast<Real*>(result_.get()));
    lap();
    workspace_.zero_gradients();
    lap();
    workspace_.backward(loss_->gradient_is_logits());
    optimizer_->step(kLearningRate, workspace_.parameters_to_update(model_), workspace_.gradients());
    lap();
  }

  Backend::Buffer to_backend(const std::vector<Real>& values) {
    Backend::Buffer buffer = backend_.allocate(values.size() * sizeof(Real), Backend::Fill::nothing);
    backend_.upload(values.data(), buffer.get(), values.size() * sizeof(Real));
    return buffer;
  }

  const Real* memory() { return workspace_.input(batch_).data; }

  void wait_for(const Real* result) {
    Real first = 0;
    backend_.download(result, &first, sizeof(first));
  }

  /// Of all layers that step i does.
  std::string name(std::size_t i) const {
    const std::vector<Plan::Step>& plan = workspace_.plan().steps();
    const int end = i + 1 < plan.size() ? plan[i + 1].number : model_.layer_count();
    std::string text = model_.layer(plan[i].number).name();
    for (int number = plan[i].number + 1; number < end; ++number) text += " + " + model_.layer(number).name();
    return text;
  }

  Model& model_;
  Backend& backend_;
  std::vector<Real> x_;
  Index batch_;
  Workspace workspace_;
  std::optional<Loss> loss_;  // this and the two below: to train
  std::optional<Optimizer> optimizer_;
  Backend::Buffer targets_, resident_, result_;
};

/// Times of at most `most` runs in about so many seconds; of the bar, this is the part from `from` to `to`.
std::vector<double> time_runs(const std::function<void()>& run, double seconds, std::size_t most,
                              Progress& progress, long from, long to) {
  std::vector<double> times;
  const double start = now();
  for (double before = start;
       times.size() < kFewestRuns || (before - start < seconds && times.size() < most);) {
    run();
    const double after = now();
    times.push_back(after - before);
    const double part = std::min(1.0, (after - start) / seconds);
    progress.update(from + static_cast<long>(part * static_cast<double>(to - from)));
    before = now();
  }
  return times;
}

std::string share(double part, int decimals) {
  return format_fixed(100 * part, decimals) + " %";
}

double total_seconds(const Speed& speed) {
  double sum = 0;
  for (const StepSpeed& step : speed.steps) sum += step.seconds;
  return std::max(sum, kTick);  // a model may consist of views
}

/// `cells` of the table behind the names.
std::vector<std::string> cells(const Speed& speed, double seconds, double flop) {
  const double total = total_seconds(speed);
  const int decimals = total < 0.1 ? 4 : total < 10 ? 2 : 0;
  std::vector<std::string> row = {format_fixed(seconds * kMilliseconds, decimals), share(seconds / total, 1)};
  if (flop > 0) {
    row.insert(row.end(), {format_fixed(flop * kMega, 2), format_fixed(flop / seconds * kGiga, 1),
                           speed.peak > 0 ? share(flop / seconds / speed.peak, 0) : "-"});
  } else {
    row.insert(row.end(), {"-", "-", "-"});
  }
  return row;
}

}  // namespace

Speed measure_speed(ModelFile& file, const Shape& x, const SpeedOptions& options) {
  const std::unique_ptr<Backend> backend = make_backend(options.device, options.threads, options.precision);
  Task task(file.model, *backend, x, options.train);
  Speed speed;
  speed.steps = task.steps();
  for (const StepSpeed& step : speed.steps) speed.flop += step.flop;
  speed.device = backend->name();
  if (speed.device == "cpu") speed.peak = measure_peak(options.threads);

  constexpr long kBar = 1000;
  const long middle = options.layers ? kBar / 2 : kBar;
  const double seconds = options.layers ? options.seconds / 2 : options.seconds;
  Progress progress("measuring", kBar);
  speed.bytes = task.bytes();
  for (int i = 0; i < kWarmUps; ++i) task.run();
  std::vector<double> times = time_runs([&] { task.run(); }, seconds, kMostRuns, progress, 0, middle);
  for (double& time : times) time /= task.runs_at_once();
  speed.runs = times.size() * static_cast<std::size_t>(task.runs_at_once());
  speed.median = median(times);
  speed.best = times.front();
  speed.p95 = times[std::min(times.size() - 1, times.size() * 95 / 100)];

  if (!options.layers) {
    speed.steps.clear();
    return speed;
  }
  StepClock clock(speed.steps.size(), [&] {
    if (backend->is_asynchronous()) task.wait();
  });
  time_runs([&] { task.run(clock); }, seconds, kMostLayerRuns, progress, middle, kBar);
  for (std::size_t i = 0; i < speed.steps.size(); ++i) speed.steps[i].seconds = median(clock.times(i));
  return speed;
}

Json::Object to_json(const Speed& speed, const SpeedOptions& options) {
  Json::Object json = {{"mode", options.train ? "train" : "predict"},
                       {"batch", std::int64_t{options.batch}},
                       {"threads", options.threads},
                       {"device", speed.device},
                       {"memory_bytes", static_cast<std::int64_t>(speed.bytes)},
                       {"runs", static_cast<std::int64_t>(speed.runs)},
                       {"best_ms", speed.best * kMilliseconds},
                       {"median_ms", speed.median * kMilliseconds},
                       {"p95_ms", speed.p95 * kMilliseconds},
                       {"samples_per_second", static_cast<double>(options.batch) / speed.median},
                       {"gflops", speed.rate() * kGiga},
                       {"peak_gflops", speed.peak * kGiga},
                       {"share_of_peak", speed.share_of_peak()}};
  if (!options.layers) return json;
  const double total = total_seconds(speed);
  Json::Array layers;
  for (const StepSpeed& step : speed.steps) {
    const double rate = step.flop / step.seconds;
    layers.emplace_back(Json::Object{{"name", step.name},
                                     {"pass", step.pass},
                                     {"median_ms", step.seconds * kMilliseconds},
                                     {"share_of_time", step.seconds / total},
                                     {"mflop", step.flop * kMega},
                                     {"gflops", rate * kGiga},
                                     {"share_of_peak", speed.peak > 0 ? rate / speed.peak : 0.0}});
  }
  json.push_back({"layers", std::move(layers)});
  return json;
}

std::string speed_line(const Speed& speed) {
  if (speed.peak == 0) return format_fixed(speed.rate() * kGiga, 1) + " GFLOP/s";
  return format_fixed(speed.rate() * kGiga, 1) + " GFLOP/s, " + share(speed.share_of_peak(), 0) +
         " of this machine's peak of " + format_fixed(speed.peak * kGiga, 1);
}

std::string step_table(const Speed& speed) {
  const bool trains = std::any_of(speed.steps.begin(), speed.steps.end(),
                                  [](const StepSpeed& step) { return step.pass != "forward"; });
  const bool above = std::any_of(speed.steps.begin(), speed.steps.end(), [&](const StepSpeed& step) {
    return speed.peak > 0 && step.flop / step.seconds > speed.peak;
  });
  const std::string note =
      above ? "  Above 100 %: worked out with fewer operations than the layer is defined by.\n" : "";
  const auto make = [&](int name_width) {
    Table table(trains ? "llrrrrr" : "lrrrrr");
    const auto add = [&](const std::string& name, const std::string& pass, std::vector<std::string> row) {
      if (trains) row.insert(row.begin(), pass);
      row.insert(row.begin(), cut_to_width(one_line(name), name_width));
      table.add(std::move(row));
    };
    add("layer", "pass", {"ms", "of time", "MFLOP", "GFLOP/s", "of peak"});
    double flop = 0;
    for (const StepSpeed& step : speed.steps) {
      add(step.name, step.pass, cells(speed, step.seconds, step.flop));
      flop += step.flop;
    }
    add("total", "", cells(speed, total_seconds(speed), flop));
    return table.to_string() + note;
  };
  int longest = display_width("total");
  for (const StepSpeed& step : speed.steps) longest = std::max(longest, display_width(one_line(step.name)));
  const std::string whole = make(longest);
  if (!is_terminal(stdout)) return whole;
  const int too_wide = display_width(whole.substr(0, whole.find('\n'))) - terminal_width(stdout);
  return too_wide > 0 ? make(std::max(1, longest - too_wide)) : whole;
}

}  // namespace lapis::native
