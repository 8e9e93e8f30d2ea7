#include "lapis/ops/parallel.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace lapis {

namespace {

class Serial final : public Parallel {
 public:
  int threads() const override { return 1; }

 protected:
  void run(Index count, Call call, const void* context) override {
    for (Index i = 0; i < count; ++i) call(context, i, 0);
  }
};

/// Helpers take pieces from a shared counter. A helper that wakes up after the last piece was taken finds the
/// loop closed and goes back to waiting, so the caller never waits for one that has nothing to do.
class Pool final : public Parallel {
 public:
  explicit Pool(int threads) {
    helpers_.reserve(static_cast<std::size_t>(threads - 1));
    try {
      for (int i = 1; i < threads; ++i) helpers_.emplace_back([this, i] { help(i); });
    } catch (const std::system_error&) {
      // The system refuses more threads: those that started do the work, with the same results.
    }
  }

  ~Pool() override {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const override { return static_cast<int>(helpers_.size()) + 1; }

 protected:
  void run(Index count, Call call, const void* context) override {
    // `busy_` is also set when this call comes from inside a piece.
    if (count <= 1 || helpers_.empty() || busy_.exchange(true, std::memory_order_acquire)) {
      for (Index i = 0; i < count; ++i) call(context, i, 0);
      return;
    }
    bool anyone_asleep = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      call_ = call;
      context_ = context;
      count_ = count;
      next_.store(0, std::memory_order_relaxed);
      open_ = true;
      anyone_asleep = asleep_ > 0;
      generation_.fetch_add(1, std::memory_order_release);
    }
    if (anyone_asleep) wake_.notify_all();
    work(count, call, context, 0);
    close();
    busy_.store(false, std::memory_order_release);
  }

 private:
  void work(Index count, Call call, const void* context, int thread) {
    for (Index i = next_.fetch_add(1, std::memory_order_relaxed); i < count;
         i = next_.fetch_add(1, std::memory_order_relaxed)) {
      call(context, i, thread);
    }
  }

  /// Lets no further helper in and waits for those inside.
  void close() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      open_ = false;
    }
    for (int i = 0; i < kPatience && active_.load(std::memory_order_acquire) > 0; ++i)
      std::this_thread::yield();
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return active_.load(std::memory_order_acquire) == 0; });
  }

  void help(int thread) {
    std::uint64_t seen = 0;
    while (true) {
      // Operations follow one another within microseconds: look a few times before going to sleep.
      for (int i = 0; i < kPatience && generation_.load(std::memory_order_acquire) == seen; ++i) {
        std::this_thread::yield();
      }
      std::unique_lock<std::mutex> lock(mutex_);
      ++asleep_;
      wake_.wait(lock, [&] { return generation_.load(std::memory_order_acquire) != seen; });
      --asleep_;
      seen = generation_.load(std::memory_order_acquire);
      if (stop_) return;
      if (!open_) continue;
      const Call call = call_;
      const void* context = context_;
      const Index count = count_;
      active_.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      work(count, call, context, thread);
      lock.lock();
      if (active_.fetch_sub(1, std::memory_order_release) == 1) done_.notify_one();
    }
  }

  static constexpr int kPatience = 100;

  std::vector<std::thread> helpers_;
  std::atomic<bool> busy_ = false;
  std::atomic<std::uint64_t> generation_ = 0;  // counts loops; changed under mutex_
  std::atomic<Index> next_ = 0;
  std::atomic<int> active_ = 0;  // helpers inside the loop

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  std::condition_variable done_;
  Call call_ = nullptr;
  const void* context_ = nullptr;
  Index count_ = 0;
  bool open_ = false;
  bool stop_ = false;
  int asleep_ = 0;
};

}  // namespace

std::unique_ptr<Parallel> make_serial() {
  return std::make_unique<Serial>();
}

std::unique_ptr<Parallel> make_parallel(int threads) {
  if (threads <= 1) return make_serial();
  return std::make_unique<Pool>(threads);
}

}  // namespace lapis
