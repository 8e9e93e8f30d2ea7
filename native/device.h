#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda/module.h"
#include "lapis/core/error.h"
#include "lapis/ops/backend.h"
#include "lapis/train/collective.h"

namespace CLI {
class App;
}

namespace lapis::native {

/// What `--device` says.
enum class Device { automatic, cpu, cuda };

/// Adds `--device auto|cpu|cuda` to a command.
void add_device_option(CLI::App& command, Device& device);

/// Adds `--precision float32|tf32|bf16`.
void add_precision_option(CLI::App& command, cuda::Precision& precision);

/// The backend that was asked for. `automatic`: the GPU, or the CPU and one line on standard error that says
/// why. Throws Error, one line, where `cuda` cannot be had. `threads`: of the CPU's. `precision`: other than
/// float32 with `cuda` only.
std::unique_ptr<Backend> make_backend(Device device, int threads,
                                      cuda::Precision precision = cuda::Precision::float32);

/// One line for a batch that a device had no room for: the bytes asked for and free, and a smaller batch for
/// `option`, which is where it was said ("--batch").
Error too_large_batch(const OutOfMemory& error, Index batch, const std::string& option);

/// The first GPU's, from the module at `path`, or the one beside this program. Throws Error: no module, a
/// module of another build, no driver, one that is too old, no GPU, or one that the module has no code for.
std::unique_ptr<Backend> make_cuda_backend(const std::string& path = "",
                                           cuda::Precision precision = cuda::Precision::float32);

/// What trains together: several GPUs and what adds up their gradients, or any one backend.
struct Devices {
  std::vector<std::unique_ptr<Backend>> owned;
  std::vector<Backend*> backends;
  std::unique_ptr<Collective> collective;  // of more than one; goes before them
};

/// make_backend's, or with gpus > 1 the first so many GPUs. Throws Error as make_backend, where `device` is
/// the CPU, where there are fewer GPUs, or where NCCL is missing.
Devices make_devices(Device device, int gpus, int threads,
                     cuda::Precision precision = cuda::Precision::float32);

}  // namespace lapis::native
