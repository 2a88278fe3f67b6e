// What only a directory can do wrong. The contract is tested in tests/contract.
#include "store/backend/directory_backend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/mounted_file_system.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

PublishResult publish(Backend& backend, const std::string& key, std::string_view content) {
  const auto staged = backend.stage();
  staged->write(as_bytes(content));
  return backend.publish(*staged, key);
}

class DirectoryBackendTest : public testing::Test {
 protected:
  std::size_t calls_of(FileCall call) const {
    const std::string name = to_string(call);
    const auto journal = faults_->journal();
    return static_cast<std::size_t>(
        std::count_if(journal.begin(), journal.end(),
                      [&](const std::string& line) { return line.starts_with(name + " "); }));
  }

  ForgetfulDisk disk_;
  std::shared_ptr<FaultPlan> faults_ = std::make_shared<FaultPlan>();
  std::unique_ptr<FileSystem> files_ = disk_.mount();
  std::unique_ptr<Backend> backend_ = make_directory_backend(with_faults(disk_.mount(), faults_));
};

// --- faults ---

TEST_F(DirectoryBackendTest, FailedFileSyncPublishesNothing) {
  faults_->fail_every(FileCall::kSync, EIO);
  EXPECT_EQ(kind_thrown([&] { publish(*backend_, "main/a", "content"); }), ErrorKind::kStorage);
  EXPECT_FALSE(files_->status("main/a"));
}

TEST_F(DirectoryBackendTest, FailedFolderSyncIsFatal) {
  publish(*backend_, "main/a", "content");
  faults_->fail_every(FileCall::kSyncFolder, EIO);
  EXPECT_EQ(kind_thrown([&] { publish(*backend_, "main/b", "content"); }), ErrorKind::kFatal);
  EXPECT_EQ(kind_thrown([&] { backend_->make_durable("main/a"); }), ErrorKind::kFatal);
  EXPECT_EQ(kind_thrown([&] { backend_->create_record("main/c", "x"); }), ErrorKind::kFatal);
}

TEST_F(DirectoryBackendTest, FolderWhoseSyncFailedIsNotTakenForDurable) {
  faults_->fail_every(FileCall::kSyncFolder, EIO);
  EXPECT_EQ(kind_thrown([&] { publish(*backend_, "main/a", "content"); }), ErrorKind::kFatal);
  EXPECT_EQ(kind_thrown([&] { publish(*backend_, "main/a", "content"); }), ErrorKind::kFatal);
  EXPECT_FALSE(files_->status("main/a"));
}

TEST_F(DirectoryBackendTest, WhatCannotBeLookedAtIsNotAbsent) {
  publish(*backend_, "main/a", "content");
  for (const int error_number : {EIO, ESTALE, EACCES}) {
    for (const FileCall call : {FileCall::kOpenFile, FileCall::kList, FileCall::kStatus}) {
      faults_->fail_every(call, error_number);
    }
    const std::function<void()> looks[] = {
        [&] { backend_->open_object("main/b"); },   [&] { backend_->read_record("main/b"); },
        [&] { backend_->make_durable("main/b"); },  [&] { backend_->list_after("main/", "", 1); },
        [&] { backend_->remove_object("main/b"); },
    };
    for (const auto& look : looks)
      EXPECT_EQ(kind_thrown(look), ErrorKind::kStorage);
    faults_->stop_failing();
  }
}

TEST_F(DirectoryBackendTest, FullDiskLeavesNothingBehind) {
  faults_->fail_every(FileCall::kWriteAt, ENOSPC);
  EXPECT_EQ(kind_thrown([&] { publish(*backend_, "main/a", "content"); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { backend_->create_record("main/b", "x"); }), ErrorKind::kStorage);
  faults_->stop_failing();
  EXPECT_TRUE(backend_->list_after("", "", 10).empty());
}

TEST_F(DirectoryBackendTest, EveryFailedCallOfAPutIsReported) {
  for (std::size_t number = 1;; ++number) {
    ForgetfulDisk disk;
    const auto faults = std::make_shared<FaultPlan>();
    const auto backend = make_directory_backend(with_faults(disk.mount(), faults));
    faults->fail_call(number, EIO);
    const auto failure = kind_thrown([&] { publish(*backend, "main/wal/a", "content"); });
    if (faults->failures() == 0) {
      EXPECT_GT(number, 5U);
      return;
    }
    EXPECT_TRUE(failure) << "call " << number << " failed unnoticed";
    const auto found = read_small_file(*disk.mount(), "main/wal/a", 100);
    EXPECT_TRUE(!found || found == "content");
  }
}

TEST_F(DirectoryBackendTest, FirstPutRemovesTheTemporariesOfTheDead) {
  files_->make_folder("_tmp");
  create_durably(*files_, "_tmp/0123.tmp", "left behind");
  publish(*backend_, "main/a", "content");
  EXPECT_FALSE(files_->status("_tmp/0123.tmp"));
}

// --- what others left unsynced ---

class UnsyncedTest : public DirectoryBackendTest {
 protected:
  // A file of a process that has fsynced nothing yet: no content, no name, no folder.
  void leave_unsynced(const std::string& path, std::string_view content) {
    files_->make_folder("main");
    files_->make_folder("main/wal");
    const auto file = files_->create_temporary();
    file->write_at(0, as_bytes(content));
    files_->link_temporary(*file, path);
  }
  std::optional<std::string> after_power_cut(const std::string& path) {
    disk_.power_cut(CutMode::only_durable());
    return read_small_file(*disk_.mount(), path, 100);
  }
};

TEST_F(UnsyncedTest, ObjectIsDurableOnceItWasMadeSo) {
  leave_unsynced("main/wal/a", "content");
  ASSERT_TRUE(backend_->make_durable("main/wal/a"));
  EXPECT_EQ(after_power_cut("main/wal/a"), "content");
}

TEST_F(UnsyncedTest, RecordThatWasFoundStandingIsDurable) {
  leave_unsynced("main/wal/a", "content");
  ASSERT_FALSE(backend_->create_record("main/wal/a", "mine"));
  EXPECT_EQ(after_power_cut("main/wal/a"), "content");
}

TEST_F(UnsyncedTest, RecordThatAnUpdateLeftAsItIsIsDurable) {
  leave_unsynced("main/wal/a", "content");
  backend_->update_record("main/wal/a", [](const auto&) { return std::nullopt; });
  EXPECT_EQ(after_power_cut("main/wal/a"), "content");
}

TEST_F(UnsyncedTest, FoldersOfAPublishedObjectAreDurable) {
  leave_unsynced("main/wal/a", "content");
  publish(*backend_, "main/wal/b", "other");
  EXPECT_EQ(after_power_cut("main/wal/b"), "other");
}

// --- what it costs ---

TEST_F(DirectoryBackendTest, FoldersAboveAreSyncedOnceForEachBackend) {
  publish(*backend_, "main/era/wal/a", "content");
  const std::size_t before = calls_of(FileCall::kSyncFolder);
  publish(*backend_, "main/era/wal/b", "content");
  EXPECT_EQ(calls_of(FileCall::kSyncFolder) - before, 1U);
}

TEST_F(DirectoryBackendTest, RemovedFolderIsMadeAgain) {
  publish(*backend_, "main/era/wal/a", "content");
  backend_->remove_object("main/era/wal/a");
  ASSERT_TRUE(files_->remove("main/era/wal"));
  EXPECT_EQ(publish(*backend_, "main/era/wal/b", "content"), PublishResult::kPublished);
  disk_.power_cut(CutMode::only_durable());
  EXPECT_EQ(read_small_file(*disk_.mount(), "main/era/wal/b", 100), "content");
}

TEST_F(DirectoryBackendTest, FolderIsNotRemovedAsAnObject) {
  files_->make_folder("main");
  EXPECT_FALSE(backend_->remove_object("main"));
  EXPECT_TRUE(files_->status("main"));
}

TEST_F(DirectoryBackendTest, OneRemovalOfManyThatFailsIsReported) {
  std::vector<std::string> keys;
  for (int i = 0; i < 100; ++i) {
    keys.push_back("main/" + std::to_string(i));
    publish(*backend_, keys.back(), "content");
  }
  faults_->fail_call(100, EIO);
  EXPECT_EQ(kind_thrown([&] { backend_->remove_objects(keys); }), ErrorKind::kStorage);
  EXPECT_EQ(faults_->failures(), 1U);
  EXPECT_FALSE(backend_->list_after("main/", "", 1).empty());
  EXPECT_GT(backend_->remove_objects(keys), 0U);
  EXPECT_TRUE(backend_->list_after("main/", "", 1).empty());
}

TEST_F(DirectoryBackendTest, ListLooksOnlyAtWhatItGives) {
  for (int number = 100; number < 200; ++number) {
    publish(*backend_, "main/wal/" + std::to_string(number) + "/a", "content");
    publish(*backend_, "main/wal/" + std::to_string(number) + "/b", "content");
  }
  const std::size_t status_before = calls_of(FileCall::kStatus);
  const std::size_t list_before = calls_of(FileCall::kList);
  const auto entries = backend_->list_after("main/wal/1", "main/wal/150/a", 1);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries.front().key, "main/wal/150/b");
  EXPECT_LE(calls_of(FileCall::kStatus) - status_before, 3U);  // "150", "150/a", "150/b"
  EXPECT_LE(calls_of(FileCall::kList) - list_before, 2U);      // "wal", "150"
}

TEST_F(DirectoryBackendTest, NamesThatAreNoKeysAreNotListed) {
  publish(*backend_, "main/a", "content");
  for (const char* folder : {"lost+found", ".snapshot", "main/.hidden", "main/a b"}) {
    files_->make_folder(folder);
    create_durably(*files_, std::string(folder) + "/file", "content");
  }
  create_durably(*files_, "main/.nfs0000001", "content");
  create_durably(*files_, "main/a~", "content");
  const auto entries = backend_->list_after("", "", 10);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries.front().key, "main/a");
}

TEST(DirectoryListingTest, SymbolicLinkIsNotPassedOver) {
  TemporaryFolder folder;
  const auto backend = make_directory_backend(open_posix_file_system(folder.path().string()));
  publish(*backend, "main/wal/b/file", "content");
  fs::create_directory_symlink("b", folder.path() / "main/wal/a");
  EXPECT_EQ(kind_thrown([&] { backend->list_after("main/wal/", "", 10); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { backend->open_object("main/wal/a/file"); }), ErrorKind::kStorage);
}

// --- locks ---

// Whose lock is always another's.
class LockedFileSystem final : public MountedFileSystem {
 public:
  LockedFileSystem() : MountedFileSystem(std::make_shared<Machine>(TemporaryStyle::kAutomatic)) {}
  std::unique_ptr<FileLock> lock(
      const std::string& path,
      std::optional<std::chrono::steady_clock::time_point> deadline) override {
    EXPECT_EQ(path, "_records.lock");
    EXPECT_TRUE(deadline);  // no wait without an end
    patience = deadline.value_or(Clock::time_point::max()) - Clock::now();
    return nullptr;
  }

  Clock::duration patience{};  // of the last call
};

TEST(RecordsLockTest, ChangesOfWhatStandsGiveUpWithoutIt) {
  const auto backend = make_directory_backend(std::make_unique<LockedFileSystem>());
  publish(*backend, "main/a", "content");
  const auto source = backend->open_object("main/a");
  const std::function<void()> changes[] = {
      [&] { backend->update_record("main/b", [](const auto&) { return "x"; }); },
      [&] { backend->remove_record("main/a"); },
      [&] { backend->remove_object("main/a"); },
      [&] { backend->set_aside("main/a", *source); },
  };
  for (const auto& change : changes)
    EXPECT_EQ(kind_thrown(change), ErrorKind::kUnavailable);
}

// A standby waits for its WAL while its position is noted, and no longer than standby_wait (3 s).
TEST(RecordsLockTest, UpdateGivesUpBeforeAStandbyDoes) {
  auto files = std::make_unique<LockedFileSystem>();
  const LockedFileSystem& locked = *files;
  const auto backend = make_directory_backend(std::move(files));
  const auto update = [&] { backend->update_record("main/b", [](const auto&) { return "x"; }); };
  EXPECT_EQ(kind_thrown(update), ErrorKind::kUnavailable);
  EXPECT_LT(locked.patience, std::chrono::seconds(2));
}

TEST_F(DirectoryBackendTest, ReadingPublishingAndCreatingWaitForNoLock) {
  backend_->create_record("main/record", "content");
  const auto lock = files_->lock("_records.lock");
  ASSERT_NE(lock, nullptr);
  EXPECT_EQ(backend_->read_record("main/record"), "content");
  EXPECT_TRUE(backend_->create_record("main/other", "content"));
  EXPECT_EQ(publish(*backend_, "main/a", "content"), PublishResult::kPublished);
}

TEST_F(DirectoryBackendTest, UpdateSeesARecordThatWasCreatedMeanwhile) {
  files_->make_folder("main");
  int calls = 0;
  backend_->update_record("main/record", [&](const std::optional<std::string>& existing) {
    if (++calls == 1) create_durably(*files_, "main/record", "created");
    return existing.value_or("") + " updated";
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(backend_->read_record("main/record"), "created updated");
}

// --- probe ---

// As some network file systems do it.
class ReplacingFileSystem final : public MountedFileSystem {
 public:
  ReplacingFileSystem() : MountedFileSystem(std::make_shared<Machine>(TemporaryStyle::kNamed)) {}
  LinkResult link_temporary(File& temporary, const std::string& path) override {
    replace_by_temporary(temporary, path);
    return LinkResult::kLinked;
  }
};

TEST(ProbeDirectoryTest, FileSystemThatLinksWithoutReplacingIsTaken) {
  for (const TemporaryStyle style : {TemporaryStyle::kAutomatic, TemporaryStyle::kNamed}) {
    TemporaryFolder folder;
    const auto files = open_posix_file_system(folder.path().string(),
                                              {.temporary_folder = "_tmp", .temporaries = style});
    EXPECT_NO_THROW(probe_directory(*files));
    EXPECT_EQ(files->list("_probe"), std::vector<std::string>());
  }
}

TEST(ProbeDirectoryTest, ProbesOfTheDeadAreRemovedAndThoseOfTodayAreNot) {
  TemporaryFolder folder;
  const auto files = open_posix_file_system(folder.path().string(), {.temporary_folder = "_tmp"});
  const fs::path probes = folder.path() / "_probe";
  fs::create_directory(probes);
  for (const char* name : {"old.zst", "new.zst"})
    std::ofstream(probes / name) << "x";
  fs::last_write_time(probes / "old.zst", std::time(nullptr) - 25 * 60 * 60);
  probe_directory(*files);
  EXPECT_EQ(files->list("_probe"), std::vector<std::string>{"new.zst"});
}

TEST(ProbeDirectoryTest, FileSystemThatCannotLinkIsRefused) {
  ForgetfulDisk disk;
  const auto faults = std::make_shared<FaultPlan>();
  const auto files = with_faults(disk.mount(), faults);
  faults->fail_every(FileCall::kLinkTemporary, EPERM);
  EXPECT_EQ(kind_thrown([&] { probe_directory(*files); }), ErrorKind::kStorage);
}

TEST(ProbeDirectoryTest, NothingIsStagedWhereALinkReplaces) {
  const auto backend = make_directory_backend(std::make_unique<ReplacingFileSystem>());
  EXPECT_EQ(kind_thrown([&] { backend->stage(); }), ErrorKind::kStorage);
  EXPECT_EQ(kind_thrown([&] { backend->stage(); }), ErrorKind::kStorage);
}

TEST(ProbeDirectoryTest, FileSystemThatReplacesIsRefused) {
  ReplacingFileSystem files;
  EXPECT_EQ(kind_thrown([&] { probe_directory(files); }), ErrorKind::kStorage);
}

}  // namespace
}  // namespace walstow
