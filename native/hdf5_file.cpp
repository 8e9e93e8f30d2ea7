#include "hdf5_file.h"

#include <hdf5.h>

#include <algorithm>
#include <utility>

#include "lapis/core/error.h"

namespace lapis::native {
namespace {

/// An HDF5 identifier that closes itself.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  bool is_valid() const { return id_ >= 0; }
  hid_t get() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// Whether `parent` holds `name`, and not through a link that leads elsewhere.
bool has_child(hid_t parent, const std::string& name, const std::string& path) {
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) <= 0) return false;
  H5L_info_t info;
  if (H5Lget_info(parent, name.c_str(), &info, H5P_DEFAULT) < 0) return false;
  if (info.type != H5L_TYPE_HARD) fail("\"", path, "\" is a link to elsewhere, which is not followed");
  return true;
}

/// The object of this path, opened step by step; not valid where there is none.
Handle open_object(hid_t file, const std::string& path) {
  Handle object(H5Oopen(file, "/", H5P_DEFAULT), H5Oclose);
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, end - at);
    at = end + 1;
    if (name.empty()) continue;
    if (H5Iget_type(object.get()) != H5I_GROUP || !has_child(object.get(), name, path)) return {-1, H5Oclose};
    Handle child(H5Oopen(object.get(), name.c_str(), H5P_DEFAULT), H5Oclose);
    object = std::move(child);
  }
  return object;
}

Handle open_dataset(hid_t file, const std::string& path) {
  Handle dataset = open_object(file, path);
  if (!dataset.is_valid() || H5Iget_type(dataset.get()) != H5I_DATASET) fail("no data set \"", path, "\"");
  return dataset;
}

std::vector<std::string> read_variable_texts(hid_t attribute, hid_t type, hid_t space, std::size_t count) {
  std::vector<char*> pointers(count, nullptr);
  const Handle memory_type(H5Tcopy(type), H5Tclose);
  if (H5Aread(attribute, memory_type.get(), pointers.data()) < 0) fail("an attribute's text cannot be read");
  std::vector<std::string> texts;
  for (const char* text : pointers) texts.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(memory_type.get(), space, H5P_DEFAULT, pointers.data());
  return texts;
}

std::vector<std::string> read_fixed_texts(hid_t attribute, hid_t type, std::size_t count) {
  const std::size_t size = H5Tget_size(type);
  std::string all(size * count, '\0');
  if (H5Aread(attribute, type, all.data()) < 0) fail("an attribute's text cannot be read");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = all.substr(i * size, size);
    texts.push_back(text.substr(0, text.find('\0')));
  }
  return texts;
}

/// Nothing where there is no such attribute.
std::optional<std::vector<std::string>> read_texts(hid_t object, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return std::nullopt;
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  // A list without elements is a "null" data space or has size 0, and no texts of any type.
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  if (count == 0 || H5Sget_simple_extent_type(space.get()) == H5S_NULL) return std::vector<std::string>();
  constexpr hssize_t kMostTexts = 100'000;
  if (count < 0 || count > kMostTexts || H5Tget_class(type.get()) != H5T_STRING) {
    fail("attribute \"", name, "\" is no list of texts");
  }
  return H5Tis_variable_str(type.get()) > 0
             ? read_variable_texts(attribute.get(), type.get(), space.get(), static_cast<std::size_t>(count))
             : read_fixed_texts(attribute.get(), type.get(), static_cast<std::size_t>(count));
}

Handle need_object(hid_t file, const std::string& path) {
  Handle object = open_object(file, path);
  if (!object.is_valid()) fail("no group \"", path, "\"");
  return object;
}

}  // namespace

Hdf5File::Hdf5File(std::span<const std::byte> bytes) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are told here, not printed there
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t kGrowth = 1 << 16;
  if (H5Pset_fapl_core(access.get(), kGrowth, 0) < 0 ||
      H5Pset_file_image(access.get(), const_cast<std::byte*>(bytes.data()), bytes.size()) < 0) {
    fail("not enough memory for an HDF5 file of ", bytes.size(), " bytes");
  }
  file_ = H5Fopen("model.h5", H5F_ACC_RDONLY, access.get());
  if (file_ < 0) fail("not an HDF5 file, or a damaged one");
}

Hdf5File::~Hdf5File() {
  H5Fclose(file_);
}

bool Hdf5File::exists(const std::string& path) const {
  return open_object(file_, path).is_valid();
}

std::optional<std::string> Hdf5File::text_attribute(const std::string& group, const std::string& name) const {
  const std::optional<std::vector<std::string>> texts = read_texts(need_object(file_, group).get(), name);
  if (!texts) return std::nullopt;
  if (texts->size() != 1) fail("attribute \"", name, "\": ", texts->size(), " texts, expected one");
  return texts->front();
}

std::vector<std::string> Hdf5File::texts_attribute(const std::string& group, const std::string& name) const {
  const Handle object = need_object(file_, group);
  if (auto whole = read_texts(object.get(), name)) return *std::move(whole);
  std::vector<std::string> all;
  for (int part = 0;; ++part) {
    const auto texts = read_texts(object.get(), name + std::to_string(part));
    if (!texts && part == 0) fail("group \"", group, "\" has no attribute \"", name, "\"");
    if (!texts) return all;
    all.insert(all.end(), texts->begin(), texts->end());
  }
}

Shape Hdf5File::shape(const std::string& path) const {
  const Handle dataset = open_dataset(file_, path);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0 || rank > Shape::kMaxRank)
    fail("data set \"", path, "\" has ", rank, " axes, at most 5 are read");
  hsize_t sizes[Shape::kMaxRank] = {};
  H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
  Shape shape;
  for (int axis = 0; axis < rank; ++axis) {
    constexpr hsize_t kLargest = hsize_t{1} << 31;
    if (sizes[axis] > kLargest) fail("data set \"", path, "\": an axis of ", sizes[axis]);
    shape.push_back(static_cast<Index>(sizes[axis]));
  }
  return shape;
}

std::vector<float> Hdf5File::values(const std::string& path) const {
  const Handle dataset = open_dataset(file_, path);
  const Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const Handle how(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (H5Tget_class(type.get()) != H5T_FLOAT) fail("data set \"", path, "\" holds no floating-point numbers");
  if (H5Pget_external_count(how.get()) != 0 || H5Pget_layout(how.get()) == H5D_VIRTUAL) {
    fail("data set \"", path, "\" keeps its values in another file, which is not read");
  }
  std::vector<float> values(static_cast<std::size_t>(shape(path).size()));
  if (H5Dread(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail("data set \"", path, "\" cannot be read: damaged, or compressed in a way that is not known");
  }
  return values;
}

}  // namespace lapis::native
