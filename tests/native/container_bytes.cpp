#include "container_bytes.h"

#include <hdf5.h>
#include <zip.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

namespace lapis_test {
namespace {

/// An identifier, which must be one.
hid_t good(hid_t id) {
  REQUIRE(id >= 0);
  return id;
}

void done(herr_t status) {
  REQUIRE(status >= 0);
}

hid_t link_with_parents() {
  const hid_t list = good(H5Pcreate(H5P_LINK_CREATE));
  done(H5Pset_create_intermediate_group(list, 1));
  return list;
}

hid_t text_type() {
  const hid_t type = good(H5Tcopy(H5T_C_S1));
  done(H5Tset_size(type, H5T_VARIABLE));
  return type;
}

hid_t file_type(Hdf5Builder::Type type) {
  using Type = Hdf5Builder::Type;
  if (type == Type::text) return text_type();
  if (type == Type::i32) return good(H5Tcopy(H5T_STD_I32LE));
  if (type == Type::f64) return good(H5Tcopy(H5T_IEEE_F64LE));
  if (type == Type::f32_big_endian) return good(H5Tcopy(H5T_IEEE_F32BE));
  const hid_t copy = good(H5Tcopy(H5T_IEEE_F32LE));
  if (type == Type::f16) {  // as h5py makes it
    done(H5Tset_fields(copy, 15, 10, 5, 0, 10));
    done(H5Tset_size(copy, 2));
    done(H5Tset_ebias(copy, 15));
  }
  return copy;
}

hid_t creation(Hdf5Builder::Storage storage, const std::vector<hsize_t>& shape) {
  using Storage = Hdf5Builder::Storage;
  const hid_t list = good(H5Pcreate(H5P_DATASET_CREATE));
  const bool chunked = storage == Storage::gzip || storage == Storage::lzf || storage == Storage::szip;
  if (chunked) done(H5Pset_chunk(list, static_cast<int>(shape.size()), shape.data()));
  if (storage == Storage::gzip) {
    done(H5Pset_shuffle(list));
    done(H5Pset_deflate(list, 9));
    done(H5Pset_fletcher32(list));
  }
  if (storage == Storage::compact) done(H5Pset_layout(list, H5D_COMPACT));
  // Not there, but may be left out: the file says that it is used.
  if (storage == Storage::lzf) done(H5Pset_filter(list, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr));
  if (storage == Storage::szip) {
    const unsigned options[] = {H5_SZIP_NN_OPTION_MASK, 2};
    done(H5Pset_filter(list, H5Z_FILTER_SZIP, H5Z_FLAG_OPTIONAL, 2, options));
  }
  if (storage == Storage::external_file) done(H5Pset_external(list, "/etc/hostname", 0, H5F_UNLIMITED));
  if (storage == Storage::virtual_set) {
    const hid_t space = good(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    done(H5Pset_virtual(list, space, "other.h5", "data", space));
    H5Sclose(space);
  }
  return list;
}

}  // namespace

Bytes bytes_of(const std::string& text) {
  Bytes bytes(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

Bytes zip_bytes(const std::vector<std::pair<std::string, Bytes>>& members, bool deflated) {
  zip_source_t* const target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* const archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  REQUIRE(archive != nullptr);
  for (const auto& [name, bytes] : members) {
    zip_source_t* const source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    REQUIRE(index >= 0);
    const zip_int32_t method = deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
    REQUIRE(zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 9) == 0);
  }
  REQUIRE(zip_close(archive) == 0);
  zip_stat_t info;
  REQUIRE(zip_source_open(target) == 0);
  REQUIRE(zip_source_stat(target, &info) == 0);
  Bytes bytes(static_cast<std::size_t>(info.size));
  REQUIRE(zip_source_read(target, bytes.data(), info.size) == static_cast<zip_int64_t>(info.size));
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

Bytes patched(Bytes bytes, const std::string& from, const std::string& to) {
  REQUIRE(from.size() == to.size());
  const Bytes old = bytes_of(from);
  const Bytes now = bytes_of(to);
  int count = 0;
  for (auto at = bytes.begin();; ++count) {
    at = std::search(at, bytes.end(), old.begin(), old.end());
    if (at == bytes.end()) break;
    at = std::copy(now.begin(), now.end(), at);
  }
  REQUIRE(count > 0);
  return bytes;
}

Hdf5Builder::Hdf5Builder() {
  const hid_t access = good(H5Pcreate(H5P_FILE_ACCESS));
  done(H5Pset_fapl_core(access, 1 << 16, 0));
  file_ = good(H5Fcreate("test.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access));
  H5Pclose(access);
}

Hdf5Builder::~Hdf5Builder() {
  H5Fclose(file_);
}

Hdf5Builder& Hdf5Builder::group(const std::string& path) {
  const hid_t links = link_with_parents();
  H5Gclose(good(H5Gcreate2(file_, path.c_str(), links, H5P_DEFAULT, H5P_DEFAULT)));
  H5Pclose(links);
  return *this;
}

Hdf5Builder& Hdf5Builder::data(const std::string& path, const std::vector<std::uint64_t>& shape,
                               const std::vector<float>& values, Type type, Storage storage) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  const hid_t links = link_with_parents();
  const hid_t in_file = file_type(type);
  const hid_t space = good(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
  const hid_t how = creation(storage, sizes);
  const hid_t set = good(H5Dcreate2(file_, path.c_str(), in_file, space, links, how, H5P_DEFAULT));
  if (storage != Storage::never_written && storage != Storage::external_file &&
      storage != Storage::virtual_set && type != Type::text) {
    std::vector<float> all(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)), 0.0F);
    std::copy(values.begin(), values.end(), all.begin());
    done(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()));
  }
  H5Dclose(set);
  H5Pclose(how);
  H5Sclose(space);
  H5Tclose(in_file);
  H5Pclose(links);
  return *this;
}

Hdf5Builder& Hdf5Builder::text(const std::string& object, const std::string& name, const std::string& value) {
  const hid_t type = text_type();
  const hid_t space = good(H5Screate(H5S_SCALAR));
  const hid_t at = good(H5Oopen(file_, object.c_str(), H5P_DEFAULT));
  const hid_t attribute = good(H5Acreate2(at, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  const char* const pointer = value.c_str();
  done(H5Awrite(attribute, type, &pointer));
  H5Aclose(attribute);
  H5Oclose(at);
  H5Sclose(space);
  H5Tclose(type);
  return *this;
}

Hdf5Builder& Hdf5Builder::texts(const std::string& object, const std::string& name,
                                const std::vector<std::string>& values) {
  const hid_t type = text_type();
  const hsize_t count = values.size();
  const hid_t space = good(H5Screate_simple(1, &count, nullptr));
  const hid_t at = good(H5Oopen(file_, object.c_str(), H5P_DEFAULT));
  const hid_t attribute = good(H5Acreate2(at, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT));
  std::vector<const char*> pointers;
  for (const std::string& value : values) pointers.push_back(value.c_str());
  if (count > 0) done(H5Awrite(attribute, type, pointers.data()));
  H5Aclose(attribute);
  H5Oclose(at);
  H5Sclose(space);
  H5Tclose(type);
  return *this;
}

Hdf5Builder& Hdf5Builder::soft_link(const std::string& path, const std::string& target) {
  const hid_t links = link_with_parents();
  done(H5Lcreate_soft(target.c_str(), file_, path.c_str(), links, H5P_DEFAULT));
  H5Pclose(links);
  return *this;
}

Hdf5Builder& Hdf5Builder::external_link(const std::string& path, const std::string& file,
                                        const std::string& target) {
  const hid_t links = link_with_parents();
  done(H5Lcreate_external(file.c_str(), target.c_str(), file_, path.c_str(), links, H5P_DEFAULT));
  H5Pclose(links);
  return *this;
}

Hdf5Builder& Hdf5Builder::hard_link(const std::string& path, const std::string& target) {
  const hid_t links = link_with_parents();
  done(H5Lcreate_hard(file_, target.c_str(), file_, path.c_str(), links, H5P_DEFAULT));
  H5Pclose(links);
  return *this;
}

Bytes Hdf5Builder::bytes() {
  done(H5Fflush(file_, H5F_SCOPE_GLOBAL));
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  REQUIRE(size > 0);
  Bytes bytes(static_cast<std::size_t>(size));
  REQUIRE(H5Fget_file_image(file_, bytes.data(), bytes.size()) == size);
  return bytes;
}

}  // namespace lapis_test
