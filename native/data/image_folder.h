#pragma once

#include <memory>
#include <string>

#include "data/source.h"

/// Pictures sorted into one folder a class, DIR/CLASS/..., or the same below DIR/train, DIR/valid and
/// DIR/test (folder_layout.h says which names count). Folders in a class folder are searched too; the order
/// is that of the paths. A split that has no folder of its own is cut from the training pictures (split.h).
namespace lapis::native {

/// Lists all pictures and decodes none. Without labels, the classes are the folders that hold a picture.
/// Throws Error where there is none, a class folder is not among the labels, or a folder cannot be read.
std::unique_ptr<DataSource> open_image_folder(const std::string& path, const DataRequest& request);

}  // namespace lapis::native
