#include "backend/op_case_list.h"

using namespace lapis;

namespace lapis_test {

namespace {

void add_embedding(Cases& cases) {
  for (const Index count : {1, 13, 500}) {
    add_case(cases, "embedding" + text({count}), [=](OpRun& run) {
      const Index words = 11, n = 6;
      const Real* const ids = run.in(random_ids(count, words, 8));
      run.backend.embedding(ids, run.random(words * n), run.out("y", count * n), count, n);
      run.backend.embedding_backward(ids, run.random(count * n), run.added("dtable", words * n), count, n);
      auto* const mask = reinterpret_cast<std::uint8_t*>(
          run.make("mask", std::vector<Real>(static_cast<std::size_t>(count + 3) / 4)));
      run.backend.mask_nonzero(ids, mask, count);
    });
  }
  add_case(cases, "embedding, long runs", [](OpRun& run) {  // as padding makes them
    const Index count = 64 * 80, words = 3000, n = 10;
    std::vector<Real> ids = random_ids(count, words, 8);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (i % 80 < 37) ids[i] = i % 2 == 0 ? Real(0) : Real(2999);
    run.backend.embedding_backward(run.in(ids), run.random(count * n), run.added("dtable", words * n), count,
                                   n);
  });
  add_case(cases, "embedding of wide rows", [](OpRun& run) {
    const Index count = 90, words = 5, n = 8195;
    run.backend.embedding_backward(run.in(random_ids(count, words, 8)), run.random(count * n),
                                   run.added("dtable", words * n), count, n);
  });
  add_case(cases, "embedding in pieces", [](OpRun& run) {  // more ids than are handled at once
    const Index count = 16384 * 2 + 77;
    run.backend.embedding_backward(run.in(random_ids(count, 5000, 8)), run.random(count * 2),
                                   run.added("dtable", 5000 * 2), count, 2);
  });
}

void add_pictures(Cases& cases) {
  for (const Index channels : {1, 3}) {
    for (const bool mirror : {false, true}) {
      add_case(cases, "load_pictures" + text({channels, mirror}), [=](OpRun& run) {
        const Index all = 9, count = 5, height = 6, width = 7, size = height * width * channels;
        std::vector<std::uint8_t> pictures(static_cast<std::size_t>(all * size));
        for (std::size_t i = 0; i < pictures.size(); ++i)
          pictures[i] = static_cast<std::uint8_t>(37 * i % 256);
        const std::vector<PictureMove> moves = {
            {8, 0, 0, 0}, {0, 1, 0, 0}, {3, 0, 2, -3}, {3, 1, -2, 1}, {7, 1, 30, -40}};
        PictureBatch batch = {count, height, width, channels, mirror};
        batch.pictures = run.mask(pictures);
        batch.byte_values = run.random(256 * channels);
        batch.moves = run.bytes(moves);
        run.backend.load_pictures(batch, run.out("x", count * size));
      });
    }
  }
}

}  // namespace

void add_lookups(Cases& cases) {
  add_embedding(cases);
  add_pictures(cases);
}

}  // namespace lapis_test
