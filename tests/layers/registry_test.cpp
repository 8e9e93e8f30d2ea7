#include "lapis/layers/registry.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace lapis;

TEST_CASE("the registry lists the layers by name, each once") {
  CHECK(supported_layers() ==
        "Activation, ActivityRegularization, AveragePooling2D, BatchNormalization, Bidirectional, Conv1D, "
        "Conv2D, Dense, Dropout, ELU, "
        "Embedding, Flatten, GRU, GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalMaxPooling1D, "
        "GlobalMaxPooling2D, LSTM, LayerNormalization, LeakyReLU, Masking, MaxPooling2D, RMSNormalization, "
        "ReLU, "
        "Rescaling, Reshape, SimpleRNN, Softmax, TimeDistributed, ZeroPadding2D");
  const auto by_name = [](const LayerType& a, const LayerType& b) { return a.type < b.type; };
  CHECK(std::is_sorted(layer_types().begin(), layer_types().end(), by_name));
}

TEST_CASE("the registry's snake_case names are Keras's") {
  const auto snake_name = [](std::string_view type) { return find_layer_type(type)->snake_name; };
  CHECK(snake_name("AveragePooling2D") == "average_pooling2d");
  CHECK(snake_name("BatchNormalization") == "batch_normalization");
  CHECK(snake_name("Conv1D") == "conv1d");
  CHECK(snake_name("Conv2D") == "conv2d");
  CHECK(snake_name("ELU") == "elu");
  CHECK(snake_name("GlobalAveragePooling2D") == "global_average_pooling2d");
  CHECK(snake_name("GRU") == "gru");
  CHECK(snake_name("LeakyReLU") == "leaky_re_lu");
  CHECK(snake_name("LSTM") == "lstm");
  CHECK(snake_name("MaxPooling2D") == "max_pooling2d");
  CHECK(snake_name("RMSNormalization") == "rms_normalization");
  CHECK(snake_name("ReLU") == "re_lu");
  CHECK(snake_name("SimpleRNN") == "simple_rnn");
}

TEST_CASE("the registry knows nothing of other names") {
  CHECK(find_layer_type("Dense") != nullptr);
  CHECK(find_layer_type("dense") == nullptr);
  CHECK(find_layer_type("Conv3D") == nullptr);
  CHECK(find_layer_type("") == nullptr);
}
