#include "cuda_backend.h"
#include "launch.h"

namespace lapis::cuda {

namespace {

/// Where `position` of an axis comes from; -1: from nowhere.
LAPIS_DEVICE inline Index source(Index position, Index size, bool mirror) {
  if (position >= 0 && position < size) return position;
  if (!mirror) return -1;
  if (size == 1) return 0;
  const Index period = 2 * (size - 1);
  const Index folded = ((position % period) + period) % period;
  return folded < size ? folded : period - folded;
}

}  // namespace

void CudaBackend::load_pictures(const PictureBatch& batch, Real* x) {
  const Index size = batch.height * batch.width * batch.channels;
  for_each(*device_, batch.count * size, [=] LAPIS_KERNEL(Index i) {
    const PictureMove move = batch.moves[i / size];
    const Index channel = i % batch.channels;
    const Index pixel = i % size / batch.channels;
    const Index row = source(pixel / batch.width - move.shift_y, batch.height, batch.mirror);
    Index column = source(pixel % batch.width - move.shift_x, batch.width, batch.mirror);
    if (row < 0 || column < 0) {
      x[i] = 0;
      return;
    }
    if (move.flip != 0) column = batch.width - 1 - column;
    const std::uint8_t byte =
        batch.pictures[move.picture * size + (row * batch.width + column) * batch.channels + channel];
    x[i] = batch.byte_values[byte * batch.channels + channel];
  });
}

}  // namespace lapis::cuda
