#include <CLI/CLI.hpp>
#include <string>

#include "device.h"

namespace lapis::native {

void add_device_option(CLI::App& command, Device& device) {
  const auto choose = [&device](const std::string& name) {
    device = name == "auto" ? Device::automatic : name == "cuda" ? Device::cuda : Device::cpu;
  };
  command
      .add_option_function<std::string>(
          "--device", choose,
          "cpu (the default), cuda (a GPU or an error), or auto: a GPU where there is one")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
}

void add_precision_option(CLI::App& command, cuda::Precision& precision) {
  const auto choose = [&precision](const std::string& name) {
    precision = name == "tf32"   ? cuda::Precision::tf32
                : name == "bf16" ? cuda::Precision::bf16
                                 : cuda::Precision::float32;
  };
  command
      .add_option_function<std::string>(
          "--precision", choose,
          "With --device cuda, what products are rounded to: float32 (the default, strict), tf32 or bf16 "
          "(tensor cores)")
      ->check(CLI::IsMember({"float32", "tf32", "bf16"}));
}

}  // namespace lapis::native
