// Pixels of any size to a network's picture.

#include "lapis/input/image.h"

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>

#include "check.h"

using namespace lapis;

namespace {

constexpr Index kMostPixels = 100'000;

Index side(FuzzedDataProvider& in, Index most, bool wild) {
  if (wild && in.ConsumeBool()) return in.ConsumeIntegral<Index>();
  return in.ConsumeIntegralInRange<Index>(in.ConsumeBool() ? -1 : 1, most);
}

std::vector<double> numbers(FuzzedDataProvider& in) {
  std::vector<double> list(in.ConsumeIntegralInRange<std::size_t>(0, 4));
  for (double& number : list) number = in.ConsumeFloatingPoint<double>();
  return list;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider in(data, size);
  const bool wild = in.ConsumeBool();
  const bool tall = in.ConsumeBool();
  ImageInput input;
  input.width = side(in, tall ? 16385 : 200, wild);
  input.height = side(in, tall ? 3 : 200, wild);
  input.channels = in.ConsumeIntegralInRange<Index>(0, 5);
  input.fit = in.ConsumeBool() ? Fit::crop : Fit::fit;
  input.fill = in.ConsumeIntegral<std::uint8_t>();
  input.scale = in.ConsumeFloatingPoint<double>();
  input.mean = numbers(in);
  input.std = numbers(in);
  const bool wide = in.ConsumeBool();
  Pixels pixels;
  pixels.width = in.ConsumeIntegralInRange<Index>(-1, wide ? 16385 : 300);
  pixels.height = in.ConsumeIntegralInRange<Index>(-1, wide ? 4 : 300);
  pixels.channels = in.ConsumeIntegralInRange<Index>(0, 5);
  const Index values = std::max<Index>(0, pixels.width) * std::max<Index>(0, pixels.height) * pixels.channels;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(values));
  const auto rest = in.ConsumeRemainingBytes<std::uint8_t>();
  for (std::size_t i = 0; i < bytes.size() && !rest.empty(); ++i) bytes[i] = rest[i % rest.size()];
  pixels.data = bytes.empty() ? nullptr : bytes.data();
  const bool is_large = input.width > 0 && input.height > 0 && input.width < 20'000 &&
                        input.height < 20'000 && input.width * input.height > kMostPixels;
  if (is_large) return 0;
  fuzz::is_done([&] {
    const auto picture = image_to_picture(pixels, input);
    std::vector<Real> x(picture.size());
    image_to_tensor(pixels, input, x.data());
  });
  return 0;
}
