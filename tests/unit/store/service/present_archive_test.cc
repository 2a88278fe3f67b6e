#include "store/service/present_archive.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <thread>
#include <vector>

#include "proto/base/error.h"
#include "store/backend/memory_backend.h"
#include "tests/support/borrowed_backend.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

constexpr std::chrono::seconds kPatience{20};

// Those who come wait until they are as many as are expected.
class Meeting {
 public:
  explicit Meeting(int expected) : expected_(expected) {}
  void come() {
    const std::lock_guard lock(mutex_);
    ++here_;
    changed_.notify_all();
  }
  // False: they did not come in time.
  bool wait() {
    std::unique_lock lock(mutex_);
    ++here_;
    changed_.notify_all();
    return changed_.wait_for(lock, kPatience, [this] { return here_ >= expected_; });
  }

 private:
  const int expected_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int here_ = 0;
};

class PresentArchiveTest : public testing::Test {
 protected:
  // A look at its marker takes until all have come to look.
  class SlowBackend final : public BorrowedBackend {
   public:
    SlowBackend(Backend& backend, PresentArchiveTest& test)
        : BorrowedBackend(backend), test_(test) {}
    void verify_in_place() override {
      if (test_.gone) throw Error(ErrorKind::kUnavailable, "it is not there");
      if (test_.looks != nullptr && !test_.looks->wait()) ++test_.alone;
    }

   private:
    PresentArchiveTest& test_;
  };

  PresentArchiveTest() { initialize_archive(*memory_); }

  std::unique_ptr<Archive> open() {
    ++opened;
    if (opens != nullptr) opens->wait();
    if (gone) throw Error(ErrorKind::kUnavailable, "it is not there");
    return std::make_unique<Archive>(std::make_unique<SlowBackend>(*memory_, *this));
  }
  static void at_once(int count, const std::function<void()>& work) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < count; ++i)
      threads.emplace_back(work);
  }

  std::atomic<bool> gone = false;
  std::atomic<int> opened = 0;
  std::atomic<int> alone = 0;  // looks that waited in vain for others
  Meeting* looks = nullptr;
  Meeting* opens = nullptr;
  std::unique_ptr<Backend> memory_ = make_memory_backend();
  PresentArchive archive_{[this] { return open(); }};
};

TEST_F(PresentArchiveTest, ALookThatTakesLongHoldsNobodyElse) {
  archive_.get();
  Meeting all(4);
  looks = &all;
  at_once(4, [this] { archive_.get(); });
  EXPECT_EQ(alone, 0);
  EXPECT_EQ(opened, 1);
}

// The opening goes on until all have come to ask.
TEST_F(PresentArchiveTest, OneOpensItForAll) {
  Meeting all(5);
  opens = &all;
  at_once(4, [&] {
    all.come();
    EXPECT_NE(archive_.get(), nullptr);
  });
  EXPECT_EQ(opened, 1);
}

TEST_F(PresentArchiveTest, AnOpeningThatFailsFailsForAllWhoWait) {
  gone = true;
  Meeting all(5);
  opens = &all;
  std::atomic<int> failed = 0;
  at_once(4, [&] {
    all.come();
    if (kind_thrown([this] { archive_.get(); }) == ErrorKind::kUnavailable) ++failed;
  });
  EXPECT_EQ(failed, 4);
  gone = false;
  EXPECT_NE(archive_.get(), nullptr);
}

TEST_F(PresentArchiveTest, AfterItWasAwayItIsOpenedAnew) {
  const auto first = archive_.get();
  gone = true;
  EXPECT_EQ(kind_thrown([this] { archive_.get(); }), ErrorKind::kUnavailable);
  EXPECT_EQ(kind_thrown([this] { archive_.get(); }), ErrorKind::kUnavailable);
  gone = false;
  EXPECT_NE(archive_.get(), first);
}

}  // namespace
}  // namespace walstow
