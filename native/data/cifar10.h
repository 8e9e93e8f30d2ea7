#pragma once

#include <string>
#include <vector>

#include "data/pictures.h"
#include "data/split.h"
#include "lapis/input/image.h"

/// CIFAR-10 in the official binary layout (Krizhevsky 2009): a folder with data_batch_1.bin to
/// data_batch_5.bin, test_batch.bin and batches.meta.txt. A record is 1 label byte, then 1024 red, 1024 green
/// and 1024 blue bytes, each 32 rows of 32. A file holds 10,000 records; a folder whose six files are
/// shorter, but all alike, is a sample of it and is read too.
namespace lapis::native {

/// The folder looks like CIFAR-10.
bool is_cifar10(const std::string& folder);

/// The ten class names of batches.meta.txt; the official ones where there is no such file. Throws Error where
/// it has not ten names.
std::vector<std::string> cifar10_labels(const std::string& folder);

/// `train` is all but the last tenth of the five batches, `valid` is that tenth (5,000 pictures), `test` the
/// test batch. Throws Error, beginning with the file's name, for a missing file, a wrong size or a label
/// above 9.
LabelledPictures read_cifar10(const std::string& folder, Split split, const ImageInput& input);

}  // namespace lapis::native
