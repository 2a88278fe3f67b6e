#include "restorer/spool/spool.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "proto/pgdata/spool_folder.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

const SpoolOwner kSpoolKey{.store = "/mnt/archive", .cluster = "main", .system_identifier = 1};
const Instance kInstance{.id = std::string(32, 'a')};
constexpr Duration kLongSilence{3'600'000};

class SpoolTest : public testing::Test {
 protected:
  Spool spool(const SpoolOwner& key = kSpoolKey) { return Spool(*files_, key); }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
};

TEST_F(SpoolTest, RemembersWhichArchiveAnswered) {
  EXPECT_FALSE(spool().known_archive());
  spool().remember_archive(fixture::kArchive);
  const auto known = spool().known_archive();
  ASSERT_TRUE(known);
  EXPECT_EQ(known->id, fixture::kArchive);
  EXPECT_EQ(known->remembered_in, files_->describe(in_spool("archive")));
}

TEST_F(SpoolTest, AnotherStoreClusterOrSystemIsAnotherMatter) {
  spool().remember_archive(fixture::kArchive);
  EXPECT_FALSE(spool({"/mnt/other", "main", 1}).known_archive());
  EXPECT_FALSE(spool({"/mnt/archive", "other", 1}).known_archive());
  EXPECT_FALSE(spool({"/mnt/archive", "main", 2}).known_archive());
}

TEST_F(SpoolTest, AnArchiveIdThatIsNoneIsNotRemembered) {
  for (const std::string& id :
       {std::string(), std::string("../.."), std::string("a b"), std::string(65, 'a')}) {
    spool().remember_archive(id);
    EXPECT_FALSE(spool().known_archive()) << id;
  }
}

TEST_F(SpoolTest, AFailureIsRememberedForAWhileAndForItsStoreOnly) {
  EXPECT_FALSE(spool().failed_lately(kLongSilence));
  spool().note_failure();
  EXPECT_TRUE(spool().failed_lately(kLongSilence));
  EXPECT_FALSE(spool().failed_lately(Duration(0)));
  EXPECT_FALSE(spool({"/mnt/other", "main", 1}).failed_lately(kLongSilence));
  EXPECT_FALSE(spool({"/mnt/archive", "other", 1}).failed_lately(kLongSilence));
}

TEST_F(SpoolTest, AFailureOfAnotherBootOrOfTheFutureDoesNotCount) {
  spool().note_failure();
  const SpoolRecord noted = read_record(*files_, "failure").value();
  for (const auto& [name, value] :
       {std::pair{"boot", "another"}, {"ms", "99999999999999"}, {"ms", "x"}}) {
    SpoolRecord changed = noted;
    changed[name] = value;
    write_record(*files_, "failure", changed);
    EXPECT_FALSE(spool().failed_lately(kLongSilence)) << name << " " << value;
  }
}

TEST_F(SpoolTest, ARestartpointIsKeptUntilItWasTold) {
  const WalFileName older = fixture::name_of("000000010000000000000003");
  const WalFileName newer = fixture::name_of("000000010000000000000004");
  EXPECT_FALSE(spool().pending_restartpoint(kInstance));
  spool().keep_restartpoint(kInstance, older);
  EXPECT_EQ(spool().pending_restartpoint(kInstance), older);
  spool().keep_restartpoint(kInstance, newer);
  spool().forget_restartpoint(kInstance, older);  // told, while the newer one was kept
  EXPECT_EQ(spool().pending_restartpoint(kInstance), newer);
  spool().forget_restartpoint(kInstance, newer);
  EXPECT_FALSE(spool().pending_restartpoint(kInstance));
}

TEST_F(SpoolTest, ARestartpointOfTheOriginalIsNotItsCopys) {
  spool().keep_restartpoint(kInstance, fixture::name_of(fixture::kSegment));
  EXPECT_FALSE(spool().pending_restartpoint({.id = std::string(32, 'b')}));
}

TEST_F(SpoolTest, ARestartpointThatIsNoSegmentDoesNotCount) {
  write_record(*files_, "restartpoint",
               {{"instance", kInstance.id}, {"segment", "00000002.history"}});
  EXPECT_FALSE(spool().pending_restartpoint(kInstance));
  write_record(*files_, "restartpoint", {{"instance", kInstance.id}, {"other", "x"}});
  EXPECT_FALSE(spool().pending_restartpoint(kInstance));
}

TEST_F(SpoolTest, NotesWhatWasRestoredOnlyForAServerThatArchivesIt) {
  const WalFileName segment = WalFileName::parse("000000010000000000000007").value();
  write_durably(*files_, "RECOVERYXLOG", "content");
  spool().remember_archive(fixture::kArchive);
  spool().note_restored(segment, "RECOVERYXLOG");
  ArchivedMarks marks(*files_, kSpoolKey, ArchivedMarks::Kind::kRestored);
  const auto is_noted = [&] { return marks.has(segment, *files_->status("RECOVERYXLOG")); };
  EXPECT_EQ(files_->list(in_spool("restored")), std::nullopt);
  // walstow-archive has had an answer, from whichever archive.
  marks.answered_by(std::string(32, 'f'));
  EXPECT_FALSE(is_noted());
  spool().note_restored(segment, "RECOVERYXLOG");
  EXPECT_TRUE(is_noted());
}

TEST_F(SpoolTest, GoesOnWithoutWhenNothingCanBeWritten) {
  const auto faults = std::make_shared<FaultPlan>();
  const auto broken = with_faults(disk_.mount(), faults);
  for (const FileCall call : {FileCall::kMakeFolder, FileCall::kCreateTemporary, FileCall::kLock,
                              FileCall::kReplaceByTemporary, FileCall::kOpenOrCreate}) {
    faults->fail_every(call, EROFS);
  }
  Spool spool(*broken, kSpoolKey);
  EXPECT_FALSE(spool.instance(""));
  spool.note_handed(kInstance, fixture::name_of(fixture::kSegment));
  spool.remember_archive(fixture::kArchive);
  spool.note_failure();
  spool.keep_restartpoint(kInstance, fixture::name_of(fixture::kSegment));
  spool.keep_history(fixture::kArchive, fixture::name_of("00000002.history"), "object");
  EXPECT_FALSE(spool.known_archive());
  EXPECT_FALSE(spool.failed_lately(kLongSilence));
  EXPECT_FALSE(spool.pending_restartpoint(kInstance));
  EXPECT_FALSE(spool.find_history(fixture::name_of("00000002.history")));
}

}  // namespace
}  // namespace walstow
