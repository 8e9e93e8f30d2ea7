#include "api.h"

#include <cmath>
#include <cstdlib>
#include <exception>
#include <limits>
#include <map>
#include <new>

#include "batch_trainer.h"
#include "session.h"

namespace {

using lapis_wasm::BatchTrainer;
using lapis_wasm::Session;

/// All that lives between calls.
struct State {
  std::int32_t last_handle = 0;
  std::map<std::int32_t, std::shared_ptr<Session>> models;
  std::map<std::int32_t, std::unique_ptr<BatchTrainer>> trainers;
  std::string error, text;
  std::vector<std::byte> bytes;
};

State& state() {
  static State the_state;
  return the_state;
}

/// Runs `work`; where it throws, notes the reason and returns 0.
template <class Work>
auto guarded(const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    state().error = "not enough memory";
  } catch (const std::exception& error) {
    state().error = error.what();
  } catch (...) {
    state().error = "unknown error";
  }
  return {};
}

template <class Things>
auto& find(Things& things, std::int32_t handle, const char* what) {
  const auto found = things.find(handle);
  if (found == things.end()) lapis::fail(what, " ", handle, ": there is none with this number (any more)");
  return *found->second;
}

Session& model_of(std::int32_t handle) {
  return find(state().models, handle, "model");
}

const char* keep(const lapis::Json& json) {
  state().text = json.dump();
  return state().text.c_str();
}

lapis::Shape shape_of(const std::int32_t* sizes, std::int32_t rank) {
  lapis::Shape shape;
  std::int64_t size = 1;
  for (std::int32_t axis = 0; axis < rank; ++axis) {
    shape.push_back(sizes[axis]);
    size *= sizes[axis];
    if (sizes[axis] < 1 || size > std::numeric_limits<std::int32_t>::max())
      lapis::fail("tensor: shape ", shape, " is out of range");
  }
  if (rank < 1) lapis::fail("tensor: the shape is empty; expected the batch first");
  return shape;
}

std::span<const float> values_of(const float* values, const lapis::Shape& shape) {
  return {values, static_cast<std::size_t>(shape.size())};
}

}  // namespace

std::int32_t lapis_abi_version() {
  return 1;
}

void* lapis_allocate(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) guarded([]() -> int { throw std::bad_alloc(); });
  return memory;
}

void lapis_free(void* memory) {
  std::free(memory);
}

const char* lapis_last_error() {
  return state().error.c_str();
}

std::int32_t lapis_model_load(const std::byte* file, std::size_t bytes) {
  return guarded([&] {
    auto session = std::make_shared<Session>(std::span(file, bytes));
    const std::int32_t handle = ++state().last_handle;
    state().models[handle] = std::move(session);
    return handle;
  });
}

const char* lapis_model_info(std::int32_t model) {
  return guarded([&] { return keep(model_of(model).info()); });
}

const char* lapis_model_weights(std::int32_t model) {
  return guarded([&] { return keep(model_of(model).weights()); });
}

std::int32_t lapis_model_save(std::int32_t model) {
  return guarded([&] {
    state().bytes = model_of(model).save();
    return 1;
  });
}

void lapis_model_free(std::int32_t model) {
  state().models.erase(model);
}

std::int32_t lapis_check_image(double width, double height) {
  return guarded([&] {
    const auto whole = [](double size) {
      if (!(std::abs(size) < 1e9) || size != std::floor(size))
        lapis::fail("picture: ", size, " pixels is no size");
      return static_cast<lapis::Index>(size);
    };
    lapis::check_image_size(whole(width), whole(height));
    return 1;
  });
}

const char* lapis_predict_image(std::int32_t model, const std::uint8_t* pixels, std::int32_t width,
                                std::int32_t height, std::int32_t channels, std::int32_t fit) {
  return guarded([&] {
    std::optional<lapis::Fit> wanted;
    if (fit >= 0) wanted = static_cast<lapis::Fit>(fit);  // in the order of lapis::kFitNames
    return keep(model_of(model).predict_image({pixels, width, height, channels}, wanted));
  });
}

const char* lapis_predict_text(std::int32_t model, const char* text, std::size_t bytes) {
  return guarded([&] { return keep(model_of(model).predict_text({text, bytes})); });
}

const char* lapis_predict(std::int32_t model, const float* values, const std::int32_t* shape,
                          std::int32_t rank) {
  return guarded([&] {
    const lapis::Shape x = shape_of(shape, rank);
    return keep(model_of(model).predict(values_of(values, x), x));
  });
}

const char* lapis_activations(std::int32_t model) {
  return guarded([&] { return keep(model_of(model).activations()); });
}

std::int32_t lapis_trainer_create(std::int32_t model, const char* options, std::size_t bytes) {
  return guarded([&] {
    model_of(model);
    auto trainer = std::make_unique<BatchTrainer>(state().models[model], std::string_view(options, bytes));
    const std::int32_t handle = ++state().last_handle;
    state().trainers[handle] = std::move(trainer);
    return handle;
  });
}

const char* lapis_trainer_step(std::int32_t trainer, const float* values, const std::int32_t* shape,
                               std::int32_t rank, const std::int32_t* labels, std::int32_t label_count) {
  return guarded([&] {
    BatchTrainer& found = find(state().trainers, trainer, "trainer");
    const lapis::Shape x = shape_of(shape, rank);
    if (label_count < 0) lapis::fail("training batch: ", label_count, " labels");
    const std::vector<lapis::Index> classes(labels, labels + label_count);
    return keep(found.step(values_of(values, x), x, classes));
  });
}

void lapis_trainer_free(std::int32_t trainer) {
  state().trainers.erase(trainer);
}

const std::byte* lapis_result_bytes() {
  return state().bytes.data();
}

std::size_t lapis_result_size() {
  return state().bytes.size();
}
