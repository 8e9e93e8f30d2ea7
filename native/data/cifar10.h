#pragma once

#include <memory>
#include <string>

#include "data/source.h"

/// CIFAR-10 in the official binary layout (Krizhevsky 2009): a folder, or one folder in it, with
/// data_batch_1.bin to data_batch_5.bin, test_batch.bin and batches.meta.txt, in capitals or not. A record is
/// 1 label byte, then 1024 red, 1024 green and 1024 blue bytes, each 32 rows of 32. A file holds 10,000
/// records; a folder whose six files are shorter, but all alike, is a sample of it and is read too.
namespace lapis::native {

/// The folder looks like CIFAR-10, or like a form of it or of CIFAR-100 that is not read here.
bool is_cifar10(const std::string& folder);

/// `train` is all but the last tenth of the five batches, `valid` is that tenth (5,000 pictures), `test` the
/// test batch; the files of a split are looked at when it is opened. Throws Error, beginning with the
/// folder's or the file's name, for another number of labels than ten, missing files, a wrong size or a label
/// above 9; it says so where the files are those of CIFAR-100, of the version for Python, or still packed.
std::unique_ptr<DataSource> open_cifar10(const std::string& path, const DataRequest& request);

}  // namespace lapis::native
