// lapis as one of the native peers: reads commands, one a line, and answers each with one line of JSON.
// native_peers.mjs says what the commands mean; the other peers obey the same ones.
//
//   lapis_bench_serve THREADS

#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "lapis/core/error.h"
#include "lapis/io/model_file.h"
#include "lapis/io/safetensors.h"
#include "lapis/model/workspace.h"
#include "lapis/train/trainer.h"

namespace {

using lapis::Index;
using lapis::Real;
using lapis::Shape;

std::vector<std::byte> read_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) lapis::fail(path, ": cannot be opened");
  std::fseek(file, 0, SEEK_END);
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::ftell(file)));
  std::rewind(file);
  const bool whole = std::fread(bytes.data(), 1, bytes.size(), file) == bytes.size();
  std::fclose(file);
  if (!whole) lapis::fail(path, ": cannot be read");
  return bytes;
}

void write_file(const std::string& path, const Real* values, Index count) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) lapis::fail(path, ": cannot be made");
  const auto size = static_cast<std::size_t>(count);
  const bool whole = std::fwrite(values, sizeof(Real), size, file) == size;
  if (std::fclose(file) != 0 || !whole) lapis::fail(path, ": cannot be written");
}

/// The first `batch` samples of a network's input file.
std::vector<Real> read_input(const std::string& name, Index batch, Shape& shape) {
  const std::vector<std::byte> bytes = read_file(name + ".input.safetensors");
  const lapis::SafetensorsFile file = lapis::read_safetensors(bytes);
  const lapis::TensorView* x = file.find("x");
  if (x == nullptr || x->shape[0] < batch) lapis::fail(name, ": the input has too few samples");
  std::vector<Real> values(static_cast<std::size_t>(x->shape.size()));
  lapis::read_values(*x, values);
  shape = x->shape.with_batch(batch);
  values.resize(static_cast<std::size_t>(shape.size()));
  return values;
}

/// A model with one batch, ready to be run over and over.
class Prediction {
 public:
  Prediction(const std::string& name, Index batch, int threads)
      : file_(lapis::read_model(read_file(name + ".safetensors"))),
        backend_(lapis::make_cpu_backend(threads)),
        x_(read_input(name, batch, shape_)),
        workspace_(file_.model, *backend_, shape_, lapis::Mode::predict) {}

  /// The input is read where it is, as the other peers do.
  lapis::ConstView run() { return workspace_.run_on({x_.data(), shape_}); }

 private:
  lapis::ModelFile file_;
  std::unique_ptr<lapis::Backend> backend_;
  Shape shape_;
  std::vector<Real> x_;
  lapis::Workspace workspace_;
};

/// Adam on one batch, over and over.
class Training {
 public:
  Training(const std::string& name, Index batch, int threads, double learning_rate)
      : file_(lapis::read_model(read_file(name + ".safetensors"))),
        backend_(lapis::make_cpu_backend(threads)),
        data_(make_data(name, batch)),
        trainer_(file_.model, *backend_, options(batch, learning_rate), data_),
        samples_(static_cast<std::size_t>(batch)) {
    std::iota(samples_.begin(), samples_.end(), Index{0});
  }

  double step() { return trainer_.train_step(samples_); }

 private:
  lapis::TensorDataset make_data(const std::string& name, Index batch) const {
    Shape shape;
    std::vector<Real> x = read_input(name, batch, shape);
    std::vector<Index> labels(static_cast<std::size_t>(batch));
    const Index classes = file_.model.output_shape()[-1];
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<Index>(i) % classes;
    return {shape.without_batch(), std::move(x), std::move(labels)};
  }

  static lapis::TrainOptions options(Index batch, double learning_rate) {
    lapis::TrainOptions options;
    options.batch_size = batch;
    options.schedule.initial_learning_rate = learning_rate;
    return options;
  }

  lapis::ModelFile file_;
  std::unique_ptr<lapis::Backend> backend_;
  lapis::TensorDataset data_;
  lapis::Trainer trainer_;
  std::vector<Index> samples_;
};

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string json_list(const std::vector<double>& values) {
  std::ostringstream text;
  text.precision(9);
  for (std::size_t i = 0; i < values.size(); ++i) text << (i == 0 ? "[" : ",") << values[i];
  text << "]";
  return text.str();
}

/// As time_slice in measure.mjs.
std::vector<double> time_slice(const std::function<void()>& run, double seconds) {
  run();
  std::vector<double> times;
  const double end = now_ms() + seconds * 1000;
  double after = 0;
  do {
    const double before = now_ms();
    run();
    after = now_ms();
    times.push_back(after - before);
  } while (after < end);
  return times;
}

class Server {
 public:
  explicit Server(int threads) : threads_(threads) {}

  std::string obey(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "run") return run(words);
    std::string name;
    Index batch = 0;
    words >> name >> batch;
    run_ = nullptr;
    prediction_.reset();
    training_.reset();
    return command == "predict" ? predict(name, batch, words) : train(name, batch, words);
  }

 private:
  std::string run(std::istringstream& words) {
    double seconds = 0;
    words >> seconds;
    if (!run_) lapis::fail("run: nothing is loaded");
    return "{\"ms\":" + json_list(time_slice(run_, seconds)) + "}";
  }

  std::string predict(const std::string& name, Index batch, std::istringstream& words) {
    std::string output;
    words >> output;
    prediction_ = std::make_unique<Prediction>(name, batch, threads_);
    const lapis::ConstView y = prediction_->run();
    write_file(output, y.data, y.shape.size());
    run_ = [this] { prediction_->run(); };
    return "{\"ready\":true}";
  }

  std::string train(const std::string& name, Index batch, std::istringstream& words) {
    double learning_rate = 0;
    int steps = 0;
    words >> learning_rate >> steps;
    training_ = std::make_unique<Training>(name, batch, threads_, learning_rate);
    std::vector<double> losses;
    for (int i = 0; i < steps; ++i) losses.push_back(training_->step());
    run_ = [this] { training_->step(); };
    return "{\"losses\":" + json_list(losses) + "}";
  }

  int threads_;
  std::unique_ptr<Prediction> prediction_;
  std::unique_ptr<Training> training_;
  std::function<void()> run_;
};

}  // namespace

int main(int argc, char** argv) {
  Server server(argc > 1 ? std::stoi(argv[1]) : 1);
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << server.obey(line) << std::endl;
    } catch (const std::exception& error) {
      std::cerr << error.what() << std::endl;
      return 1;
    }
  }
  return 0;
}
