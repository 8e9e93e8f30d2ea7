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

}  // namespace lapis::native
