#pragma once

#include <memory>
#include <string>

#include "data/source.h"

/// One door to every kind of data set.
namespace lapis::native {

/// A folder, or a CSV file. Throws Error where there is no such thing, or it does not hold what was asked
/// for.
std::unique_ptr<DataSource> find_data(const std::string& path, const DataRequest& request);

/// "cifar10", "csv_text", "image_folder": as a training config spells it.
const char* kind_name(DataConfig::Kind kind);

/// What a config asks for. `validation`: whether the training validates at all.
DataRequest request_of(const DataConfig& config, bool validation);

/// Throws Error, which names the classes and the layer, where the network `model` does not put out one value
/// for each of the classes of `data` (or one for two of them).
void check_classes(const DataSource& data, const Model& model);

}  // namespace lapis::native
