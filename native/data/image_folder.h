#pragma once

#include <string>
#include <vector>

#include "data/pictures.h"
#include "data/split.h"
#include "lapis/input/image.h"

/// Pictures sorted into one folder a class: DIR/CLASS/*.png|jpg|jpeg|bmp|gif|ppm|pgm|pnm, or the same below
/// DIR/train, DIR/valid and DIR/test. Files and folders that begin with a dot, and files with other endings,
/// are ignored. The order is that of the file names.
///
/// A split that has no folder of its own is taken from the training pictures: class by class, every n-th file
/// validates (n = 1 / validation_split), and, where there is no DIR/train either, the file before it tests.
namespace lapis::native {

/// Names of the class folders, sorted. Throws Error where there is none.
std::vector<std::string> image_folder_labels(const std::string& folder);

/// Throws Error where a class folder is not among `labels`, a picture cannot be read, or there is none.
LabelledPictures read_image_folder(const std::string& folder, Split split,
                                   const std::vector<std::string>& labels, double validation_split,
                                   const ImageInput& input);

}  // namespace lapis::native
