#include "lapis/ops/pictures.h"

#include "lapis/ops/pieces.h"

namespace lapis::cpu {

namespace {

/// Where `position` of an axis comes from; -1: from nowhere.
Index source(Index position, Index size, bool mirror) {
  if (position >= 0 && position < size) return position;
  if (!mirror) return -1;
  if (size == 1) return 0;
  const Index period = 2 * (size - 1);
  const Index folded = ((position % period) + period) % period;
  return folded < size ? folded : period - folded;
}

}  // namespace

void load_picture(const PictureBatch& batch, const PictureMove& move, Real* x) {
  const Index width = batch.width, channels = batch.channels;
  const std::uint8_t* const picture = batch.pictures + move.picture * batch.height * width * channels;
  for (Index y = 0; y < batch.height; ++y) {
    const Index row = source(y - move.shift_y, batch.height, batch.mirror);
    for (Index at = 0; at < width; ++at) {
      Index column = source(at - move.shift_x, width, batch.mirror);
      if (move.flip != 0 && column >= 0) column = width - 1 - column;
      const bool is_there = row >= 0 && column >= 0;
      const std::uint8_t* const pixel = is_there ? picture + (row * width + column) * channels : nullptr;
      for (Index c = 0; c < channels; ++c)
        *x++ = is_there ? batch.byte_values[pixel[c] * channels + c] : Real(0);
    }
  }
}

void load_pictures(Parallel& parallel, const PictureBatch& batch, Real* x) {
  const Index size = batch.height * batch.width * batch.channels;
  for_pieces(parallel, batch.count, rows_per_piece(size), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) load_picture(batch, batch.moves[i], x + i * size);
  });
}

}  // namespace lapis::cpu
