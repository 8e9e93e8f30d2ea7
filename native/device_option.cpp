#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "device.h"

namespace lapis::native {

void add_device_option(CLI::App& command, Device& device) {
  static const std::map<std::string, Device> names = {
      {"auto", Device::automatic}, {"cpu", Device::cpu}, {"cuda", Device::cuda}};
  command
      .add_option("--device", device,
                  "auto: a GPU where there is one; cpu (the default); cuda: a GPU or an error")
      ->transform(CLI::CheckedTransformer(names, CLI::ignore_case))
      ->option_text("auto|cpu|cuda");
}

}  // namespace lapis::native
