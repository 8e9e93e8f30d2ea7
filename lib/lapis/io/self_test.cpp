#include "lapis/io/self_test.h"

#include <algorithm>
#include <cmath>

#include "lapis/core/random.h"
#include "lapis/io/json.h"
#include "lapis/model/cost.h"
#include "lapis/model/open_sizes.h"
#include "lapis/model/workspace.h"
#include "lapis/ops/parallel.h"

namespace lapis {

namespace {

constexpr Index kRows = 4;
/// Which of the four rows stays where there is only time for one: noise.
constexpr std::size_t kOnlyRow = 2;
/// A size that neither the network nor the input pipeline fixes is this or more, if that is not too much
/// work.
constexpr Index kSomeSize = 32;
constexpr Index kMostRows = 64;

/// Whether running the network on x is work in proportion to the file: a reader does it whenever it loads.
bool is_affordable(const Model& model, const Shape& x) {
  const auto backend = make_cpu_backend(make_serial());
  try {
    check_cost(model, *backend, x, x.elements() * sizeof(Real));
    return true;
  } catch (const Error&) {  // also where the size is beyond what can be addressed
    return false;
  }
}

/// As large and with as many rows as is affordable.
Shape test_shape(const Model& model, const InputSpec& input) {
  Shape shape = model.input_shape().with_batch(kRows);
  if (const auto* image = std::get_if<ImageInput>(&input))
    shape = {kRows, image->height, image->width, image->channels};
  if (const auto* text = std::get_if<TextInput>(&input)) shape = {kRows, text->sequence_length};
  for (const Index least : {kSomeSize, Index{1}}) {
    const std::optional<Shape> x = with_smallest_sizes(model, shape, least);
    if (x && is_affordable(model, *x)) return *x;
    if (least == 1 && !x)
      fail("self-test: no size from 1 was found that all layers accept where the input ", model.input_shape(),
           " is open");
    if (least == 1) shape = x->with_batch(1);
  }
  return shape;
}

/// Which row value i belongs to, of samples of `sample` values.
std::size_t row_at(std::size_t i, std::size_t sample, std::size_t rows) {
  return rows == 1 ? kOnlyRow : i / sample;
}

/// Black, white, noise, and single pixels of both.
void fill_images(const ImageInput& image, std::size_t rows, std::span<Real> x) {
  const std::vector<Real> values = image_byte_values(image);  // [256, channels]
  const auto channels = static_cast<std::size_t>(image.channels);
  const RandomStream random(1, 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = row_at(i, x.size() / rows, rows);
    const std::size_t pixel = i / channels;
    const std::size_t byte = row == 0   ? 0
                             : row == 1 ? 255
                             : row == 2 ? static_cast<std::size_t>(random.below(i, 256))
                                        : pixel % 2 * 255;
    x[i] = values[byte * channels + i % channels];
  }
}

/// Nothing but padding; one word; a full row with unknown words; padding between words.
void fill_ids(Index bound, std::size_t rows, std::span<Real> x) {
  const RandomStream random(1, 0);
  const std::size_t length = x.size() / rows;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = row_at(i, length, rows);
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
void fill_numbers(std::size_t rows, std::span<Real> x) {
  const RandomStream random(1, 0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = row_at(i, x.size() / rows, rows);
    const Real noise = 2 * random.uniform(i) - 1;
    x[i] = row == 0 ? 0 : row == 1 ? noise : row == 2 ? 10 * noise : i % 2 == 0 ? Real{1} : Real{-1};
  }
}

/// The last rows of a test, as many as are affordable, at least one.
Index rows_to_run(const Model& model, const Shape& x) {
  Index rows = x[0];
  while (rows > 1 && !is_affordable(model, x.with_batch(rows))) rows /= 2;
  return rows;
}

/// The network's output for all rows of `x`.
std::vector<Real> run(const Model& model, const Shape& shape, std::span<const Real> x, Shape& output_shape) {
  model.layer(0).check_values({x.data(), shape});
  const auto backend = make_cpu_backend(make_serial());
  check_cost(model, *backend, shape, shape.elements() * sizeof(Real));
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
  const auto rows = static_cast<std::size_t>(test.input_shape[0]);
  bool numbers = false;
  if (const auto* image = std::get_if<ImageInput>(&input)) {
    fill_images(*image, rows, test.input);
  } else if (model.layer(0).type() == "Embedding") {
    fill_ids(model.parameters()[0].info.shape[0], rows, test.input);
  } else {
    fill_numbers(rows, test.input);
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
  const std::vector<Real> all_x = finite_values(input);
  const std::vector<Real> all_expected = finite_values(output);
  const Index rows = rows_to_run(model, input.shape);
  const auto last_rows = [&](const std::vector<Real>& values, const Shape& of) {
    return std::span(values).last(values.size() / static_cast<std::size_t>(of[0]) *
                                  static_cast<std::size_t>(rows));
  };
  Shape shape;
  std::vector<Real> found;
  try {
    found = run(model, input.shape.with_batch(rows), last_rows(all_x, input.shape), shape);
  } catch (const Error& error) {
    throw error.inside("self-test");
  }
  shape.set(0, input.shape[0]);
  if (!(shape == output.shape))
    fail("tensor ", in_quotes(output.name), ": shape ", output.shape, ", expected ", shape);
  const std::span<const Real> expected = last_rows(all_expected, output.shape);
  double largest = 1;
  for (const Real value : expected) largest = std::max(largest, std::abs(static_cast<double>(value)));
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!(std::abs(found[i] - expected[i]) <= kSelfTestTolerance * largest))
      fail("self-test: output element ", i, " is ", found[i], ", the file says ", expected[i], " (tolerance ",
           kSelfTestTolerance * largest, "): the weights are damaged, or this build computes wrongly");
}

}  // namespace lapis
