#include "archiver/archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "proto/base/error.h"
#include "proto/base/utc_time.h"
#include "proto/pgdata/spool_folder.h"
#include "tests/support/fake_store.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

constexpr const char* kArchive = "0123456789abcdef0123456789abcdef";
constexpr std::uint64_t kFirst = 7;  // segment number

std::string name_of(std::uint64_t number) {
  const SegmentSize size = SegmentSize::from_bytes(1U << 20U).value();
  return WalFileName::segment(Timeline{1}, SegmentNumber{number}, size).text();
}

std::vector<std::byte> header_of(std::uint64_t number, std::uint16_t magic = 0xD110) {
  return samples::page_header(
      {.magic = magic, .page_address = number << 20U, .segment_size = 1U << 20U});
}

using Names = std::multiset<std::string>;

// A store that keeps what it is told to. Threads that archive ahead may outlive a test, and hold
// it.
class CountingStore {
 public:
  static std::unique_ptr<StoreClient> connect(const std::shared_ptr<CountingStore>& self) {
    ++self->connections;
    auto client = std::make_unique<FakeStore>();
    client->on_put = [self](const PutFile& put, FileContent&) { return self->put(put); };
    client->on_ask = [self](const Command& command) {
      return to_json(self->confirm(std::get<ConfirmFile>(command).put));
    };
    client->on_round_trip = [self](std::size_t questions) {
      const std::lock_guard lock(self->mutex_);
      self->questions.push_back(questions);
    };
    return client;
  }
  Names puts() {
    const std::lock_guard lock(mutex_);
    return puts_;
  }

  std::function<void(const std::string&)> before_put;  // set while no call runs
  std::atomic<int> connections = 0;
  Names from_others;                   // what another client has put; set while no call runs
  std::vector<std::size_t> questions;  // how many each round trip has asked; read like from_others

 private:
  ConfirmReport confirm(const PutFile& put) const {
    if (!from_others.contains(put.file.text())) return {};
    return {PutReport{.archive = kArchive,
                      .name = put.file.text(),
                      .digest = to_string(put.digest),
                      .raw_size = put.raw_size}};
  }
  PutDone put(const PutFile& put) {
    if (before_put) before_put(put.file.text());
    const std::lock_guard lock(mutex_);
    puts_.insert(put.file.text());
    return {PutResult::kPublished, {.archive = kArchive, .name = put.file.text()}};
  }

  std::mutex mutex_;
  Names puts_;  // guarded by mutex_
};

// A data directory with finished segments.
class ArchiveTest : public testing::Test {
 protected:
  void finish_segments(std::uint64_t count, std::uint16_t magic = 0xD110) {
    files_->make_folder("archive_status");
    for (std::uint64_t number = kFirst; number < kFirst + count; ++number) {
      std::vector<std::byte> bytes = header_of(number, magic);
      bytes.resize(std::size_t{1} << 20U);
      write_durably(*files_, name_of(number), as_text(bytes));
      write_durably(*files_, "archive_status/" + name_of(number) + ".ready", "");
    }
  }

  ArchiveCall call(std::uint64_t number) {
    return {.folder = files_,
            .path = "pg_wal/" + name_of(number),
            .cluster = "main",
            .ahead = 16,
            .connections = 2,
            .connect = [store = store_] { return CountingStore::connect(store); },
            .patience = {.give_up = Deadline::after(Duration(0)), .on_failure = {}},
            .now = [] { return std::chrono::system_clock::now() + std::chrono::hours(1); }};
  }
  ArchiveCall standby_call(std::uint64_t number) {
    ArchiveCall made = call(number);
    made.standby = StandbyPut{};
    made.server.system_identifier = samples::kSystem16Mb;
    return made;
  }
  std::optional<PutDone> run(const ArchiveCall& call) {
    auto result = archive(call, owner_);
    if (const auto* mark = std::get_if<ArchivedMarks::Kind>(&result)) {
      mark_ = *mark;
      return std::nullopt;
    }
    return std::get<PutDone>(std::move(result));
  }
  Names puts() { return store_->puts(); }
  static Names segments(std::uint64_t from, std::uint64_t count) {
    Names names;
    for (std::uint64_t number = from; number < from + count; ++number)
      names.insert(name_of(number));
    return names;
  }

  TemporaryFolder folder_;
  std::shared_ptr<FileSystem> files_ = open_wal_folder(folder_.path().string());
  std::optional<ArchivedMarks::Kind> mark_;  // that answered a call
  SpoolOwner owner_{.store = "/mnt/archive", .cluster = "main", .system_identifier = 12};
  std::shared_ptr<CountingStore> store_ = std::make_shared<CountingStore>();
};

// The spool remembers the day of the last warning. The log itself is looked at end to end: a new
// logger must not be started beside the threads of other tests.
TEST_F(ArchiveTest, ANewerReleaseIsArchivedWithOneWarningADay) {
  const auto warned_on = [this](std::uint64_t number, std::chrono::hours later) {
    ArchiveCall one = call(number);
    one.ahead = 0;
    one.server.system_identifier = samples::kSystem16Mb;
    one.now = [later] { return *parse_iso8601("2026-11-22T19:40:00Z") + later; };
    EXPECT_EQ(run(one).value().report.name, name_of(number));
    const auto record = read_record(*files_, "newer_release_warning");
    return record ? record->at("day") : "never";
  };
  using std::chrono::hours;
  finish_segments(1);
  EXPECT_EQ(warned_on(kFirst, hours(0)), "never") << "a known release";
  finish_segments(3, 0xD130);
  EXPECT_EQ(warned_on(kFirst, hours(0)), "2026-11-22");
  EXPECT_EQ(warned_on(kFirst + 1, hours(4)), "2026-11-22");
  EXPECT_EQ(warned_on(kFirst + 2, hours(5)), "2026-11-23");
}

TEST_F(ArchiveTest, OneCallArchivesWhatComesNextAndTheNextOnesAskNobody) {
  finish_segments(5);
  EXPECT_EQ(run(call(kFirst)).value().report.name, name_of(kFirst));
  EXPECT_EQ(puts(), segments(kFirst, 5));
  EXPECT_EQ(store_->connections, 2);
  for (std::uint64_t number = kFirst + 1; number < kFirst + 5; ++number)
    EXPECT_EQ(run(call(number)), std::nullopt);
  EXPECT_EQ(puts(), segments(kFirst, 5));
  EXPECT_EQ(store_->connections, 2);
}

TEST_F(ArchiveTest, AStandbyAsksOnceForAllOfItsFiles) {
  finish_segments(5);
  store_->from_others = segments(kFirst, 4);
  EXPECT_EQ(run(standby_call(kFirst)).value().result, PutResult::kExisted);
  // The store lacks the last one. It is asked about it again before the put, like about any file.
  EXPECT_EQ(store_->questions, (std::vector<std::size_t>{5, 1}));
  EXPECT_EQ(puts(), segments(kFirst + 4, 1));
  const int connections = store_->connections;
  for (std::uint64_t number = kFirst + 1; number < kFirst + 5; ++number)
    EXPECT_EQ(run(standby_call(number)), std::nullopt);
  EXPECT_EQ(mark_, ArchivedMarks::Kind::kAhead);
  EXPECT_EQ(store_->connections, connections);
}

TEST_F(ArchiveTest, AFileThatCannotBeReadIsNotAskedAbout) {
  finish_segments(3);
  store_->from_others = segments(kFirst, 3);
  write_durably(*files_, name_of(kFirst + 1), "no segment");
  EXPECT_TRUE(run(standby_call(kFirst)));
  EXPECT_EQ(store_->questions, std::vector<std::size_t>{2});
  EXPECT_THROW(run(standby_call(kFirst + 1)), Error);
}

TEST_F(ArchiveTest, AStandbyReadsNoMoreThanItMayBeforeItsAnswer) {
  finish_segments(2);
  store_->from_others = segments(kFirst, 2);
  // Sparse, and no segment: the call may not even open it.
  files_->open_or_create(name_of(kFirst + 1))->write_at(std::uint64_t{300} << 20U, as_bytes("x"));
  const auto faults = std::make_shared<FaultPlan>();
  files_ = with_faults(open_wal_folder(folder_.path().string()), faults);
  EXPECT_TRUE(run(standby_call(kFirst)));
  EXPECT_EQ(store_->questions.front(), 1U);
}

TEST_F(ArchiveTest, WhatTheArchiveHandedOutIsNotAskedFor) {
  finish_segments(3);
  store_->from_others = segments(kFirst, 3);
  ArchivedMarks restored(*files_, owner_, ArchivedMarks::Kind::kRestored);
  restored.answered_by(kArchive);
  for (std::uint64_t number = kFirst; number < kFirst + 2; ++number) {
    restored.add_restored(*WalFileName::parse(name_of(number)), name_of(number), kArchive);
    EXPECT_EQ(run(standby_call(number)), std::nullopt);
    EXPECT_EQ(mark_, ArchivedMarks::Kind::kRestored);
  }
  EXPECT_EQ(store_->connections, 0);
  // Each mark serves one call.
  EXPECT_TRUE(run(standby_call(kFirst)));
  // A primary has written its segments itself.
  restored.add_restored(*WalFileName::parse(name_of(kFirst + 2)), name_of(kFirst + 2), kArchive);
  EXPECT_TRUE(run(call(kFirst + 2)));
}

TEST_F(ArchiveTest, NoMoreThanTheLimit) {
  finish_segments(5);
  ArchiveCall limited = call(kFirst);
  limited.ahead = 2;
  run(limited);
  EXPECT_EQ(puts(), segments(kFirst, 3));
}

TEST_F(ArchiveTest, WithoutLookingAheadMarksDoNotCount) {
  finish_segments(2);
  run(call(kFirst));
  ArchiveCall alone = call(kFirst + 1);
  alone.ahead = 0;
  EXPECT_TRUE(run(alone));
  EXPECT_EQ(puts().count(name_of(kFirst + 1)), 2);
  // And are gone.
  EXPECT_TRUE(run(call(kFirst + 1)));
}

TEST_F(ArchiveTest, OneConnectionArchivesOneAfterTheOther) {
  finish_segments(3);
  ArchiveCall one = call(kFirst);
  one.connections = 1;
  run(one);
  EXPECT_EQ(puts(), segments(kFirst, 3));
  EXPECT_EQ(store_->connections, 1);
}

TEST_F(ArchiveTest, FileThatChangedSinceIsPutAgain) {
  finish_segments(2);
  run(call(kFirst));
  std::vector<std::byte> bytes = header_of(kFirst + 1);
  bytes.resize(std::size_t{1} << 20U, std::byte{1});
  write_durably(*files_, name_of(kFirst + 1), as_text(bytes));
  EXPECT_TRUE(run(call(kFirst + 1)));
  EXPECT_EQ(puts().count(name_of(kFirst + 1)), 2);
}

TEST_F(ArchiveTest, FileThatHasJustBeenWrittenIsNotArchivedAhead) {
  finish_segments(2);
  ArchiveCall now = call(kFirst);
  now.now = std::chrono::system_clock::now;
  run(now);
  EXPECT_EQ(puts(), segments(kFirst, 1));
}

// In the time between the look at it and its reading: its times may then stay as they are at the
// next change, which comes right after.
TEST_F(ArchiveTest, FileThatIsWrittenBeforeItIsReadGetsNoMark) {
  finish_segments(2);
  const std::string other = name_of(kFirst + 1);
  const auto faults = std::make_shared<FaultPlan>();
  files_ = with_faults(open_wal_folder(folder_.path().string()), faults);
  ArchiveCall one = call(kFirst);
  one.connections = 1;
  // The fifth file that is opened: mark and segment of the own one, the archive, the other's mark.
  faults->interleave(FileCall::kOpenFile, 5, [&] {
    std::vector<std::byte> bytes = header_of(kFirst + 1);
    bytes.resize(std::size_t{1} << 20U, std::byte{1});
    write_durably(*open_wal_folder(folder_.path().string()), other, as_text(bytes));
  });
  run(one);
  const std::vector<std::string> journal = faults->journal();
  EXPECT_EQ(std::ranges::count(journal, "open_file " + other), 1);
  EXPECT_EQ(puts(), segments(kFirst, 2));
  EXPECT_TRUE(run(call(kFirst + 1)));
  EXPECT_EQ(puts().count(other), 2);
}

TEST_F(ArchiveTest, FailureOfAnotherFileIsNotTheOwnOnes) {
  finish_segments(4);
  store_->before_put = [](const std::string& name) {
    if (name == name_of(kFirst + 1)) throw Error(ErrorKind::kRefused, "other content exists");
  };
  ArchiveCall one = call(kFirst);
  one.connections = 1;
  EXPECT_TRUE(run(one));
  // The server does not get past the file that failed.
  EXPECT_EQ(puts(), segments(kFirst, 1));
  EXPECT_THROW(run(call(kFirst + 1)), Error);
}

TEST_F(ArchiveTest, OwnFailureAcknowledgesNothing) {
  finish_segments(1);
  store_->before_put = [](const std::string&) {
    throw Error(ErrorKind::kUnavailable, "no answer");
  };
  EXPECT_THROW(run(call(kFirst)), Error);
  store_ = std::make_shared<CountingStore>();
  EXPECT_TRUE(run(call(kFirst)));
}

TEST_F(ArchiveTest, ConnectionThatCannotBeMadeForOthersCostsTheOwnFileNothing) {
  finish_segments(3);
  ArchiveCall once = call(kFirst);
  const auto connect = once.connect;
  std::latch other_failed(1);
  once.connect = [&, own = std::this_thread::get_id()]() -> std::unique_ptr<StoreClient> {
    if (std::this_thread::get_id() == own) {
      other_failed.wait();
      return connect();
    }
    other_failed.count_down();
    throw Error(ErrorKind::kUnavailable, "too many connections");
  };
  EXPECT_TRUE(run(once));
  EXPECT_EQ(puts().count(name_of(kFirst)), 1);
}

TEST_F(ArchiveTest, CallEndsWhileAnotherFileHangs) {
  finish_segments(2);
  const auto begun = std::make_shared<std::latch>(1);
  const auto hanging = std::make_shared<std::latch>(1);
  store_->before_put = [begun, hanging](const std::string& name) {
    if (name != name_of(kFirst + 1)) return begun->wait();
    begun->count_down();
    hanging->wait();
  };
  ArchiveCall impatient = call(kFirst);
  impatient.wait_for_others = Duration(1);
  EXPECT_TRUE(run(impatient));
  EXPECT_EQ(puts(), segments(kFirst, 1));
  // What ends later may mark its file, truthfully.
  hanging->count_down();
  const Deadline deadline = Deadline::after(std::chrono::seconds(30));
  while (puts().size() < 2 && !deadline.passed())
    std::this_thread::yield();
  EXPECT_EQ(puts(), segments(kFirst, 2));
}

TEST_F(ArchiveTest, CallThatIsNotTheServersArchivesItsFileAlone) {
  finish_segments(3);
  files_->remove("archive_status/" + name_of(kFirst) + ".ready");
  run(call(kFirst));
  EXPECT_EQ(puts(), segments(kFirst, 1));
}

}  // namespace
}  // namespace walstow
