#include "helpers.h"

#include <atomic>

#include "backend.h"
#include "lapis/ops/parallel.h"

namespace lapis_wasm {

namespace {

using lapis::Index;
using Word = std::atomic<std::uint32_t>;
static_assert(Word::is_always_lock_free && sizeof(Word) == 4);

/// Operations follow one another within microseconds: so often a word is looked at before going to sleep.
constexpr int kPatience = 10000;

/// Returns once `word` is no longer `value`.
void wait_while(Word& word, std::uint32_t value, Word* asleep = nullptr) {
  for (int i = 0; i < kPatience; ++i)
    if (word.load() != value) return;
  if (asleep != nullptr) asleep->fetch_add(1);
  while (word.load() == value)
    __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(value), -1);
  if (asleep != nullptr) asleep->fetch_sub(1);
}

void wake_all(Word& word) {
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), ~0U);
}

/// The caller and its helpers at one loop after another. Pieces are taken from a shared counter. A helper
/// that wakes up after the loop was closed finds the gate shut and goes back to waiting, so the caller waits
/// only for those inside, and never for one that has not come yet.
class Crew {
 public:
  using Call = void (*)(const void* context, Index i, int thread);

  int threads() const { return helpers_.load() + 1; }

  void set_helpers(int count) {
    helpers_.store(count);
    if (count > 0) return;
    home_.store(true);
    loops_.fetch_add(1);
    wake_all(loops_);
  }

  void run(Index count, Call call, const void* context) {
    // `busy_` is also set when this call comes from inside a piece.
    if (count <= 1 || helpers_.load() == 0 || busy_.exchange(true)) {
      for (Index i = 0; i < count; ++i) call(context, i, 0);
      return;
    }
    count_ = count;
    call_ = call;
    context_ = context;
    next_.store(0);
    gate_.store(kOpen);
    loops_.fetch_add(1);
    if (asleep_.load() > 0) wake_all(loops_);
    work(0);
    for (std::uint32_t inside = gate_.fetch_and(~kOpen) & ~kOpen; inside != 0; inside = gate_.load())
      wait_while(gate_, inside);
    if (lost_.load()) __builtin_trap();
    busy_.store(false);
  }

  void help(int thread) {
    for (std::uint32_t seen = 0; !home_.load(); seen = loops_.load()) {
      if (enter()) {
        work(thread);
        leave();
      }
      wait_while(loops_, seen, &asleep_);
    }
  }

  void lose_helper() {
    lost_.store(true);
    leave();
  }

 private:
  bool enter() {
    std::uint32_t gate = gate_.load();
    while ((gate & kOpen) != 0)
      if (gate_.compare_exchange_weak(gate, gate + kInside)) return true;
    return false;
  }

  void leave() {
    // The last one out of a shut gate: the caller may be asleep.
    if (gate_.fetch_sub(kInside) == kInside) wake_all(gate_);
  }

  void work(int thread) {
    const Index count = count_;
    for (Index i = next_.fetch_add(1); i < count; i = next_.fetch_add(1)) call_(context_, i, thread);
  }

  static constexpr std::uint32_t kOpen = 1;
  static constexpr std::uint32_t kInside = 2;

  std::atomic<int> helpers_ = 0;
  std::atomic<bool> home_ = false;
  std::atomic<bool> busy_ = false;
  std::atomic<bool> lost_ = false;  // a piece was never finished
  Word loops_ = 0;                  // counts them: what helpers wait for
  Word asleep_ = 0;                 // helpers that must be woken
  Word gate_ = 0;                   // kOpen, and kInside for each helper in the loop
  std::atomic<Index> next_ = 0;
  // Written while the gate is shut and nobody is inside.
  Index count_ = 0;
  Call call_ = nullptr;
  const void* context_ = nullptr;
};

// Made before any instance starts, not at the first use, which several threads might come to at once.
constinit Crew crew;

class Helpers final : public lapis::Parallel {
 public:
  int threads() const override { return threads_; }

 protected:
  void run(Index count, Call call, const void* context) override { crew.run(count, call, context); }

 private:
  // Memory is set aside for so many, also after the helpers have gone.
  int threads_ = crew.threads();
};

}  // namespace

std::unique_ptr<lapis::Backend> make_backend() {
  return lapis::make_cpu_backend(std::make_unique<Helpers>());
}

}  // namespace lapis_wasm

void lapis_help(std::int32_t index) {
  lapis_wasm::crew.help(index);
}

void lapis_helper_lost() {
  lapis_wasm::crew.lose_helper();
}

void lapis_set_helpers(std::int32_t count) {
  lapis_wasm::crew.set_helpers(count);
}
