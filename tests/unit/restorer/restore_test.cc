#include "restorer/restore.h"

#include <gtest/gtest.h>

#include "proto/pgdata/spool_folder.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

using fixture::kSegment;
using fixture::ScriptedStore;

const SpoolOwner kStoreKey{"/mnt/archive", "main", samples::kSystem1Mb};
constexpr const char* kHistoryName = "00000002.history";

// Long enough never to end in a test; the pause so short that asking again costs nothing.
constexpr Duration kForEver{3'600'000};
constexpr RestoreWaits kPatient{.standby = kForEver,
                                .recovery = kForEver,
                                .tool = kForEver,
                                .failure_memory = kForEver,
                                .ask_again_pause = Duration(1)};

class RestoreTest : public testing::Test {
 protected:
  int run(RecoveryMode mode, ScriptedStore& store, std::string_view name = kSegment) {
    RestoreJob job{.mode = mode,
                   .get = {.cluster = "main",
                           .file = fixture::name_of(name),
                           .system_identifier = samples::kSystem1Mb,
                           .request_id = {},
                           .instance = instance_,
                           .restartpoint = restartpoint_},
                   .own_timeline = own_timeline_,
                   .path = "pg_wal/RECOVERYXLOG",
                   .target = {.folder = *files_, .name = "RECOVERYXLOG"},
                   .spool = mode == RecoveryMode::kTool ? nullptr : &spool_,
                   .abandoned = abandoned_};
    return restore(job, waits_, store);
  }
  int recovery(ScriptedStore& store, std::string_view name = kSegment) {
    return run(RecoveryMode::kRecovery, store, name);
  }
  int standby(ScriptedStore& store, std::string_view name = kSegment) {
    return run(RecoveryMode::kStandby, store, name);
  }
  bool placed() { return files_->status("RECOVERYXLOG").has_value(); }
  // A history file that was restored before, by another call.
  void keep_history() {
    ScriptedStore store;
    ASSERT_EQ(recovery(store.then_file(std::string(fixture::kHistory)), kHistoryName), 0);
    files_->remove("RECOVERYXLOG");
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
  Spool spool_{*files_, kStoreKey};
  RestoreWaits waits_ = kPatient;
  std::function<bool()> abandoned_;
  std::optional<Timeline> own_timeline_;
  std::optional<Instance> instance_;
  std::optional<WalFileName> restartpoint_;
};

TEST_F(RestoreTest, ExitsZeroWithTheFileInItsPlace) {
  for (const RecoveryMode mode :
       {RecoveryMode::kStandby, RecoveryMode::kRecovery, RecoveryMode::kTool}) {
    ScriptedStore store;
    EXPECT_EQ(run(mode, store.then_file(fixture::segment_1mb())), 0);
    EXPECT_TRUE(files_->remove("RECOVERYXLOG"));
  }
}

// Files of timeline 2 are in the archive, its history is not.
TEST_F(RestoreTest, AMissingHistoryIsNoEndButForTheServersOwnTimeline) {
  waits_.recovery = Duration(1);
  for (const std::uint32_t own : {1U, 2U}) {
    own_timeline_ = Timeline{own};
    ScriptedStore store;
    EXPECT_EQ(recovery(store.then_absent(Code::kHistoryMissing), kHistoryName), own == 2 ? 1 : 201);
    ScriptedStore of_segment;
    EXPECT_EQ(recovery(of_segment.then_absent(Code::kHistoryMissing)), 201);
  }
}

TEST_F(RestoreTest, AsksUntilAHoleIsFilledUnderRecoverySignal) {
  ScriptedStore store;
  store.then_absent(Code::kHole).then_absent(Code::kHole).then_file(fixture::segment_1mb());
  EXPECT_EQ(recovery(store), 0);
  EXPECT_EQ(store.asked().size(), 3);
  EXPECT_TRUE(placed());
}

TEST_F(RestoreTest, AsksUntilDamageIsMendedUnderRecoverySignal) {
  ScriptedStore store;
  store.then_error(ErrorKind::kDamaged)
      .then_error(ErrorKind::kRefused)
      .then_error(ErrorKind::kUnavailable)
      .then_file(fixture::segment_1mb());
  EXPECT_EQ(recovery(store), 0);
  EXPECT_EQ(store.asked().size(), 4);
}

TEST_F(RestoreTest, StopsTheServerWhenTheTimeIsUp) {
  waits_.recovery = Duration(0);
  ScriptedStore hole;
  EXPECT_EQ(recovery(hole.then_absent(Code::kHole)), 201);
  EXPECT_FALSE(placed());
  const std::pair<ErrorKind, int> cases[] = {{ErrorKind::kDamaged, 203},
                                             {ErrorKind::kUnavailable, 200},
                                             {ErrorKind::kRefused, 200},
                                             {ErrorKind::kStorage, 200}};
  for (const auto& [kind, exit_code] : cases) {
    ScriptedStore store;
    EXPECT_EQ(recovery(store.then_error(kind)), exit_code);
    EXPECT_FALSE(placed());
  }
}

TEST_F(RestoreTest, AProofEndsItAtOnce) {
  for (const RecoveryMode mode :
       {RecoveryMode::kStandby, RecoveryMode::kRecovery, RecoveryMode::kTool}) {
    for (const Code code : {Code::kAbsentEnd, Code::kAbsentBefore}) {
      ScriptedStore store;
      EXPECT_EQ(run(mode, store.then_absent(code)), 1);
      EXPECT_EQ(store.asked().size(), 1);
    }
  }
  ScriptedStore store;
  EXPECT_EQ(recovery(store.then_absent(Code::kPruned)), 202);
  EXPECT_EQ(store.asked().size(), 1);
}

TEST_F(RestoreTest, AHoleThatPgWalFillsIsAbsent) {
  write_durably(*files_, kSegment, fixture::segment_1mb());
  for (const RecoveryMode mode :
       {RecoveryMode::kStandby, RecoveryMode::kRecovery, RecoveryMode::kTool}) {
    for (const Code code : {Code::kHole, Code::kPruned}) {
      ScriptedStore store;
      EXPECT_EQ(run(mode, store.then_absent(code)), 1);
    }
  }
}

TEST_F(RestoreTest, AStandbyNeverWaitsForAHole) {
  for (const Code code : {Code::kHole, Code::kPruned}) {
    ScriptedStore store;
    EXPECT_EQ(standby(store.then_absent(code)), 1);
    EXPECT_EQ(store.asked().size(), 1);
  }
}

TEST_F(RestoreTest, AfterAFailureAStandbyFailsAtOnceForAWhile) {
  ScriptedStore store;
  store.then_error(ErrorKind::kTimeout);
  EXPECT_EQ(standby(store), 2);
  EXPECT_EQ(standby(store), 2);
  EXPECT_EQ(store.asked().size(), 1);
  waits_.failure_memory = Duration(0);
  EXPECT_EQ(standby(store), 2);
  EXPECT_EQ(store.asked().size(), 2);
}

TEST_F(RestoreTest, ARefusalIsNotRememberedAsAFailure) {
  ScriptedStore store;
  store.then_error(ErrorKind::kRefused).then_error(ErrorKind::kDamaged);
  EXPECT_EQ(standby(store), 2);
  EXPECT_EQ(standby(store), 2);
  EXPECT_EQ(store.asked().size(), 2);
}

TEST_F(RestoreTest, ARecoveryAndAToolAskThoughAStandbyWouldNot) {
  ScriptedStore silent;
  EXPECT_EQ(standby(silent.then_error(ErrorKind::kTimeout)), 2);
  for (const RecoveryMode mode : {RecoveryMode::kRecovery, RecoveryMode::kTool}) {
    ScriptedStore store;
    EXPECT_EQ(run(mode, store.then_file(fixture::segment_1mb())), 0);
  }
}

TEST_F(RestoreTest, AKeptHistoryAnswersInAnOutage) {
  keep_history();
  for (const RecoveryMode mode : {RecoveryMode::kStandby, RecoveryMode::kRecovery}) {
    for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kDamaged}) {
      ScriptedStore store;
      EXPECT_EQ(run(mode, store.then_error(kind), kHistoryName), 0);
      EXPECT_EQ(read_small_file(*files_, "RECOVERYXLOG", 1000), fixture::kHistory);
      EXPECT_TRUE(files_->remove("RECOVERYXLOG"));
    }
  }
  // By now the failure is remembered, and the store is not even asked.
  ScriptedStore nobody;
  EXPECT_EQ(standby(nobody, kHistoryName), 0);
  EXPECT_TRUE(placed());
}

TEST_F(RestoreTest, AKeptHistoryAnswersForNothingElse) {
  keep_history();
  waits_.recovery = Duration(0);
  ScriptedStore silent;
  silent.then_error(ErrorKind::kUnavailable);
  EXPECT_EQ(recovery(silent, "00000003.history"), 200);
  EXPECT_EQ(recovery(silent, kSegment), 200);
  ScriptedStore refusing;
  EXPECT_EQ(recovery(refusing.then_error(ErrorKind::kRefused), kHistoryName), 200);
  ScriptedStore other;
  EXPECT_EQ(recovery(other.then_absent(Code::kAbsentEnd, "another"), kHistoryName), 200);
  EXPECT_FALSE(placed());
}

TEST_F(RestoreTest, ADamagedKeptHistoryDoesNotAnswer) {
  keep_history();
  const std::string path = in_spool(std::string("history/") + fixture::kArchive + "-main-" +
                                    std::to_string(samples::kSystem1Mb) + "/00000002.history.zst");
  ASSERT_TRUE(files_->status(path));
  write_durably(*files_, path, "damaged");
  waits_.recovery = Duration(0);
  ScriptedStore silent;
  EXPECT_EQ(recovery(silent.then_error(ErrorKind::kUnavailable), kHistoryName), 200);
  EXPECT_FALSE(placed());
}

TEST_F(RestoreTest, AnArchiveThatTookThePlaceOfAnotherIsNotBelieved) {
  ScriptedStore store;
  EXPECT_EQ(standby(store.then_absent(Code::kAbsentEnd)), 1);
  ScriptedStore other;
  EXPECT_EQ(standby(other.then_absent(Code::kAbsentEnd, "another")), 2);
  files_->remove(in_spool("archive"));
  EXPECT_EQ(standby(other), 1);
}

TEST_F(RestoreTest, ARestartpointGoesAlongUntilItWasTold) {
  restartpoint_ = fixture::name_of(kSegment);
  instance_ = spool_.instance("");
  spool_.keep_restartpoint(*instance_, *restartpoint_);
  ScriptedStore store;
  store.then_error(ErrorKind::kRefused).then_absent(Code::kAbsentEnd);
  EXPECT_EQ(standby(store), 2);
  EXPECT_EQ(spool_.pending_restartpoint(*instance_), restartpoint_);
  EXPECT_EQ(standby(store), 1);
  EXPECT_EQ(store.asked().back().restartpoint, restartpoint_);
  EXPECT_FALSE(spool_.pending_restartpoint(*instance_));
}

TEST_F(RestoreTest, TheNextQuestionTellsWhichSegmentWasHandedOver) {
  const auto last_handed = [this] {
    instance_ = spool_.instance("");
    return instance_->last_handed;
  };
  EXPECT_EQ(last_handed(), std::nullopt);
  ScriptedStore absent;
  EXPECT_EQ(standby(absent.then_absent(Code::kAbsentEnd)), 1);
  EXPECT_EQ(last_handed(), std::nullopt);
  ScriptedStore store;
  store.then_file(fixture::segment_1mb()).then_file(std::string(fixture::kHistory));
  EXPECT_EQ(standby(store), 0);
  EXPECT_EQ(last_handed(), fixture::name_of(kSegment));
  EXPECT_EQ(standby(store, kHistoryName), 0);
  EXPECT_EQ(last_handed(), fixture::name_of(kSegment));
}

TEST_F(RestoreTest, AServerThatHasEndedGetsNothingAnyMore) {
  keep_history();
  abandoned_ = [] { return true; };
  ScriptedStore store;
  EXPECT_EQ(recovery(store.then_file(fixture::segment_1mb())), 200);
  ScriptedStore hole;
  EXPECT_EQ(recovery(hole.then_absent(Code::kHole)), 200);
  EXPECT_EQ(hole.asked().size(), 1);
  ScriptedStore silent;
  EXPECT_EQ(recovery(silent.then_error(ErrorKind::kUnavailable), kHistoryName), 200);
  EXPECT_FALSE(placed());
}

TEST_F(RestoreTest, AToolLeavesNoSpool) {
  ScriptedStore store;
  EXPECT_EQ(run(RecoveryMode::kTool, store.then_file(fixture::segment_1mb())), 0);
  EXPECT_FALSE(files_->status(std::string(kSpoolFolder)));
}

}  // namespace
}  // namespace walstow
