// The prefetcher and the calls that speak to it, over its real socket, with a store that answers as
// it is told.
#include "restorer/prefetch/prefetcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <set>
#include <sys/eventfd.h>
#include <unistd.h>

#include "proto/pgdata/spool_folder.h"
#include "restorer/prefetch/prefetch_client.h"
#include "tests/support/restorer_fixture.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

using fixture::name_of;

constexpr Duration kLong{60'000};
const SegmentSize kSegmentSize = SegmentSize::from_bytes(fixture::kMegabyte).value();

WalFileName segment_file(std::uint64_t number, std::uint32_t timeline = 1) {
  return WalFileName::segment(Timeline{timeline}, SegmentNumber{number}, kSegmentSize);
}

std::string content_of(const WalFileName& name) {
  std::vector<std::byte> bytes =
      samples::page_header({.timeline = name.timeline().value,
                            .page_address = start_of(name.number(kSegmentSize), kSegmentSize).value,
                            .system_identifier = samples::kSystem1Mb,
                            .segment_size = fixture::kMegabyte});
  bytes.resize(fixture::kMegabyte, std::byte{3});
  return std::string(as_text(bytes));
}

class PrefetcherTest : public testing::Test {
 protected:
  ~PrefetcherTest() override {
    gate_.set_value();
    end(signals_);
    if (running_.valid()) running_.get();
  }

  std::optional<std::string> make_spool() {
    spool_.remember_archive(fixture::kArchive);
    spool_.make_prefetch_folder(::geteuid());
    return spool_.entry_tag(::geteuid());
  }

  // Runs a prefetcher behind segment 10.
  void run(Duration idle = kLong) {
    auto listener = PrefetchListener::open(folder_.path().string());
    ASSERT_TRUE(listener);
    running_ = std::async(std::launch::async, [this, idle, given = std::move(*listener)]() mutable {
      Prefetcher prefetcher({.entries = entries_.get(),
                             .tag = *spool_.entry_tag(::geteuid()),
                             .handed = segment_file(10),
                             .segment_size = kSegmentSize,
                             .limits = {.files = 4, .bytes = std::uint64_t{1} << 30},
                             .free_space = [] { return std::uint64_t{1} << 40; },
                             .idle = idle,
                             .server = server_.get(),
                             .signals = signals_.get()},
                            std::move(given),
                            [this](const WalFileName& name, const std::function<void()>& progress) {
                              return get(name, progress);
                            });
      std::string reason = prefetcher.run();
      counts_ = prefetcher.counts();
      return reason;
    });
  }
  // In the worker's thread.
  Fetched get(const WalFileName& name, const std::function<void()>& progress) {
    progress();
    if (name == held_) open_.wait();
    if (name.number(kSegmentSize).value > last_)
      return {.outcome = {.answer = StoreAnswer::kAbsentEnd, .message = "the end"}};
    const std::string content = content_of(name);
    auto file = std::make_unique<IncomingFile>(*entries_);
    file->write(as_bytes(content));
    return {.outcome = {.answer = StoreAnswer::kRestored, .digest = digest_of(content)},
            .file = std::move(file)};
  }
  // What one that was killed has left.
  void leave(const WalFileName& name) {
    const Fetched fetched = get(name, [] {});
    fetched.file->publish(to_string(EntryName{name, fetched.outcome.digest, *entry_tag_}));
  }
  // A call that PostgreSQL makes. True: it was served from the spool.
  bool take(const WalFileName& name, Duration silence = kLong) {
    Prefetch call = prefetch(silence);
    if (!call.take_ready(name, {.folder = *wal_, .name = "RECOVERYXLOG"}, {})) return false;
    EXPECT_EQ(read_small_file(*wal_, "RECOVERYXLOG", fixture::kMegabyte), content_of(name));
    call.note_handed(name);
    return true;
  }
  // A call that has got it from the store.
  void hand(const WalFileName& name) { prefetch(kLong).note_handed(name); }
  Prefetch prefetch(Duration silence) {
    return {spool_,
            {.wal_folder = folder_.path().string(),
             .system_identifier = samples::kSystem1Mb,
             .user = ::geteuid(),
             .silence = silence,
             .start = [this] { ++started_; }}};
  }
  bool is_ready(const WalFileName& name) {
    auto call = PrefetchCall::connect(folder_.path().string());
    call->send({PrefetchMessage::Kind::kWant, name, *entry_tag_});
    return call->receive(kLong) == PrefetchReply::kReady;
  }
  std::string reason() { return running_.get(); }
  static void end(const Descriptor& event) {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(event.get(), &one, sizeof one), ssize_t{sizeof one});
  }
  bool entries_are_gone() { return clean_entries(*entries_, *entry_tag_).empty(); }

  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> wal_ = open_wal_folder(folder_.path().string());
  Spool spool_{*wal_, {.store = "/mnt/archive", .cluster = "main", .system_identifier = 1}};
  std::optional<std::string> entry_tag_ = make_spool();
  std::unique_ptr<FileSystem> entries_ = open_prefetch_folder(folder_.path().string());
  Descriptor server_{::eventfd(0, EFD_CLOEXEC)};
  Descriptor signals_{::eventfd(0, EFD_CLOEXEC)};
  std::uint64_t last_ = 30;          // segment that the store has
  std::optional<WalFileName> held_;  // comes only when the gate opens
  std::promise<void> gate_;
  std::shared_future<void> open_ = gate_.get_future().share();
  std::atomic<int> started_ = 0;
  PrefetchCounts counts_;
  std::future<std::string> running_;
};

TEST_F(PrefetcherTest, ServesACatchUpToTheEndAndEnds) {
  run();
  for (std::uint64_t number = 11; number <= last_; ++number) {
    EXPECT_TRUE(take(segment_file(number))) << number;
  }
  EXPECT_NE(reason().find("the end"), std::string::npos);
  EXPECT_EQ(counts_.fetched, 20);
  EXPECT_EQ(counts_.handed, 20);
  EXPECT_FALSE(take(segment_file(31)));  // nobody lives any more
  EXPECT_TRUE(entries_are_gone());
}

TEST_F(PrefetcherTest, ACallWaitsForWhatIsUnderWay) {
  held_ = segment_file(11);
  run();
  auto call = std::async(std::launch::async, [this] { return take(segment_file(11)); });
  EXPECT_EQ(call.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  gate_.set_value();
  gate_ = {};
  EXPECT_TRUE(call.get());
}

TEST_F(PrefetcherTest, ACallWaitsNoLongerThanItMay) {
  held_ = segment_file(11);
  run();
  EXPECT_FALSE(take(segment_file(11), Duration(50)));
}

TEST_F(PrefetcherTest, ACallDoesNotWaitForTheDead) {
  auto listener = PrefetchListener::open(folder_.path().string());
  auto call = std::async(std::launch::async, [this] { return take(segment_file(11)); });
  Descriptor accepted;
  while (!accepted)
    accepted = listener->accept();
  listener.reset();
  accepted = Descriptor();
  EXPECT_FALSE(call.get());
}

TEST_F(PrefetcherTest, TheSameSegmentOnceMoreCostsNothing) {
  run();
  while (!is_ready(segment_file(12))) {
  }
  hand(segment_file(10));
  EXPECT_TRUE(take(segment_file(11)));
  EXPECT_TRUE(take(segment_file(12)));
  while (!is_ready(segment_file(16))) {  // the last of the window
  }
  end(signals_);
  reason();
  EXPECT_EQ(counts_.fetched, 6);  // none twice
}

TEST_F(PrefetcherTest, ASegmentThatIsNotUnderWayIsNotWaitedFor) {
  held_ = segment_file(11);
  run();
  EXPECT_FALSE(take(segment_file(12)));
  EXPECT_FALSE(take(segment_file(11, 2)));
}

TEST_F(PrefetcherTest, FollowsPostgresqlToAnotherTimeline) {
  run();
  hand(segment_file(20, 2));
  while (!take(segment_file(21, 2))) {
  }
  EXPECT_TRUE(take(segment_file(22, 2)));
  EXPECT_FALSE(take(segment_file(11)));
}

TEST_F(PrefetcherTest, EndsWithTheServerAndLeavesNothing) {
  run();
  while (!take(segment_file(11))) {
  }
  // The last of the window: nothing is under way any more.
  while (!is_ready(segment_file(15))) {
  }
  end(server_);
  EXPECT_EQ(reason(), "the server has ended");
  EXPECT_TRUE(entries_are_gone());
  EXPECT_FALSE(PrefetchCall::connect(folder_.path().string()));
}

TEST_F(PrefetcherTest, WhatComesAfterItsEndIsNoFile) {
  held_ = segment_file(11);
  run();
  EXPECT_FALSE(take(segment_file(20)));  // it has begun
  end(server_);
  while (PrefetchCall::connect(folder_.path().string())) {
  }
  gate_.set_value();
  gate_ = {};
  EXPECT_EQ(reason(), "the server has ended");
  EXPECT_EQ(entries_->list("."), std::vector<std::string>());
}

TEST_F(PrefetcherTest, EndsWhenItIsTold) {
  run();
  end(signals_);
  EXPECT_EQ(reason(), "it received a signal to end");
}

TEST_F(PrefetcherTest, EndsWhenNobodyAsks) {
  run(Duration(1));
  EXPECT_EQ(reason(), "there was no call for a long time");
}

TEST_F(PrefetcherTest, EndsWhenACallHasOtherSettings) {
  run();
  auto call = PrefetchCall::connect(folder_.path().string());
  ASSERT_TRUE(call);
  call->send({PrefetchMessage::Kind::kWant, segment_file(11), std::string(32, 'f')});
  EXPECT_EQ(call->receive(kLong), PrefetchReply::kAskTheStore);
  EXPECT_EQ(reason(), "a call has other settings, or comes from another release");
}

TEST_F(PrefetcherTest, ThereIsOneForEachDataDirectory) {
  run();
  EXPECT_FALSE(PrefetchListener::open(folder_.path().string()));
  hand(segment_file(11));
  EXPECT_EQ(started_, 0);
  end(signals_);
  reason();
  hand(segment_file(12));
  EXPECT_EQ(started_, 1);
  EXPECT_TRUE(PrefetchListener::open(folder_.path().string()));
}

TEST_F(PrefetcherTest, GoesOnWithWhatAKilledOneHasLeft) {
  leave(segment_file(11));
  leave(segment_file(12));
  leave(segment_file(25));
  held_ = segment_file(13);
  run();
  EXPECT_FALSE(take(segment_file(20)));  // it has begun
  EXPECT_TRUE(take(segment_file(11)));
  EXPECT_TRUE(take(segment_file(12)));
  EXPECT_FALSE(take(segment_file(25)));
}

TEST_F(PrefetcherTest, AMessageIsOfOneForm) {
  const PrefetchMessage message{PrefetchMessage::Kind::kWant, segment_file(11),
                                std::string(32, 'a')};
  const std::string text = to_text(message);
  const auto parsed = parse_prefetch_message(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->segment, message.segment);
  EXPECT_EQ(parsed->tag, message.tag);
  for (const std::string& bad : {std::string(), text + "x", text.substr(1), "X" + text.substr(1),
                                 text.substr(0, 25) + std::string(32, 'g')}) {
    EXPECT_FALSE(parse_prefetch_message(bad)) << bad;
  }
}

}  // namespace
}  // namespace walstow
