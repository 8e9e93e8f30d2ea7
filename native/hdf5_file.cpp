#include "hdf5_file.h"

#include <algorithm>
#include <set>

#include "hdf5_handle.h"
#include "lapis/core/error.h"
#include "lapis/io/json.h"

namespace lapis::native {
namespace {

void check_link(const H5L_info_t& info, const std::string& path) {
  if (info.type != H5L_TYPE_HARD)
    fail(in_quotes(path), " is a ", info.type == H5L_TYPE_EXTERNAL ? "link to another file" : "soft link",
         ", which is not followed: save the model with model.save()");
}

/// Whether `parent` holds `name`, and not through a link that leads elsewhere.
bool has_child(hid_t parent, const std::string& name, const std::string& path) {
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) <= 0) return false;
  H5L_info_t info;
  if (H5Lget_info(parent, name.c_str(), &info, H5P_DEFAULT) < 0) return false;
  check_link(info, path);
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
    if (name == "." || name == "..") return {-1, H5Oclose};
    if (H5Iget_type(object.get()) != H5I_GROUP || !has_child(object.get(), name, path)) return {-1, H5Oclose};
    Handle child(H5Oopen(object.get(), name.c_str(), H5P_DEFAULT), H5Oclose);
    object = std::move(child);
  }
  return object;
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

/// How deep groups may lie in groups, and how many objects a file may have.
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxObjects = kMaxTensors;

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* names) noexcept {
  auto& list = *static_cast<std::vector<std::string>*>(names);
  if (list.size() > kMaxObjects) return -1;
  list.emplace_back(name);
  return 0;
}

class Walk {
 public:
  explicit Walk(std::string without) : without_(std::move(without)) {}

  void visit(hid_t object, const std::string& path, int depth) {
    H5O_info_t info;
    if (H5Oget_info(object, &info) < 0) fail(in_quotes(path), " cannot be read: the file is damaged");
    if (!seen_.insert(info.addr).second)
      fail(in_quotes(path), " is an object that has another path too (a hard link), which is not followed");
    if (depth > kMaxDepth) fail(in_quotes(path), ": groups lie more than ", kMaxDepth, " deep");
    if (seen_.size() > kMaxObjects) fail("more than ", kMaxObjects, " groups and data sets");
    if (info.type == H5O_TYPE_DATASET) return paths_.push_back(path);
    if (info.type != H5O_TYPE_GROUP) fail(in_quotes(path), " is neither a group nor a data set");
    std::vector<std::string> names;
    if (H5Literate(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &names) < 0)
      fail("group ", in_quotes(path), " cannot be read: damaged, or with too many members");
    for (const std::string& name : names) {
      const std::string below = path.empty() ? name : path + "/" + name;
      if (!has_child(object, name, below)) fail(in_quotes(below), " cannot be read: the file is damaged");
      if (below == without_) continue;
      const Handle child(H5Oopen(object, name.c_str(), H5P_DEFAULT), H5Oclose);
      if (!child.is_valid()) fail(in_quotes(below), " cannot be opened: the file is damaged");
      visit(child.get(), below, depth + 1);
    }
  }

  std::vector<std::string> take() { return std::move(paths_); }

 private:
  std::string without_;
  std::set<haddr_t> seen_;
  std::vector<std::string> paths_;
};

/// IEEE's formats of 2, 4 and 8 bytes and bfloat16; nothing else.
std::optional<Dtype> float_dtype(hid_t type) {
  struct Format {
    Dtype dtype;
    std::size_t size, exponent_at, exponent_bits, bias;
  };
  static constexpr Format kFormats[] = {{Dtype::f16, 2, 10, 5, 15},
                                        {Dtype::bf16, 2, 7, 8, 127},
                                        {Dtype::f32, 4, 23, 8, 127},
                                        {Dtype::f64, 8, 52, 11, 1023}};
  std::size_t sign, exponent, exponent_size, mantissa, mantissa_size;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size) < 0)
    return std::nullopt;
  for (const Format& format : kFormats)
    if (H5Tget_size(type) == format.size && exponent == format.exponent_at &&
        exponent_size == format.exponent_bits && H5Tget_ebias(type) == format.bias &&
        sign == 8 * format.size - 1 && mantissa == 0 && mantissa_size == exponent)
      return format.dtype;
  return std::nullopt;
}

std::optional<Dtype> integer_dtype(hid_t type) {
  const bool with_sign = H5Tget_sign(type) == H5T_SGN_2;
  if (H5Tget_precision(type) != 8 * H5Tget_size(type)) return std::nullopt;
  switch (H5Tget_size(type)) {
    case 1:
      return with_sign ? Dtype::i8 : Dtype::u8;
    case 2:
      return with_sign ? Dtype::i16 : Dtype::u16;
    case 4:
      return with_sign ? Dtype::i32 : Dtype::u32;
    case 8:
      return with_sign ? Dtype::i64 : Dtype::u64;
    default:
      return std::nullopt;
  }
}

Dtype dtype_of(hid_t data_set, const std::string& path) {
  const Handle type(H5Dget_type(data_set), H5Tclose);
  std::optional<Dtype> dtype;
  std::string what = "no numbers";
  switch (H5Tget_class(type.get())) {
    case H5T_FLOAT:
      dtype = float_dtype(type.get());
      what = "floating-point numbers of an unusual format";
      break;
    case H5T_INTEGER:
      dtype = integer_dtype(type.get());
      what = "integers of an unusual format";
      break;
    case H5T_ENUM:  // h5py's booleans
      if (H5Tget_size(type.get()) == 1) dtype = Dtype::boolean;
      break;
    case H5T_OPAQUE:
      if (const auto texts = read_texts(data_set, "dtype");
          texts && *texts == std::vector<std::string>{"bfloat16"})
        if (H5Tget_size(type.get()) == 2) dtype = Dtype::bf16;
      break;
    case H5T_STRING:
      what = "texts";
      break;
    default:
      break;
  }
  if (!dtype)
    fail("data set ", in_quotes(path), " holds ", what, ", expected F16, BF16, F32, F64 or integers");
  return *dtype;
}

std::string filter_name(H5Z_filter_t filter) {
  switch (filter) {
    case H5Z_FILTER_SZIP:
      return "szip";
    case H5Z_FILTER_NBIT:
      return "n-bit";
    case H5Z_FILTER_SCALEOFFSET:
      return "scale-offset";
    case 32000:
      return "LZF";
    case 32001:
      return "Blosc";
    case 32004:
      return "LZ4";
    case 32015:
      return "Zstandard";
    default:
      return "filter " + std::to_string(filter);
  }
}

void check_storage(hid_t data_set, const std::string& path) {
  const Handle how(H5Dget_create_plist(data_set), H5Pclose);
  if (H5Pget_external_count(how.get()) != 0)
    fail("data set ", in_quotes(path), " keeps its values in another file, which is not read");
  if (H5Pget_layout(how.get()) == H5D_VIRTUAL)
    fail("data set ", in_quotes(path), " is put together from others (virtual), which is not read");
  const int filters = H5Pget_layout(how.get()) == H5D_CHUNKED ? H5Pget_nfilters(how.get()) : 0;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    std::size_t no_values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(how.get(), static_cast<unsigned>(i), &flags, &no_values, nullptr, 0, nullptr, nullptr);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
      fail("data set ", in_quotes(path), " is compressed with ", filter_name(filter),
           ", which is not read: save it with gzip or uncompressed");
  }
}

Shape shape_of(hid_t data_set, const std::string& path) {
  const Handle space(H5Dget_space(data_set), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0 || rank > Shape::kMaxRank || H5Sget_simple_extent_type(space.get()) == H5S_NULL)
    fail("data set ", in_quotes(path), " has ", std::max(rank, 0), " axes, expected 0 to ", Shape::kMaxRank);
  hsize_t sizes[Shape::kMaxRank] = {};
  H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
  Shape shape;
  hsize_t product = 1;
  constexpr hsize_t kLargest = hsize_t{1} << 31;
  for (int axis = 0; axis < rank; ++axis) {
    if (sizes[axis] > kLargest || product * std::max<hsize_t>(sizes[axis], 1) > kLargest)
      fail("data set ", in_quotes(path), " claims more than ", kLargest, " values");
    product *= std::max<hsize_t>(sizes[axis], 1);
    shape.push_back(static_cast<Index>(sizes[axis]));
  }
  return shape;
}

Handle open_data_set(hid_t file, const std::string& path) {
  Handle data_set = open_object(file, path);
  if (!data_set.is_valid() || H5Iget_type(data_set.get()) != H5I_DATASET)
    fail("data set ", in_quotes(path), " is missing: the file is incomplete");
  return data_set;
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
  if (file_ < 0) fail("not a whole HDF5 file: truncated or damaged");
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
  if (const auto at = find_not_utf8(texts->front()))
    fail("attribute \"", name, "\" is not UTF-8 at byte ", *at);
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

std::vector<std::string> Hdf5File::data_sets(const std::string& group, const std::string& without) const {
  Walk walk(without);
  walk.visit(need_object(file_, group).get(), group, 0);
  return walk.take();
}

TensorView Hdf5File::describe(const std::string& path) const {
  const Handle data_set = open_data_set(file_, path);
  check_storage(data_set.get(), path);
  const TensorView described{path, dtype_of(data_set.get(), path), shape_of(data_set.get(), path), {}};
  if (described.shape.size() > 0 && H5Dget_storage_size(data_set.get()) == 0)
    fail("data set ", in_quotes(path), " has a shape, ", described.shape, ", but no values");
  return described;
}

std::vector<std::byte> Hdf5File::read(const TensorView& described) const {
  const Handle data_set = open_data_set(file_, described.name);
  // The type in the file but for the order of bytes: no value is converted.
  const Handle in_file(H5Dget_type(data_set.get()), H5Tclose);
  const Handle type(H5Tcopy(in_file.get()), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type.get());
  const bool ordered = kind == H5T_FLOAT || kind == H5T_INTEGER;
  if (ordered && H5Tset_order(type.get(), H5T_ORDER_LE) < 0)
    fail("data set ", in_quotes(described.name), " cannot be read: the file is damaged");
  const std::size_t size = static_cast<std::size_t>(described.shape.size()) * dtype_size(described.dtype);
  if (H5Tget_size(type.get()) != dtype_size(described.dtype))
    fail("data set ", in_quotes(described.name), " changed");
  std::vector<std::byte> bytes(size);
  if (size > 0 && H5Dread(data_set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0)
    fail("data set ", in_quotes(described.name), " cannot be read: the file is damaged");
  return bytes;
}

}  // namespace lapis::native
