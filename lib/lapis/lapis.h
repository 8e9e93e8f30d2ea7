#pragma once

/// lapis: neural-network layers equal to Keras's. The one include for users of the library.
///
/// A tour, in the order in which one needs things:
///
///     lapis::ModelFile file = lapis::read_model(bytes);   // io/model_file.h: weights, labels, input
///     auto backend = lapis::make_cpu_backend(1);          // ops/backend.h: who computes
///     lapis::Workspace workspace(file.model, *backend, {1, 32, 32, 3}, lapis::Mode::predict);
///     lapis::image_to_tensor(pixels, std::get<lapis::ImageInput>(file.input),  // input/image.h
///                            workspace.input(1).data);
///     lapis::ConstView probabilities = workspace.run(1);  // [1, classes]; allocates nothing
///
/// - A `Layer` (layers/layer.h) is a description; the list of them is layers/registry.h.
/// - A `Model` (model/model.h) is layers and one flat parameter buffer; share one const Model among threads.
/// - A `Plan` (model/plan.h) is arithmetic, a `Workspace` (model/workspace.h) the memory of one caller.
/// - A `Trainer` (train/trainer.h) changes a model's parameters, an `Evaluator` measures it.
/// - Every failure is a `lapis::Error` (core/error.h) with one line of text.
#include "lapis/core/error.h"
#include "lapis/core/shape.h"
#include "lapis/core/view.h"
#include "lapis/input/image.h"
#include "lapis/input/text.h"
#include "lapis/io/compiled_loss.h"
#include "lapis/io/keras_model.h"
#include "lapis/io/model_file.h"
#include "lapis/io/train_config.h"
#include "lapis/layers/registry.h"
#include "lapis/model/model.h"
#include "lapis/model/open_sizes.h"
#include "lapis/model/plan.h"
#include "lapis/model/workspace.h"
#include "lapis/ops/backend.h"
#include "lapis/train/trainer.h"
