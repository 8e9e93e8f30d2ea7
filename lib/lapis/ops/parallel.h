#pragma once

#include <memory>
#include <type_traits>

#include "lapis/core/real.h"

namespace lapis {

/// Runs independent pieces of one operation. Which thread runs a piece never changes a result: the pieces are
/// fixed by the caller, not by the number of threads.
class Parallel {
 public:
  virtual ~Parallel() = default;
  virtual int threads() const = 0;
  /// Calls `piece(i)`, or `piece(i, thread)`, for i in [0, count), each once, in any order, and returns when
  /// all are done. `thread` < threads() differs between pieces that run at the same time: for memory of their
  /// own. Pieces must not throw. Allocates nothing. A call from inside a piece, or while another thread's
  /// call runs, is done serially.
  template <class Piece>
  void for_each(Index count, const Piece& piece) {
    run(
        count,
        [](const void* context, Index i, int thread) {
          if constexpr (std::is_invocable_v<Piece, Index, int>)
            (*static_cast<const Piece*>(context))(i, thread);
          else
            (*static_cast<const Piece*>(context))(i);
        },
        &piece);
  }

 protected:
  using Call = void (*)(const void* context, Index i, int thread);
  virtual void run(Index count, Call call, const void* context) = 0;
};

/// A plain loop, on the caller's thread.
std::unique_ptr<Parallel> make_serial();

/// A pool of `threads` - 1 helpers and the caller; with one thread it is make_serial().
std::unique_ptr<Parallel> make_parallel(int threads);

}  // namespace lapis
