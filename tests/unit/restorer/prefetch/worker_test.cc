#include "restorer/prefetch/worker.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <future>
#include <optional>
#include <poll.h>
#include <vector>

#include "proto/pgdata/spool_folder.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/restorer_fixture.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

using fixture::name_of;

const WalFileName kFirst = name_of("000000010000000000000001");
const WalFileName kSecond = name_of("000000010000000000000002");
const WalFileName kThird = name_of("000000010000000000000003");

class PrefetchWorkerTest : public testing::Test {
 protected:
  ~PrefetchWorkerTest() override { open_gate(); }
  void open_gate() {
    if (!std::exchange(is_open_, true)) gate_.set_value();
  }
  Fetched get(const WalFileName& name) {
    if (name == absent_) return {.outcome = {.answer = StoreAnswer::kAbsentEnd}};
    auto file = std::make_unique<IncomingFile>(*files_);
    file->write(as_bytes(name.text()));
    return {.outcome = {.answer = StoreAnswer::kRestored}, .file = std::move(file)};
  }
  // Waits for the next one that is done.
  PrefetchWorker::Done next() {
    for (;;) {
      if (auto done = worker_.take_done()) return *std::move(done);
      hear();
    }
  }
  void hear() {
    pollfd news{.fd = worker_.descriptor(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&news, 1, 60'000), 1) << "no news";
    worker_.hear();
  }
  void wait_until_free() {
    while (!worker_.is_free())
      hear();
  }

  TemporaryFolder folder_;
  std::shared_ptr<FaultPlan> faults_ = std::make_shared<FaultPlan>();
  std::unique_ptr<FileSystem> files_ =
      with_faults(open_wal_folder(folder_.path().string()), faults_);
  std::optional<WalFileName> absent_;
  bool is_open_ = false;
  std::promise<void> gate_;
  std::shared_future<void> opened_ = gate_.get_future().share();
  PrefetchWorker worker_{[this](const WalFileName& name, const auto&) { return get(name); }};
};

TEST_F(PrefetchWorkerTest, TheNextIsFetchedWhileOneIsMadeDurable) {
  faults_->interleave(FileCall::kSync, 1, [this] { opened_.wait(); });
  worker_.start(kFirst);
  wait_until_free();
  EXPECT_FALSE(worker_.take_done()) << "it is not durable yet";
  worker_.start(kSecond);
  EXPECT_FALSE(worker_.is_free()) << "two are under way";
  EXPECT_TRUE(worker_.is_under_way(kFirst));
  EXPECT_TRUE(worker_.is_under_way(kSecond));
  EXPECT_FALSE(worker_.is_under_way(kThird));
  open_gate();
  EXPECT_EQ(next().segment, kFirst);
  EXPECT_EQ(next().segment, kSecond);
  EXPECT_EQ(worker_.under_way(), 0U);
  EXPECT_TRUE(worker_.is_free());
}

// Whoever is told that another one can be fetched knows by then that this one cannot be had.
TEST_F(PrefetchWorkerTest, WhatIsAbsentIsDoneAtOnce) {
  absent_ = kFirst;
  worker_.start(kFirst);
  wait_until_free();
  const auto done = worker_.take_done();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->fetched.outcome.answer, StoreAnswer::kAbsentEnd);
}

TEST_F(PrefetchWorkerTest, OnlyWhatIsBeingFetchedGetsOn) {
  faults_->interleave(FileCall::kSync, 1, [this] { opened_.wait(); });
  worker_.start(kFirst);
  wait_until_free();
  EXPECT_TRUE(worker_.is_under_way(kFirst));
  EXPECT_FALSE(worker_.is_fetching(kFirst));
  open_gate();
  next();
}

TEST_F(PrefetchWorkerTest, WhatCannotBeMadeDurableIsNotHad) {
  faults_->fail_every(FileCall::kSync, EIO);
  worker_.start(kFirst);
  const auto done = next();
  EXPECT_EQ(done.fetched.outcome.answer, StoreAnswer::kFailed);
  EXPECT_EQ(done.fetched.file, nullptr);
  EXPECT_NE(done.fetched.outcome.message, "");
  faults_->stop_failing();
  worker_.start(kSecond);
  EXPECT_EQ(next().fetched.outcome.answer, StoreAnswer::kRestored);
}

}  // namespace
}  // namespace walstow
