#pragma once

#include <cstddef>
#include <cstdint>

/// The WebAssembly module's exports: a C interface that any host can call. src/module.ts declares the same
/// functions for the npm package; a test compares the two.
///
/// Models and trainers are named by handles, numbers above 0 that are never used twice. A function that can
/// fail returns 0 and leaves its reason, one line of UTF-8, in `lapis_last_error`; no C++ exception ever
/// reaches the host, and a handle that is not there, a damaged file or a wrong shape is such a failure. A
/// function that returns a text gives its address: UTF-8, zero-terminated, valid until the next call.
/// Addresses inside a JSON text are numbers, valid until the next call on the same model.
#define LAPIS_EXPORT(name) __attribute__((export_name(#name))) name

extern "C" {

/// Raised when a signature below changes.
std::int32_t LAPIS_EXPORT(lapis_abi_version)();

/// Memory for arguments, aligned to 8 bytes; 0 where there is none left.
void* LAPIS_EXPORT(lapis_allocate)(std::size_t bytes);
void LAPIS_EXPORT(lapis_free)(void* memory);

/// Why the last call failed.
const char* LAPIS_EXPORT(lapis_last_error)();

/// Reads a model file; its bytes are not needed afterwards. Returns a handle.
std::int32_t LAPIS_EXPORT(lapis_model_load)(const std::byte* file, std::size_t bytes);
/// JSON: name, labels, input, output, layers, parameters, macs, bytes, metrics, training (src/types.ts:
/// ModelInfo).
const char* LAPIS_EXPORT(lapis_model_info)(std::int32_t model);
/// JSON: [{name, shape, address}] of all parameters (float).
const char* LAPIS_EXPORT(lapis_model_weights)(std::int32_t model);
/// Makes a model file of the weights as they are now; see lapis_result_bytes. Returns 1.
std::int32_t LAPIS_EXPORT(lapis_model_save)(std::int32_t model);
void LAPIS_EXPORT(lapis_model_free)(std::int32_t model);

/// Returns 1 where a picture of this size can be read: asked before memory is taken for its pixels.
std::int32_t LAPIS_EXPORT(lapis_check_image)(double width, double height);

/// Pixels [height, width, channels], RGB or RGBA. `fit`: 0 crop, 1 fit, 2 stretch, -1 as the model's file
/// says. Returns JSON: {address, shape, answer: {address, count, predicted}, picture: {address, width,
/// height, channels}}: the raw outputs (float), what they mean (probabilities or values, as output.kind of
/// the model's info says; of one binary output both; `predicted`: the class, -1: none) and the bytes that the
/// network saw.
const char* LAPIS_EXPORT(lapis_predict_image)(std::int32_t model, const std::uint8_t* pixels,
                                              std::int32_t width, std::int32_t height, std::int32_t channels,
                                              std::int32_t fit);
/// UTF-8. Returns JSON: {address, shape, answer, tokens: [{text, id, known}], truncated}.
const char* LAPIS_EXPORT(lapis_predict_text)(std::int32_t model, const char* text, std::size_t bytes);
/// A raw tensor (float), batch first. Returns JSON: {address, shape, answer}; `predicted` of the first row.
const char* LAPIS_EXPORT(lapis_predict)(std::int32_t model, const float* values, const std::int32_t* shape,
                                        std::int32_t rank);
/// What every layer puts out for the input of the last prediction that gave an answer (of many rows, the
/// first 32). Returns JSON:
/// [{layer, type, shape, address}].
const char* LAPIS_EXPORT(lapis_activations)(std::int32_t model);

/// `options` is JSON: optimizer ("sgd", "adam"), learningRate, momentum, nesterov, seed. Returns a handle.
/// The trainer keeps its model alive.
std::int32_t LAPIS_EXPORT(lapis_trainer_create)(std::int32_t model, const char* options, std::size_t bytes);
/// One step on a batch: values as in lapis_predict, one class number a row. Returns JSON: {loss, accuracy},
/// both of before the step.
const char* LAPIS_EXPORT(lapis_trainer_step)(std::int32_t trainer, const float* values,
                                             const std::int32_t* shape, std::int32_t rank,
                                             const std::int32_t* labels, std::int32_t label_count);
void LAPIS_EXPORT(lapis_trainer_free)(std::int32_t trainer);

/// What lapis_model_save made; valid until its next call.
const std::byte* LAPIS_EXPORT(lapis_result_bytes)();
std::size_t LAPIS_EXPORT(lapis_result_size)();
}
