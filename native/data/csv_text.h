#pragma once

#include <memory>
#include <string>

#include "data/source.h"

/// Texts and their classes in CSV files: one file, or a folder with train.csv, valid.csv and test.csv (other
/// names of the splits and the endings .tsv and .txt are read too), or a folder with one file alone. A split
/// that has no file of its own is cut from the training rows (split.h). NusaX-Senti (Winata et al., EACL
/// 2023) is such a folder.
namespace lapis::native {

/// The path is, or the folder holds, such files.
bool is_csv_text(const std::string& path);

/// Reads all files. Without labels, the classes are the labels that stand in the training rows, sorted by
/// bytes. Throws Error "FILE:LINE: ..." for what is wrong with a row (the first ten of several in one line),
/// a missing column, a label that is not among the labels, another encoding, or no rows at all.
std::unique_ptr<DataSource> open_csv_text(const std::string& path, const DataRequest& request);

}  // namespace lapis::native
