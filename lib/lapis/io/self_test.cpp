#include "lapis/io/self_test.h"

#include <algorithm>
#include <cmath>

#include "lapis/core/random.h"
#include "lapis/io/json.h"
#include "lapis/model/workspace.h"
#include "lapis/ops/parallel.h"

namespace lapis {

namespace {

constexpr Index kRows = 4;
/// Stands for a size that neither the network nor the input pipeline fixes.
constexpr Index kSomeSize = 32;
/// A hostile file must not make its reader work or allocate without end.
constexpr Index kMostRows = 64;
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr double kMostMacs = 1e11;

Shape test_shape(const Model& model, const InputSpec& input) {
  Shape shape = model.input_shape().with_batch(kRows);
  if (const auto* image = std::get_if<ImageInput>(&input))
    shape = {kRows, image->height, image->width, image->channels};
  if (const auto* text = std::get_if<TextInput>(&input)) shape = {kRows, text->sequence_length};
  for (int axis = 1; axis < shape.rank(); ++axis)
    if (shape[axis] == kUnknown) shape.set(axis, kSomeSize);
  return shape;
}

/// Black, white, noise, and single pixels of both.
void fill_images(const ImageInput& image, std::span<Real> x) {
  const std::vector<Real> values = image_byte_values(image);  // [256, channels]
  const auto channels = static_cast<std::size_t>(image.channels);
  const RandomStream random(1, 0);
  const std::size_t sample = x.size() / kRows;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = i / sample;
    const std::size_t pixel = i / channels;
    const std::size_t byte = row == 0   ? 0
                             : row == 1 ? 255
                             : row == 2 ? static_cast<std::size_t>(random.below(i, 256))
                                        : pixel % 2 * 255;
    x[i] = values[byte * channels + i % channels];
  }
}

/// Nothing but padding; one word; a full row with unknown words; padding between words.
void fill_ids(Index bound, Index time, std::span<Real> x) {
  const RandomStream random(1, 0);
  const auto length = static_cast<std::size_t>(time);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = i / length;
    const std::size_t step = i % length;
    const auto any = static_cast<Real>(random.below(i, static_cast<std::uint64_t>(bound)));
    const Real unknown = bound > 1 ? 1 : 0;
    if (row == 0) x[i] = 0;
    if (row == 1) x[i] = step == 0 ? static_cast<Real>(bound - 1) : 0;
    if (row == 2) x[i] = step % 3 == 1 ? unknown : any;
    if (row == 3) x[i] = step % 2 == 0 ? 0 : any;
  }
}

/// Zeros; noise; large noise; alternating signs.
void fill_numbers(std::span<Real> x) {
  const RandomStream random(1, 0);
  const std::size_t sample = x.size() / kRows;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = i / sample;
    const Real noise = 2 * random.uniform(i) - 1;
    x[i] = row == 0 ? 0 : row == 1 ? noise : row == 2 ? 10 * noise : i % 2 == 0 ? Real{1} : Real{-1};
  }
}

/// The network's output for all rows of `x`.
std::vector<Real> run(const Model& model, const Shape& shape, std::span<const Real> x, Shape& output_shape) {
  model.layer(0).check_values({x.data(), shape});
  const auto backend = make_cpu_backend(make_serial());
  const Plan plan(model, *backend, shape, Mode::predict);
  if (plan.bytes() > kMostBytes || model.macs(shape) > kMostMacs)
    fail("its input ", shape, " takes too much work: ", plan.bytes(), " bytes, ", model.macs(shape),
         " multiplications");
  Workspace workspace(model, *backend, shape, Mode::predict);
  std::copy(x.begin(), x.end(), workspace.input(shape[0]).data);
  const ConstView y = workspace.run(shape[0]);
  output_shape = y.shape;
  return {y.data, y.data + y.shape.size()};
}

void check_shape(const Model& model, const TensorView& input) {
  const Shape& expected = model.input_shape();
  bool fits = input.shape.rank() == expected.rank();
  for (int axis = 0; fits && axis < expected.rank(); ++axis)
    fits = input.shape[axis] >= 1 &&
           (axis == 0 || expected[axis] == kUnknown || expected[axis] == input.shape[axis]);
  if (!fits) fail("tensor ", in_quotes(input.name), ": shape ", input.shape, ", expected ", expected);
  if (input.shape[0] > kMostRows)
    fail("tensor ", in_quotes(input.name), ": ", input.shape[0], " rows, expected at most ", kMostRows);
}

std::vector<Real> finite_values(const TensorView& tensor) {
  std::vector<Real> values(static_cast<std::size_t>(tensor.shape.size()));
  read_values(tensor, values);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      fail("tensor ", in_quotes(tensor.name), ": element ", i, " is ", values[i],
           ", expected a finite number");
  return values;
}

}  // namespace

SelfTest make_self_test(const Model& model, const InputSpec& input) {
  SelfTest test;
  test.input_shape = test_shape(model, input);
  test.input.resize(static_cast<std::size_t>(test.input_shape.size()));
  bool numbers = false;
  if (const auto* image = std::get_if<ImageInput>(&input)) {
    fill_images(*image, test.input);
  } else if (model.layer(0).type() == "Embedding") {
    fill_ids(model.parameters()[0].info.shape[0], test.input_shape[1], test.input);
  } else {
    fill_numbers(test.input);
    numbers = true;
  }
  // Nobody knows how large the numbers are that a network is made for: an exponential may run on for these.
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    test.output = run(model, test.input_shape, test.input, test.output_shape);
    const auto bad = std::find_if_not(test.output.begin(), test.output.end(),
                                      [](Real value) { return std::isfinite(value); });
    if (bad == test.output.end()) break;
    if (!numbers || attempt == kAttempts)
      fail("self-test: output element ", bad - test.output.begin(), " is ", *bad,
           ", expected a finite number: the weights are unusable");
    for (Real& value : test.input) value /= 10;
  }
  return test;
}

void check_self_test(const Model& model, const TensorView& input, const TensorView& output) {
  check_shape(model, input);
  const std::vector<Real> x = finite_values(input);
  const std::vector<Real> expected = finite_values(output);
  Shape shape;
  std::vector<Real> found;
  try {
    found = run(model, input.shape, x, shape);
  } catch (const Error& error) {
    throw error.inside("self-test");
  }
  if (!(shape == output.shape))
    fail("tensor ", in_quotes(output.name), ": shape ", output.shape, ", expected ", shape);
  double largest = 1;
  for (const Real value : expected) largest = std::max(largest, std::abs(static_cast<double>(value)));
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!(std::abs(found[i] - expected[i]) <= kSelfTestTolerance * largest))
      fail("self-test: output element ", i, " is ", found[i], ", the file says ", expected[i], " (tolerance ",
           kSelfTestTolerance * largest, "): the weights are damaged, or this build computes wrongly");
}

}  // namespace lapis
