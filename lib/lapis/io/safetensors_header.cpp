#include "lapis/io/safetensors_header.h"

#include <nlohmann/json.hpp>

#include "lapis/core/error.h"
#include "lapis/core/shape.h"
#include "lapis/io/json.h"
#include "lapis/io/safetensors.h"

namespace lapis {

namespace {

/// Takes the JSON parser's events. Each state names what must come next; anything else is an error that says
/// so.
class HeaderReader {
 public:
  SafetensorsHeader take() { return std::move(header_); }

  bool null() { wrong(); }
  bool boolean(bool) { wrong(); }
  bool number_integer(std::int64_t) { wrong(); }  // a negative one
  bool number_float(double, const std::string&) { wrong(); }
  bool binary(nlohmann::json::binary_t&) { wrong(); }

  bool number_unsigned(std::uint64_t value) {
    if (state_ == State::shape_items) {
      if (tensor_.shape.size() == kMostAxes) fail(where(), "more than ", kMostAxes, " axes");
      tensor_.shape.push_back(value);
    } else if (state_ == State::offset_items && offsets_ < 2) {
      (offsets_++ == 0 ? tensor_.begin : tensor_.end) = value;
    } else {
      wrong();
    }
    return true;
  }

  bool string(std::string& value) {
    if (state_ == State::dtype) {
      tensor_.dtype = std::move(value);
      state_ = State::tensor_keys;
    } else if (state_ == State::metadata_value) {
      if (!header_.metadata.emplace(key_, std::move(value)).second)
        fail("header: __metadata__: the key ", in_quotes(key_), " stands twice");
      state_ = State::metadata_keys;
    } else {
      wrong();
    }
    return true;
  }

  bool start_object(std::size_t) {
    if (state_ == State::start) {
      state_ = State::names;
    } else if (state_ == State::tensor) {
      state_ = State::tensor_keys;
    } else if (state_ == State::metadata) {
      state_ = State::metadata_keys;
    } else {
      wrong();
    }
    return true;
  }

  bool key(std::string& key) {
    if (state_ == State::names) {
      name(key);
    } else if (state_ == State::metadata_keys) {
      key_ = std::move(key);
      state_ = State::metadata_value;
    } else if (key == "dtype") {
      once(has_dtype_, key);
      state_ = State::dtype;
    } else if (key == "shape") {
      once(has_shape_, key);
      state_ = State::shape;
    } else if (key == "data_offsets") {
      once(has_offsets_, key);
      state_ = State::offsets;
    } else {
      fail(where(), "key ", in_quotes(key), " is not known; known: dtype, shape, data_offsets");
    }
    return true;
  }

  bool end_object() {
    if (state_ == State::tensor_keys) {
      finish_tensor();
      state_ = State::names;
    } else if (state_ == State::metadata_keys) {
      state_ = State::names;
    }
    return true;
  }

  bool start_array(std::size_t) {
    if (state_ == State::shape) {
      state_ = State::shape_items;
    } else if (state_ == State::offsets) {
      state_ = State::offset_items;
      offsets_ = 0;
    } else {
      wrong();
    }
    return true;
  }

  bool end_array() {
    if (state_ == State::offset_items && offsets_ != 2) wrong();
    state_ = State::tensor_keys;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
    const bool utf8 = std::string_view(error.what()).find("ill-formed UTF-8") != std::string_view::npos;
    fail("header: not valid ", utf8 ? "UTF-8" : "JSON", " at byte ", position,
         ": the file is damaged or not a safetensors file");
  }

 private:
  enum class State {
    start,
    names,
    tensor,
    tensor_keys,
    dtype,
    shape,
    shape_items,
    offsets,
    offset_items,
    metadata,
    metadata_keys,
    metadata_value,
  };

  static constexpr std::size_t kMostAxes = 64;

  std::string where() const { return "tensor " + in_quotes(tensor_.name) + ": "; }

  [[noreturn]] void wrong() const {
    switch (state_) {
      case State::dtype:
        fail(where(), "\"dtype\" must be a string");
      case State::shape:
      case State::shape_items:
        fail(where(), "\"shape\" must be a list of whole numbers");
      case State::offsets:
      case State::offset_items:
        fail(where(), "\"data_offsets\" must be two whole numbers");
      case State::metadata:
        fail("header: __metadata__ must be an object");
      case State::metadata_value:
        fail("header: __metadata__: the value of ", in_quotes(key_), " must be a string");
      case State::tensor:
        fail(where(), "must be an object with dtype, shape and data_offsets");
      default:
        fail("header: must be a JSON object");
    }
  }

  void name(std::string& name) {
    if (name == "__metadata__") {
      if (has_metadata_) fail("header: __metadata__ stands twice");
      has_metadata_ = true;
      state_ = State::metadata;
      return;
    }
    if (name.empty()) fail("header: a tensor's name is empty");
    if (header_.tensors.contains(name)) fail("tensor ", in_quotes(name), ": the name stands twice");
    if (header_.tensors.size() == kMaxTensors) fail("header: more than ", kMaxTensors, " tensors");
    tensor_ = HeaderTensor{.name = std::move(name), .dtype = {}, .shape = {}};
    has_dtype_ = has_shape_ = has_offsets_ = false;
    state_ = State::tensor;
  }

  void once(bool& has, const std::string& key) const {
    if (has) fail(where(), "the key ", in_quotes(key), " stands twice");
    has = true;
  }

  void finish_tensor() {
    if (!has_dtype_) fail(where(), "\"dtype\" is missing");
    if (!has_shape_) fail(where(), "\"shape\" is missing");
    if (!has_offsets_) fail(where(), "\"data_offsets\" is missing");
    std::string name = tensor_.name;
    header_.tensors.emplace(std::move(name), std::move(tensor_));
  }

  SafetensorsHeader header_;
  State state_ = State::start;
  HeaderTensor tensor_;
  std::string key_;
  int offsets_ = 0;
  bool has_metadata_ = false, has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text) {
  if (!text.starts_with('{')) fail("header: must be a JSON object");
  HeaderReader reader;
  nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  return reader.take();
}

}  // namespace lapis
