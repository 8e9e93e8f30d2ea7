// Every tile of the matrix product and every way to cut a sum: the operations that use it are too small here
// to meet all that cut_of() chooses from.
#include <catch2/catch.hpp>

#include "backend/op_cases.h"
#include "native/cuda/cuda_backend.h"
#include "native/cuda/product.h"

using namespace lapis;
using namespace lapis_test;

namespace {

struct OnlyCut {
  explicit OnlyCut(const cuda::Cut& cut) { cuda::only_cut = &cut; }
  ~OnlyCut() { cuda::only_cut = nullptr; }
};

bool multiplies(const OpCase& test) {
  return test.name.rfind("gemm", 0) == 0 || test.name.rfind("conv2d", 0) == 0;
}

}  // namespace

TEST_CASE("product: every tile, with sums in one part and in several") {
  cuda::CudaBackend device(0);
  const auto cpu = make_cpu_backend(1);
  for (const OpCase& test : op_cases()) {
    if (!multiplies(test)) continue;
    INFO(test.name);
    const std::vector<Result> expected = test.run(*cpu);
    for (const auto tile : {cuda::Cut::large, cuda::Cut::tall, cuda::Cut::narrow, cuda::Cut::small}) {
      for (const Index parts : {1, 2, 5}) {
        INFO("tile " << tile << ", " << parts << " parts");
        const cuda::Cut cut = {tile, parts};
        const OnlyCut only(cut);
        const std::vector<Result> actual = test.run(device);
        for (std::size_t i = 0; i < actual.size(); ++i) {
          INFO(actual[i].name);
          CHECK(normalised_error(actual[i].values, expected[i].values) <= 1e-10);
        }
      }
    }
  }
}

TEST_CASE("product: the cut follows from the sizes, fills the GPU and fits the workspace") {
  struct Expected {
    Index m, n, k;
    cuda::Cut::Choice tile;
    Index parts;
  };
  for (const Expected& e : {Expected{65536, 128, 576, cuda::Cut::large, 1},   // CIFAR-10, batch 256
                            Expected{262144, 64, 27, cuda::Cut::tall, 1},     // its first layer
                            Expected{131072, 32, 27, cuda::Cut::narrow, 1},   // 32 filters, batch 128
                            Expected{576, 128, 65536, cuda::Cut::large, 52},  // a kernel's gradient
                            Expected{128, 10, 2048, cuda::Cut::small, 16},    // classes
                            Expected{1, 1, 1, cuda::Cut::small, 1}}) {
    INFO(e.m << " " << e.n << " " << e.k);
    const cuda::Cut cut = cuda::cut_of(e.m, e.n, e.k);
    CHECK(cut.tile == e.tile);
    CHECK(cut.parts == e.parts);
  }
  for (Index m = 1; m < 100000; m = m * 3 + 1) {
    for (Index n = 1; n < 100000; n = n * 5 + 2) {
      const cuda::Cut cut = cuda::cut_of(m, n, 1 << 24);
      CHECK((cut.parts == 1 || cut.parts * m * n <= cuda::Device::workspace_count<Real>()));
    }
  }
}
