#pragma once

#include <string>
#include <vector>

#include "lapis/io/model_file.h"

/// What `lapis predict` is asked about, read into the network's input.
namespace lapis::native {

/// Where the samples come from: one of images, texts (with text_file) and input.
struct SampleSources {
  std::string model;  // the model's path, for messages
  std::vector<std::string> images, texts;
  std::string text_file;  // one text a line; "-": standard input
  std::string input;      // a .safetensors
  std::string tensor;     // of it; empty: "input" or the only one
  bool large = false;     // no sample is refused for the work or memory that it takes
};

/// One thing that was asked about.
struct Sample {
  std::string name = {};    // path, text or number
  std::string where = {};   // of a line in a file: "FILE:3"; else empty
  std::string error = {};   // why it cannot be answered; empty where it can
  TokenizedText text = {};  // of texts
};

/// All of them in their order, and the network's input for those that can be answered.
struct Samples {
  Shape shape;          // of one
  std::vector<Real> x;  // [answered, shape]
  std::vector<Sample> all;

  Index answered() const;
  /// Makes room for one more sample that can be answered; returns where its input goes.
  Real* add(Sample sample);
  /// One more that cannot be, as `error` says.
  void add_failed(Sample sample, const std::string& error);
};

/// A picture or line that cannot be read is a sample with an error: the others are read all the same. Throws
/// Error where nothing can be read at all: another kind of input than the network's, a file that is missing.
Samples read_samples(const SampleSources& sources, const ModelFile& file);

}  // namespace lapis::native
