#include "cuda_backend.h"

#include "lapis/core/error.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

std::size_t bytes_of(Index count) {
  return static_cast<std::size_t>(count) * sizeof(Real);
}

}  // namespace

CudaBackend::CudaBackend(int number, Precision precision, const char* blas)
    : device_(std::make_shared<Device>(number)), precision_(precision) {
  constexpr int kFirstWithTensorCores = 80;
  if (precision != Precision::float32 && device_->code_version() < kFirstWithTensorCores)
    fail("cuda: --precision ", precision_name(precision), ": this build runs code for compute capability ",
         device_->code_version() / 10, ".", device_->code_version() % 10, " on ", device_->name(),
         ", expected 8.0 or newer; use --precision float32");
  if (blas != nullptr) blas_ = Blas::load(blas, precision);
}

std::string CudaBackend::name() const {
  if (precision_ == Precision::float32) return device_->name();
  return device_->name() + ", " + precision_name(precision_);
}

Backend::Buffer CudaBackend::allocate(std::size_t bytes, Fill fill) {
  const std::shared_ptr<Device> device = device_;
  Buffer buffer(device->allocate(bytes), [device](void* memory) { device->release(memory); });
  if (fill == Fill::zeros) device->zero(buffer.get(), bytes);
  return buffer;
}

Backend::Buffer CudaBackend::share(std::span<const std::byte> values) {
  Buffer buffer = allocate(values.size_bytes(), Fill::nothing);
  upload(values.data(), buffer.get(), values.size_bytes());
  return buffer;
}

void CudaBackend::copy(const Real* from, Real* to, Index count) {
  if (count > 0) device_->copy(from, to, bytes_of(count));
}

void CudaBackend::upload(const void* host, void* device, std::size_t bytes) {
  if (bytes > 0) device_->upload(host, device, bytes);
}

void CudaBackend::download(const void* device, void* host, std::size_t bytes) {
  if (bytes > 0) device_->download(device, host, bytes);
}

void CudaBackend::zero(Real* values, Index count) {
  if (count > 0) device_->zero(values, bytes_of(count));
}

void CudaBackend::begin_recording(Index key) {
  device_->begin_recording(key);
}

void CudaBackend::end_recording() {
  device_->end_recording();
}

void CudaBackend::cancel_recording() {
  device_->cancel_recording();
}

}  // namespace lapis::cuda
