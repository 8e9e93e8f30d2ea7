#include "prediction_report.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <numeric>

#include "common.h"
#include "console.h"
#include "file.h"
#include "lapis/io/safetensors.h"

namespace lapis::native {
namespace {

constexpr int kBarWidth = 30;
/// Classes shown in plain output, most probable first.
constexpr std::size_t kMostClasses = 10;
/// Of an output with more axes: rows and numbers a row.
constexpr Index kMostRows = 4;
constexpr Index kMostNumbers = 8;

/// One sample's output and what it means, row by row.
class Answer {
 public:
  Answer(const Predictions& predictions, const Real* y)
      : meaning_(predictions.meaning), y_(y), rows_(predictions.shape.size() / meaning_.outputs) {
    numbers_.resize(static_cast<std::size_t>(rows_ * meaning_.answers()));
    for (Index row = 0; row < rows_; ++row)
      meaning_.answer(y + row * meaning_.outputs, numbers_.data() + row * meaning_.answers());
  }

  Index rows() const { return rows_; }
  const Real* numbers(Index row) const { return numbers_.data() + row * meaning_.answers(); }
  Real score(Index i) const { return y_[i]; }
  std::size_t predicted() const { return static_cast<std::size_t>(meaning_.predicted(y_)); }

 private:
  const OutputMeaning& meaning_;
  const Real* y_;
  Index rows_;
  std::vector<Real> numbers_;
};

/// `values` as nested lists of `shape`, from `axis` on; `values` moves on.
Json nested(const Shape& shape, int axis, const Real*& values) {
  if (axis == shape.rank()) return static_cast<double>(*values++);
  Json::Array list;
  for (Index i = 0; i < shape[axis]; ++i) list.push_back(nested(shape, axis + 1, values));
  return list;
}

Json tokens_json(const TokenizedText& text) {
  Json::Array tokens;
  for (const Token& token : text.tokens) {
    tokens.emplace_back(
        Json::Object{{"text", token.text}, {"id", std::int64_t{token.id}}, {"known", token.known}});
  }
  return tokens;
}

bool is_row(const Predictions& predictions) {
  return predictions.shape.rank() == 1;
}

Json::Object answer_json(const Predictions& predictions, const Real* y) {
  const OutputMeaning& meaning = predictions.meaning;
  const Answer answer(predictions, y);
  Json::Object json;
  if (is_row(predictions) && !predictions.labels.empty())
    json.push_back({"label", predictions.labels[answer.predicted()]});
  Shape shape = predictions.shape;
  shape.set(shape.rank() - 1, meaning.answers());
  const Real* numbers = answer.numbers(0);
  json.push_back({meaning.are_probabilities() ? "probabilities" : "values", nested(shape, 0, numbers)});
  const Real* scores = y;
  if (meaning.are_scores()) json.push_back({"scores", nested(predictions.shape, 0, scores)});
  if (meaning.kind == OutputMeaning::Kind::independent && is_row(predictions)) {
    Json::Array above_half;
    for (std::size_t i = 0; i < predictions.labels.size(); ++i)
      if (answer.numbers(0)[i] > Real(0.5)) above_half.emplace_back(predictions.labels[i]);
    json.push_back({"labels", std::move(above_half)});
  }
  return json;
}

/// The words that the network sees; those that it does not know stand in brackets.
std::string tokens_line(const TokenizedText& text, const Style& style) {
  std::string line;
  for (const Token& token : text.tokens) {
    line += line.empty() ? "" : " ";
    line += token.known ? token.text : style.warn + ("[" + token.text + "]") + style.off;
  }
  if (text.truncated > 0) line += " (+" + std::to_string(text.truncated) + " words that are not read)";
  return line;
}

/// The classes of a row, or its values where it has none.
void print_row(const Predictions& predictions, const Real* y, const Style& style) {
  const OutputMeaning& meaning = predictions.meaning;
  const Answer answer(predictions, y);
  const Real* const row = answer.numbers(0);
  const auto count = static_cast<std::size_t>(meaning.answers());
  const bool has_classes = predictions.labels.size() == count;
  const auto name = [&](std::size_t i) {
    return has_classes ? predictions.labels[i] : count == 1 ? std::string("value") : std::to_string(i);
  };
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (has_classes)
    std::stable_sort(order.begin(), order.end(),
                     [row](std::size_t a, std::size_t b) { return row[a] > row[b]; });
  int width = 0;
  for (std::size_t i = 0; i < count; ++i) width = std::max(width, display_width(name(i)));
  for (std::size_t i = 0; i < std::min(count, kMostClasses); ++i) {
    const std::size_t c = order[i];
    const auto value = static_cast<double>(row[c]);
    const bool is_first = i == 0 && has_classes;
    std::printf("  %s%s%s  ", is_first ? style.bold : "", pad_right(one_line(name(c)), width).c_str(),
                is_first ? style.off : "");
    if (meaning.are_probabilities()) std::printf("%s  ", bar(value, kBarWidth).c_str());
    std::printf("%s", format_fixed(value, 6).c_str());
    if (meaning.are_scores() && meaning.answers() == meaning.outputs)
      std::printf("  score %s", format_fixed(static_cast<double>(y[c]), 6).c_str());
    std::printf("\n");
  }
  if (count > kMostClasses) std::printf("  and %zu more\n", count - kMostClasses);
  if (!has_classes && !predictions.labels.empty())
    std::printf("  nearest to %s\n", one_line(predictions.labels[answer.predicted()]).c_str());
}

/// The beginning of an output that has more axes.
void print_rows(const Predictions& predictions, const Real* y) {
  const OutputMeaning& meaning = predictions.meaning;
  const Answer answer(predictions, y);
  std::printf("  %s of shape %s\n", meaning.are_probabilities() ? "probabilities" : "values",
              predictions.shape.to_string().c_str());
  for (Index row = 0; row < std::min(answer.rows(), kMostRows); ++row) {
    std::printf(" ");
    for (Index i = 0; i < std::min(meaning.answers(), kMostNumbers); ++i)
      std::printf(" %s", pad_left(format_fixed(static_cast<double>(answer.numbers(row)[i]), 6), 9).c_str());
    std::printf("%s\n", meaning.answers() > kMostNumbers ? " ..." : "");
  }
  if (answer.rows() > kMostRows)
    std::printf("  and %td rows more: --output FILE.safetensors writes them all\n",
                answer.rows() - kMostRows);
}

}  // namespace

void print_json_predictions(const Samples& samples, const Predictions& predictions, bool are_images) {
  const OutputMeaning& meaning = predictions.meaning;
  Json::Array list;
  const Real* y = predictions.y.data();
  std::int64_t failed = 0;
  for (const Sample& sample : samples.all) {
    Json::Object json;
    if (sample.error.empty()) {
      json = answer_json(predictions, y);
      y += predictions.shape.size();
    } else {
      json = {{"error", one_line(to_utf8(sample.error))}};
      ++failed;
    }
    if (are_images) json.push_back({"image", to_utf8(sample.name)});
    if (!sample.text.tokens.empty()) {
      json.push_back({"tokens", tokens_json(sample.text)});
      json.push_back({"truncated", std::int64_t{sample.text.truncated}});
    }
    list.emplace_back(std::move(json));
  }
  Json::Object all = {{"output", output_json(meaning, predictions.shape)},
                      {"labels", to_json(predictions.labels)},
                      {"predictions", std::move(list)}};
  if (failed > 0) all.push_back({"failed", failed});
  print_json(all);
}

void print_predictions(const Samples& samples, const Predictions& predictions) {
  const Style style(stdout);
  const Real* y = predictions.y.data();
  bool unknown = false;
  bool is_first = true;
  for (const Sample& sample : samples.all) {
    if (!sample.error.empty()) continue;
    if (!std::exchange(is_first, false)) std::printf("\n");
    const std::vector<Token>& tokens = sample.text.tokens;
    std::printf("%s\n", (tokens.empty() ? one_line(sample.name) : tokens_line(sample.text, style)).c_str());
    unknown |= std::any_of(tokens.begin(), tokens.end(), [](const Token& token) { return !token.known; });
    if (is_row(predictions))
      print_row(predictions, y, style);
    else
      print_rows(predictions, y);
    y += predictions.shape.size();
  }
  if (unknown)
    std::printf("\n%s[word]: not among the words that the network knows%s\n", style.dim, style.off);
  if (predictions.meaning.kind == OutputMeaning::Kind::independent)
    std::printf("\n%sEach probability stands by itself: they do not add to 1.%s\n", style.dim, style.off);
}

void write_predictions(const std::string& path, const Samples& samples, const Predictions& predictions) {
  const auto size = static_cast<std::size_t>(predictions.shape.size());
  std::vector<Real> all;
  all.reserve(samples.all.size() * size);
  const Real* y = predictions.y.data();
  for (const Sample& sample : samples.all) {
    if (!sample.error.empty()) {
      all.insert(all.end(), size, std::numeric_limits<Real>::quiet_NaN());
      continue;
    }
    all.insert(all.end(), y, y + size);
    y += size;
  }
  const TensorView tensor{
      .name = "output",
      .dtype = Dtype::f32,
      .shape = with_batch_in_front(static_cast<Index>(samples.all.size()), predictions.shape),
      .bytes = std::as_bytes(std::span(all))};
  write_file_atomically(path, write_safetensors(std::span(&tensor, 1), {}));
}

}  // namespace lapis::native
