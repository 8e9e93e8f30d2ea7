// Products on tensor cores, whose fragments the host multiplies with plain loops: how values are rounded, and
// that the results are as near to the strict ones as that allows.
#include "native/cuda/precision.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <limits>

#include "backend/host_device.h"
#include "backend/op_cases.h"
#include "native/cuda/cuda_backend.h"
#include "native/cuda/product.h"

using namespace lapis;
using namespace lapis_test;
using cuda::Precision;

namespace {

float two_to(int exponent) {
  return std::ldexp(1.0F, exponent);
}

double relative_distance(const std::vector<Real>& actual, const std::vector<Real>& expected) {
  return std::sqrt(normalised_error(actual, expected));
}

}  // namespace

TEST_CASE("precision: values are rounded to nearest, in the middle to even") {
  CHECK(cuda::to_tf32(1 + two_to(-10)) == 1 + two_to(-10));
  CHECK(cuda::to_tf32(1 + two_to(-11)) == 1);
  CHECK(cuda::to_tf32(1 + two_to(-11) + two_to(-20)) == 1 + two_to(-10));
  CHECK(cuda::to_tf32(1 + 3 * two_to(-11)) == 1 + two_to(-9));
  CHECK(cuda::to_tf32(-1 - 3 * two_to(-11)) == -1 - two_to(-9));
  const auto bf16 = [](float value) { return cuda::from_bf16(cuda::to_bf16(value)); };
  CHECK(bf16(1 + two_to(-7)) == 1 + two_to(-7));
  CHECK(bf16(1 + two_to(-8)) == 1);
  CHECK(bf16(1 + two_to(-8) + two_to(-20)) == 1 + two_to(-7));
  CHECK(bf16(1 + 3 * two_to(-8)) == 1 + two_to(-6));
  CHECK(cuda::to_bf16(1.0F) == 0x3F80);
  const float infinity = std::numeric_limits<float>::infinity();
  for (const auto& round : {+[](float value) { return cuda::to_tf32(value); },
                            +[](float value) { return cuda::from_bf16(cuda::to_bf16(value)); }}) {
    CHECK(round(infinity) == infinity);
    CHECK(round(-infinity) == -infinity);
    CHECK(round(std::numeric_limits<float>::max()) == infinity);
    CHECK(std::isnan(round(std::numeric_limits<float>::quiet_NaN())));
    CHECK(std::isnan(round(std::bit_cast<float>(0x7F800001U))));  // its only bit is dropped
    CHECK(round(0) == 0);
    CHECK(std::signbit(round(-0.0F)));
  }
}

TEST_CASE("precision: every tile on tensor cores is near the strict results, and not equal to them") {
  cuda::CudaBackend strict(0);
  const std::vector<OpCase> cases = op_cases();
  for (const auto& [precision, limit] :
       {std::pair{Precision::tf32, 1e-3}, std::pair{Precision::bf16, 5e-3}}) {
    cuda::CudaBackend rounded(0, precision);
    double worst = 0;
    for (const OpCase& test : cases) {
      if (test.name.rfind("gemm", 0) != 0 && test.name.rfind("conv2d", 0) != 0) continue;
      INFO(test.name << ", " << rounded.name());
      const std::vector<Result> expected = test.run(strict);
      for (const auto tile : {cuda::Cut::large, cuda::Cut::tall, cuda::Cut::narrow, cuda::Cut::small}) {
        const cuda::Cut cut = {tile, tile == cuda::Cut::tall ? 3 : 1};
        cuda::only_cut = &cut;
        const std::vector<Result> actual = test.run(rounded);
        cuda::only_cut = nullptr;
        for (std::size_t i = 0; i < actual.size(); ++i) {
          INFO(actual[i].name << ", tile " << tile);
          // A single sum may cancel; many do not.
          const double distance = relative_distance(actual[i].values, expected[i].values);
          CHECK(distance <= (actual[i].values.size() >= 16 ? limit : 20 * limit));
          if (actual[i].values.size() >= 16) worst = std::max(worst, distance);
        }
      }
    }
    CHECK(worst > limit / 100);
    std::printf("  %s: %.1e from strict\n", rounded.name().c_str(), worst);
  }
}

TEST_CASE("precision: a GPU without tensor cores for it is refused in one line") {
  cuda::host_code_version = 75;
  CHECK_NOTHROW(cuda::CudaBackend(0));
  CHECK_THROWS_WITH(cuda::CudaBackend(0, Precision::tf32),
                    Catch::Contains("cuda: --precision tf32: ") && Catch::Contains("compute capability 7.5"));
  cuda::host_code_version = 90;
  CHECK(cuda::CudaBackend(0, Precision::bf16).name() == "host:0, bf16");
}
