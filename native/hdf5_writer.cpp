#include "hdf5_writer.h"

#include "hdf5_handle.h"
#include "lapis/core/error.h"

namespace lapis::native {
namespace {

/// `id`, or an Error where it is none.
Handle checked(hid_t id, herr_t (*close)(hid_t)) {
  if (id < 0) fail("the HDF5 file cannot be put together: not enough memory");
  return {id, close};
}

void check(herr_t status) {
  if (status < 0) fail("the HDF5 file cannot be put together: not enough memory");
}

Handle make_file() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are told here, not printed there
  const Handle access = checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t kGrowth = 1 << 16;
  check(H5Pset_fapl_core(access.get(), kGrowth, /*backing_store=*/0));
  return checked(H5Fcreate("model.weights.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
}

/// A text of variable length in UTF-8, as h5py writes one.
void write_name(hid_t group, const std::string& name) {
  const Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose);
  check(H5Tset_size(type.get(), H5T_VARIABLE));
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8));
  const Handle space = checked(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute =
      checked(H5Acreate2(group, "name", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char* const text = name.c_str();
  check(H5Awrite(attribute.get(), type.get(), &text));
}

void write_data_set(hid_t file, hid_t creation, const TensorView& tensor) {
  if (tensor.dtype != Dtype::f32) fail("data set \"", tensor.name, "\": expected F32");
  hsize_t sizes[Shape::kMaxRank] = {};
  for (int axis = 0; axis < tensor.shape.rank(); ++axis)
    sizes[axis] = static_cast<hsize_t>(tensor.shape[axis]);
  const Handle space = checked(H5Screate_simple(tensor.shape.rank(), sizes, nullptr), H5Sclose);
  const Handle data_set = checked(
      H5Dcreate2(file, tensor.name.c_str(), H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, creation, H5P_DEFAULT),
      H5Dclose);
  check(H5Dwrite(data_set.get(), H5T_IEEE_F32LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.bytes.data()));
}

}  // namespace

std::vector<std::byte> write_hdf5(const std::map<std::string, std::string>& groups,
                                  std::span<const TensorView> data_sets) {
  const Handle file = make_file();
  const Handle with_parents = checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  check(H5Pset_create_intermediate_group(with_parents.get(), 1));
  for (const auto& [path, name] : groups) {
    const Handle group =
        checked(H5Gcreate2(file.get(), path.c_str(), with_parents.get(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    write_name(group.get(), name);
  }
  const Handle creation = checked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  check(H5Pset_obj_track_times(creation.get(), 0));  // the same model gives the same bytes
  for (const TensorView& tensor : data_sets) write_data_set(file.get(), creation.get(), tensor);
  check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL));
  const ssize_t size = H5Fget_file_image(file.get(), nullptr, 0);
  if (size < 0) fail("the HDF5 file cannot be put together: not enough memory");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  if (H5Fget_file_image(file.get(), bytes.data(), bytes.size()) != size)
    fail("the HDF5 file cannot be put together: not enough memory");
  return bytes;
}

}  // namespace lapis::native
