#pragma once

#include <memory>
#include <string>

#include "lapis/ops/backend.h"

namespace CLI {
class App;
}

namespace lapis::native {

/// What `--device` says.
enum class Device { automatic, cpu, cuda };

/// Adds `--device auto|cpu|cuda` to a command.
void add_device_option(CLI::App& command, Device& device);

/// The backend that was asked for. `automatic`: the GPU, or the CPU and one line on standard error that says
/// why. Throws Error, one line, where `cuda` cannot be had. `threads`: of the CPU's.
std::unique_ptr<Backend> make_backend(Device device, int threads);

/// The first GPU's, from the module at `path`, or the one beside this program. Throws Error: no module, a
/// module of another build, no driver, one that is too old, no GPU, or one that the module has no code for.
std::unique_ptr<Backend> make_cuda_backend(const std::string& path = "");

}  // namespace lapis::native
