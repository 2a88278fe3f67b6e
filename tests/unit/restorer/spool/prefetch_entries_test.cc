#include "restorer/spool/prefetch_entries.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/pgdata/spool_folder.h"
#include "restorer/prefetch/get_ahead.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

using fixture::kSegment;
using fixture::name_of;

const SpoolOwner kKey{.store = "/mnt/archive", .cluster = "main", .system_identifier = 1};
constexpr const char* kTarget = "RECOVERYXLOG";

class PrefetchEntriesTest : public testing::Test {
 protected:
  PrefetchEntriesTest() {
    make_prefetch_folder(*wal_, ::geteuid());
    entries_ = open_prefetch_folder(folder_.path().string());
  }

  PrefetchOwner owner() const {
    return {.key = kKey, .archive = fixture::kArchive, .boot = "boot", .user = ::geteuid()};
  }
  std::string tag() const { return entry_tag(*wal_, owner()).value(); }
  // Fetched from a store that has it.
  Outcome fetch(const std::string& content = fixture::segment_1mb(),
                const std::string& archive = fixture::kArchive) {
    ScriptedStore store;
    store.then_file(content);
    const AheadJob job{.get = {.cluster = "main",
                               .file = name_of(kSegment),
                               .system_identifier = samples::kSystem1Mb},
                       .archive = {.id = archive, .remembered_in = "archive"},
                       .entries = entries_.get()};
    Fetched fetched =
        get_ahead(job, store, {.give_up = Deadline::after(Duration(0))}, [this] { ++progress_; });
    make_durable(fetched);  // as PrefetchWorker does
    if (fetched.file != nullptr) {
      fetched.file->publish(to_string(EntryName{name_of(kSegment), fetched.outcome.digest, tag()}));
    }
    return fetched.outcome;
  }
  HandedOver hand_over(std::string_view name = kSegment) {
    return hand_over_entry(*wal_, wanted(name), kTarget, abandoned_);
  }
  WantedEntry wanted(std::string_view name) const {
    return {.segment = name_of(name),
            .system_identifier = samples::kSystem1Mb,
            .tag = tag(),
            .user = ::geteuid()};
  }
  fs::path spool() const { return folder_.path() / kSpoolFolder / "prefetch"; }
  // The one entry.
  fs::path entry() const { return fs::directory_iterator(spool())->path(); }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(spool()), {}));
  }
  bool placed() { return fs::exists(folder_.path() / kTarget); }

  using ScriptedStore = fixture::ScriptedStore;
  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> wal_ = open_wal_folder(folder_.path().string());
  std::unique_ptr<FileSystem> entries_;
  std::function<bool()> abandoned_;
  int progress_ = 0;
};

TEST_F(PrefetchEntriesTest, WhatWasFetchedIsHandedOverOnce) {
  EXPECT_EQ(fetch().answer, StoreAnswer::kRestored);
  EXPECT_EQ(progress_, 1);
  EXPECT_EQ(hand_over(), HandedOver::kRestored);
  EXPECT_EQ(read_small_file(*wal_, kTarget, fixture::kMegabyte), fixture::segment_1mb());
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(hand_over(), HandedOver::kNone);
}

TEST_F(PrefetchEntriesTest, NothingStandsThatDidNotPassItsChecks) {
  EXPECT_EQ(fetch("not a segment").answer, StoreAnswer::kDamaged);
  EXPECT_EQ(fetch(fixture::segment_1mb(), "another").answer, StoreAnswer::kFailed);
  EXPECT_EQ(count(), 0);
}

TEST_F(PrefetchEntriesTest, AnotherSegmentIsNotHandedOver) {
  fetch();
  EXPECT_EQ(hand_over("000000010000000000000008"), HandedOver::kNone);
  EXPECT_EQ(hand_over("000000020000000000000007"), HandedOver::kNone);
  EXPECT_FALSE(placed());
}

TEST_F(PrefetchEntriesTest, ADamagedOneIsRemovedInstead) {
  const auto spoil = [](const fs::path& path, off_t at) {
    const int fd = ::open(path.c_str(), O_WRONLY);
    ASSERT_EQ(::pwrite(fd, "x", 1, at), 1);
    ::close(fd);
  };
  for (const off_t at : {off_t{0}, off_t{20}, off_t{500'000}}) {
    fetch();
    spoil(entry(), at);
    EXPECT_EQ(hand_over(), HandedOver::kDamaged) << at;
    EXPECT_EQ(count(), 0);
  }
  for (const std::uintmax_t size :
       {std::uintmax_t{0}, fixture::kMegabyte - 1, fixture::kMegabyte + 1}) {
    fetch();
    fs::resize_file(entry(), size);
    EXPECT_EQ(hand_over(), HandedOver::kDamaged) << size;
  }
  EXPECT_FALSE(placed());
}

TEST_F(PrefetchEntriesTest, ASoundFileUnderAnotherNameIsNotThatSegment) {
  fetch();
  fs::rename(entry(),
             spool() / ("000000010000000000000008" + entry().filename().string().substr(24)));
  EXPECT_EQ(hand_over("000000010000000000000008"), HandedOver::kDamaged);
  fetch();
  WantedEntry other = wanted(kSegment);
  other.system_identifier = 5;
  EXPECT_EQ(hand_over_entry(*wal_, other, kTarget, {}), HandedOver::kDamaged);
  EXPECT_FALSE(placed());
}

TEST_F(PrefetchEntriesTest, WhatAnotherUserCouldHaveWrittenDoesNotCount) {
  fetch();
  ::chmod(entry().c_str(), 0666);
  EXPECT_EQ(hand_over(), HandedOver::kDamaged);
  fetch();
  WantedEntry other = wanted(kSegment);
  other.user = ::geteuid() + 1;
  EXPECT_EQ(hand_over_entry(*wal_, other, kTarget, {}), HandedOver::kDamaged);
  for (const fs::path& path : {spool(), spool().parent_path()}) {
    ::chmod(path.c_str(), 0777);
    EXPECT_FALSE(entry_tag(*wal_, owner()));
    EXPECT_EQ(kind_thrown([&] { make_prefetch_folder(*wal_, ::geteuid()); }), ErrorKind::kStorage);
    ::chmod(path.c_str(), 0700);
  }
  PrefetchOwner another = owner();
  another.user = ::geteuid() + 1;
  EXPECT_FALSE(entry_tag(*wal_, another));
}

TEST_F(PrefetchEntriesTest, ALinkInAnEntrysPlaceIsNotFollowed) {
  fetch();
  const fs::path path = entry();
  fs::rename(path, folder_.path() / "elsewhere");
  fs::create_symlink(folder_.path() / "elsewhere", path);
  EXPECT_THROW(hand_over(), Error);
  EXPECT_FALSE(placed());
}

TEST_F(PrefetchEntriesTest, EachOwnerHasATagOfItsOwn) {
  const std::string own = tag();
  const auto with = [this](const std::function<void(PrefetchOwner&)>& change) {
    PrefetchOwner changed = owner();
    change(changed);
    return entry_tag(*wal_, changed);
  };
  EXPECT_EQ(with([](PrefetchOwner&) {}), own);
  EXPECT_NE(with([](PrefetchOwner& o) { o.key.store = "/mnt/other"; }), own);
  EXPECT_NE(with([](PrefetchOwner& o) { o.key.cluster = "other"; }), own);
  EXPECT_NE(with([](PrefetchOwner& o) { o.key.system_identifier = 2; }), own);
  EXPECT_NE(with([](PrefetchOwner& o) { o.archive = "another"; }), own);
  EXPECT_NE(with([](PrefetchOwner& o) { o.boot = "another"; }), own);
  EXPECT_FALSE(with([](PrefetchOwner& o) { o.boot = ""; }));
  // A copied data directory.
  TemporaryFolder copy;
  fs::copy(folder_.path(), copy.path(), fs::copy_options::recursive);
  ::chmod((copy.path() / kSpoolFolder).c_str(), 0700);
  EXPECT_NE(entry_tag(*open_wal_folder(copy.path().string()), owner()).value(), own);
}

TEST_F(PrefetchEntriesTest, WhatIsNotOursIsRemoved) {
  fetch();
  const std::string ours = entry().filename().string();
  for (const std::string& name :
       {std::string("incoming"), std::string("000000010000000000000007"),
        "000000010000000000000008." + std::string(32, 'a') + "." + std::string(32, 'b')}) {
    write_durably(*entries_, name, "x");
  }
  const auto kept = clean_entries(*entries_, tag());
  ASSERT_EQ(kept.size(), 1);
  EXPECT_EQ(to_string(kept.front()), ours);
  EXPECT_EQ(clean_entries(*entries_, "").size(), 0);
  EXPECT_FALSE(fs::exists(spool() / ours));
}

TEST_F(PrefetchEntriesTest, AnEntrysNameTellsWhatItIs) {
  const std::string text =
      std::string(kSegment) + "." + std::string(32, 'a') + "." + std::string(32, 'b');
  const auto name = parse_entry_name(text);
  ASSERT_TRUE(name);
  EXPECT_EQ(to_string(*name), text);
  for (const std::string& bad :
       {std::string(), std::string(kSegment), std::string(kSegment) + ".", text + ".", text + "0",
        "x" + text,
        std::string("00000002.history.") + std::string(32, 'a') + "." + std::string(32, 'b')}) {
    EXPECT_FALSE(parse_entry_name(bad)) << bad;
  }
}

TEST_F(PrefetchEntriesTest, AServerThatHasEndedGetsNothing) {
  fetch();
  abandoned_ = [] { return true; };
  EXPECT_EQ(hand_over(), HandedOver::kNone);
  EXPECT_FALSE(placed());
  EXPECT_EQ(count(), 1);
}

TEST_F(PrefetchEntriesTest, OneThatIsRemovedMeanwhileIsNone) {
  fetch();
  const auto faults = std::make_shared<FaultPlan>();
  wal_ = with_faults(open_wal_folder(folder_.path().string()), faults);
  faults->interleave(FileCall::kRename, 1, [this] { clean_entries(*entries_, ""); });
  EXPECT_EQ(hand_over(), HandedOver::kNone);
  EXPECT_FALSE(placed());
}

TEST_F(PrefetchEntriesTest, ADiskThatFailsIsNoEntry) {
  for (const FileCall call : {FileCall::kWriteAt, FileCall::kSync}) {
    const auto faults = std::make_shared<FaultPlan>();
    entries_ = with_faults(open_prefetch_folder(folder_.path().string()), faults);
    faults->fail_every(call, ENOSPC);
    EXPECT_EQ(fetch().answer, StoreAnswer::kFailed);
    EXPECT_EQ(count(), 0);
  }
}

// So that PostgreSQL's own fsync finds nothing to write.
TEST_F(PrefetchEntriesTest, ItsContentIsOnTheMediumBeforeItHasAName) {
  ForgetfulDisk disk;
  entries_ = disk.mount();
  EXPECT_EQ(fetch().answer, StoreAnswer::kRestored);
  entries_->sync_folder(".");  // keeps the name alone
  disk.power_cut(CutMode::only_durable());
  entries_ = disk.mount();
  const auto names = entries_->list(".").value();
  ASSERT_EQ(names.size(), 1);
  EXPECT_TRUE(read_small_file(*entries_, names.front(), fixture::kMegabyte) ==
              fixture::segment_1mb());
}

}  // namespace
}  // namespace walstow
