#include "proto/pgdata/archived_marks.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace walstow {
namespace {

constexpr const char* kMarkedArchive = "0123456789abcdef0123456789abcdef";
constexpr const char* kOtherArchive = "fedcba9876543210fedcba9876543210";
const SpoolOwner kOwner{.store = "/mnt/archive", .cluster = "main", .system_identifier = 12};

class ArchivedMarksTest : public testing::Test {
 protected:
  ArchivedMarksTest() {
    write_durably(*files_, name_.text(), "content");
    marks_.answered_by(kMarkedArchive);
  }

  FileStatus status() { return files_->status(name_.text()).value(); }
  bool found_by(const SpoolOwner& owner) {
    return ArchivedMarks(*files_, owner, ArchivedMarks::Kind::kAhead).has(name_, status());
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> files_ = open_wal_folder(folder_.path().string());
  WalFileName name_ = WalFileName::parse("000000010000000000000007").value();
  WalFileName other_ = WalFileName::parse("000000010000000000000008").value();
  ArchivedMarks marks_{*files_, kOwner, ArchivedMarks::Kind::kAhead};
};

TEST_F(ArchivedMarksTest, CountsForTheSameFileInLaterCalls) {
  EXPECT_FALSE(marks_.has(name_, status()));
  marks_.add(name_, status(), kMarkedArchive);
  EXPECT_TRUE(marks_.has(name_, status()));
  EXPECT_TRUE(found_by(kOwner));
  EXPECT_FALSE(marks_.has(other_, status()));
}

TEST_F(ArchivedMarksTest, IsVoidForAnyDifferenceOfTheFile) {
  marks_.add(name_, status(), kMarkedArchive);
  using std::chrono::nanoseconds;
  for (const auto& change : std::vector<std::function<void(FileStatus&)>>{
           [](FileStatus& file) { ++file.device; }, [](FileStatus& file) { ++file.inode; },
           [](FileStatus& file) { ++file.size; },
           [](FileStatus& file) { file.modified += nanoseconds(1); },
           [](FileStatus& file) { file.changed += nanoseconds(1); }}) {
    FileStatus changed = status();
    change(changed);
    EXPECT_FALSE(marks_.has(name_, changed));
  }
}

TEST_F(ArchivedMarksTest, IsVoidOnceTheFileWasWrittenAgain) {
  marks_.add(name_, status(), kMarkedArchive);
  write_durably(*files_, name_.text(), "content");
  EXPECT_FALSE(marks_.has(name_, status()));
}

TEST_F(ArchivedMarksTest, IsOfOneOwner) {
  marks_.add(name_, status(), kMarkedArchive);
  EXPECT_FALSE(found_by({.store = "/mnt/other", .cluster = "main", .system_identifier = 12}));
  EXPECT_FALSE(found_by({.store = "/mnt/archive", .cluster = "other", .system_identifier = 12}));
  EXPECT_FALSE(found_by({.store = "/mnt/archive", .cluster = "main", .system_identifier = 13}));
}

TEST_F(ArchivedMarksTest, IsVoidOnceAnotherArchiveHasAnswered) {
  marks_.add(name_, status(), kMarkedArchive);
  marks_.answered_by(kOtherArchive);
  EXPECT_FALSE(marks_.has(name_, status()));
  marks_.add(name_, status(), kOtherArchive);
  EXPECT_TRUE(marks_.has(name_, status()));
}

TEST_F(ArchivedMarksTest, IsOfOneBoot) {
  marks_.add(name_, status(), kMarkedArchive);
  const std::string path = "archived/" + name_.text();
  SpoolRecord record = read_record(*files_, path).value();
  EXPECT_FALSE(record.at("boot").empty());
  record["boot"] = "another";
  write_record(*files_, path, record);
  EXPECT_FALSE(marks_.has(name_, status()));
}

TEST_F(ArchivedMarksTest, IsNotMadeForAFileThatHasChangedMeanwhile) {
  const FileStatus before = status();
  write_durably(*files_, name_.text(), "content");
  marks_.add(name_, before, kMarkedArchive);
  EXPECT_FALSE(marks_.has(name_, before));
  files_->remove(name_.text());
  marks_.add(name_, before, kMarkedArchive);
  EXPECT_FALSE(marks_.has(name_, before));
}

TEST_F(ArchivedMarksTest, TornRecordIsNone) {
  marks_.add(name_, status(), kMarkedArchive);
  const std::string path = in_spool("archived/" + name_.text());
  const std::string whole = read_small_file(*files_, path, 4096).value();
  for (std::size_t size = 0; size < whole.size() - 1; ++size) {
    write_durably(*files_, path, whole.substr(0, size));
    EXPECT_FALSE(marks_.has(name_, status())) << size;
  }
  // The last byte is the line's end.
  write_durably(*files_, path, whole.substr(0, whole.size() - 1));
  EXPECT_TRUE(marks_.has(name_, status()));
}

TEST_F(ArchivedMarksTest, KeepsThoseThatAreWaitedFor) {
  write_durably(*files_, other_.text(), "content");
  const FileStatus other = files_->status(other_.text()).value();
  marks_.add(name_, status(), kMarkedArchive);
  marks_.add(other_, other, kMarkedArchive);
  marks_.keep_only({other_});
  EXPECT_FALSE(marks_.has(name_, status()));
  EXPECT_TRUE(marks_.has(other_, other));
  marks_.keep_only({});
  EXPECT_EQ(files_->list(in_spool("archived")), std::vector<std::string>{"archive"});
}

TEST_F(ArchivedMarksTest, TroubleMakesNoMarkAndNoError) {
  marks_.add(name_, status(), kMarkedArchive);
  const FileStatus file = status();
  for (const FileCall call : {FileCall::kOpenFile, FileCall::kReadAt}) {
    const auto faults = std::make_shared<FaultPlan>();
    const auto failing = with_faults(open_wal_folder(folder_.path().string()), faults);
    ArchivedMarks marks(*failing, kOwner, ArchivedMarks::Kind::kAhead);
    faults->fail_every(call, EIO);
    EXPECT_FALSE(marks.has(name_, file)) << to_string(call);
  }
  marks_.keep_only({});
  for (const FileCall call : {FileCall::kCreateTemporary, FileCall::kWriteAt,
                              FileCall::kReplaceByTemporary, FileCall::kClose}) {
    const auto faults = std::make_shared<FaultPlan>();
    const auto failing = with_faults(open_wal_folder(folder_.path().string()), faults);
    ArchivedMarks marks(*failing, kOwner, ArchivedMarks::Kind::kAhead);
    faults->fail_every(call, ENOSPC);
    marks.add(name_, file, kMarkedArchive);
    marks.answered_by(kOtherArchive);
    EXPECT_GT(faults->failures(), 0) << to_string(call);
  }
}

// A segment that walstow-restore has placed under PostgreSQL's temporary name.
class RestoredMarksTest : public testing::Test {
 protected:
  RestoredMarksTest() { write_durably(*files_, kPath, "content"); }

  // PostgreSQL keeps the file under its name.
  FileStatus kept() {
    files_->rename(kPath, name_.text());
    return files_->status(name_.text()).value();
  }
  void restore() {
    marks_.answered_by(kMarkedArchive);
    marks_.add_restored(name_, kPath, kMarkedArchive);
  }

  static constexpr const char* kPath = "RECOVERYXLOG";
  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> files_ = open_wal_folder(folder_.path().string());
  WalFileName name_ = WalFileName::parse("000000010000000000000007").value();
  WalFileName later_ = WalFileName::parse("000000010000000000000008").value();
  ArchivedMarks marks_{*files_, kOwner, ArchivedMarks::Kind::kRestored};
};

TEST_F(RestoredMarksTest, CountsUnderTheNameThatPostgresqlGivesIt) {
  restore();
  const FileStatus file = kept();
  EXPECT_TRUE(marks_.has(name_, file));
  EXPECT_FALSE(marks_.has(later_, file));
  EXPECT_FALSE(ArchivedMarks(*files_, kOwner, ArchivedMarks::Kind::kAhead).has(name_, file));
}

TEST_F(RestoredMarksTest, IsVoidOnceTheFileWasWrittenEvenInTheSameClockTick) {
  restore();
  kept();
  const auto file = files_->open_or_create(name_.text());
  file->write_at(0, as_bytes("C"));
  EXPECT_FALSE(marks_.has(name_, file->status()));
}

TEST_F(RestoredMarksTest, IsVoidForAnotherFileUnderTheName) {
  restore();
  kept();
  write_durably(*files_, name_.text(), "content");
  EXPECT_FALSE(marks_.has(name_, files_->status(name_.text()).value()));
}

TEST_F(RestoredMarksTest, IsVoidOnceAnotherArchiveHasAnswered) {
  restore();
  const FileStatus file = kept();
  marks_.answered_by(kOtherArchive);
  EXPECT_FALSE(marks_.has(name_, file));
}

TEST_F(RestoredMarksTest, IsInUseOnceAnArchiveHasAnswered) {
  EXPECT_FALSE(marks_.in_use());
  marks_.answered_by(kMarkedArchive);
  EXPECT_TRUE(marks_.in_use());
}

TEST_F(RestoredMarksTest, ForgetsWhatWasArchived) {
  restore();
  const FileStatus file = kept();
  marks_.forget_until(WalFileName::parse("000000010000000000000006").value());
  EXPECT_TRUE(marks_.has(name_, file));
  marks_.forget_until(name_);
  EXPECT_FALSE(marks_.has(name_, file));
  EXPECT_TRUE(marks_.in_use());
}

TEST(ChangesWouldShowTest, NotRightAfterAChange) {
  const std::chrono::system_clock::time_point now{std::chrono::hours(1)};
  using std::chrono::milliseconds;
  const auto shows = [&](milliseconds modified, milliseconds changed) {
    FileStatus file;
    file.modified = now - modified;
    file.changed = now - changed;
    return changes_would_show(file, now);
  };
  EXPECT_TRUE(shows(milliseconds(101), milliseconds(101)));
  EXPECT_FALSE(shows(milliseconds(101), milliseconds(100)));
  EXPECT_FALSE(shows(milliseconds(100), milliseconds(101)));
  // A clock that was set back, or another host's.
  EXPECT_FALSE(shows(milliseconds(-1), milliseconds(101)));
  EXPECT_FALSE(shows(milliseconds(101), milliseconds(-1)));
}

}  // namespace
}  // namespace walstow
