#include "restorer/file/restore_file.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/restorer_fixture.h"

namespace walstow {
namespace {

using fixture::kArchive;
using fixture::kSegment;
using fixture::ScriptedStore;

const Patience kOnce{.give_up = Deadline::after(Duration(0)), .on_failure = {}};

class RestoreFileTest : public testing::Test {
 protected:
  static Question question(std::string_view name = kSegment) {
    return {.get = {.cluster = "main",
                    .file = fixture::name_of(name),
                    .system_identifier = samples::kSystem1Mb,
                    .request_id = {},
                    .instance = {},
                    .restartpoint = {}},
            .known_archive = {},
            .object = {},
            .restart_object = {}};
  }
  Outcome restore(const Question& question, ScriptedStore& store) {
    return restore_file(question, {.folder = *files_, .name = "RECOVERYXLOG"}, store, kOnce);
  }
  std::optional<std::string> placed() {
    return read_small_file(*files_, "RECOVERYXLOG", 2 * fixture::kMegabyte);
  }

  ForgetfulDisk disk_;
  std::shared_ptr<FaultPlan> faults_ = std::make_shared<FaultPlan>();
  std::unique_ptr<FileSystem> files_ = with_faults(disk_.mount(), faults_);
};

TEST_F(RestoreFileTest, PlacesTheFile) {
  ScriptedStore store;
  const Outcome outcome = restore(question(), store.then_file(fixture::segment_1mb()));
  EXPECT_EQ(outcome.answer, StoreAnswer::kRestored);
  EXPECT_EQ(outcome.archive, kArchive);
  EXPECT_EQ(placed(), fixture::segment_1mb());
}

TEST_F(RestoreFileTest, StartsAgainWhenTheAttemptBroke) {
  ScriptedStore store;
  store.then([](const GetFile&, const GetSink& sink) -> GetDone {
    const std::string content(fixture::kHistory);
    sink.raw(as_bytes("rubbish of the first attempt, longer than the file that comes then"));
    sink.object(as_bytes("rubbish"));
    sink.restart();
    sink.raw(as_bytes(content));
    sink.object(as_bytes("object"));
    return Got{.header = fixture::header_of("00000002.history", content), .archive = kArchive};
  });
  std::string object;
  Question history = question("00000002.history");
  history.object = [&object](ByteView bytes) { object += as_text(bytes); };
  history.restart_object = [&object] { object.clear(); };
  EXPECT_EQ(restore(history, store).answer, StoreAnswer::kRestored);
  EXPECT_EQ(placed(), fixture::kHistory);
  EXPECT_EQ(object, "object");
}

TEST_F(RestoreFileTest, PlacesNothingThatIsNotTheFile) {
  const std::string segment = fixture::segment_1mb();
  std::string other_magic = segment;
  other_magic[0] = 0;
  std::string other_system = segment;
  other_system[24] = static_cast<char>(other_system[24] ^ 1);
  std::string other_address = segment;
  other_address[10] = '\x60';
  struct {
    std::string content;
    const char* message;
  } const cases[] = {
      {"", "it is not a WAL segment: it has 0 bytes, but its header alone takes 40"},
      {segment.substr(0, segment.size() - 1), "it has 1048575 bytes, but a segment has 1048576"},
      {segment + "x", "it has 1048577 bytes, but a segment has 1048576"},
      {other_magic,
       "it is not a WAL segment: page magic 0xD100 belongs to no PostgreSQL release from 9.3 to "
       "19"},
      {other_system,
       "its system identifier is 7711084896406890662, but the cluster's is "
       "7711084896406890663"},
      {other_address,
       "its first page has the address 0/600000, but according to its name it should have "
       "0/700000"},
  };
  for (const auto& test : cases) {
    ScriptedStore store;
    const Outcome outcome = restore(question(), store.then_file(test.content));
    EXPECT_EQ(outcome.answer, StoreAnswer::kDamaged);
    EXPECT_EQ(outcome.message, std::string("the store sent damaged data: ") + test.message);
    EXPECT_NE(outcome.hint, "");
    EXPECT_FALSE(placed()) << test.message;
  }
}

TEST_F(RestoreFileTest, PlacesNothingThatCameIncomplete) {
  const std::pair<const char*, std::string> files[] = {
      {kSegment, fixture::segment_1mb()}, {"00000002.history", std::string(fixture::kHistory)}};
  for (const auto& [name, content] : files) {
    ScriptedStore store;
    store.then([&content = content](const GetFile& get, const GetSink& sink) -> GetDone {
      sink.raw(as_bytes(content).first(content.size() - 1));
      return Got{.header = fixture::header_of(get.file.text(), content), .archive = kArchive};
    });
    EXPECT_EQ(restore(question(name), store).answer, StoreAnswer::kDamaged) << name;
    EXPECT_FALSE(placed()) << name;
  }
}

TEST_F(RestoreFileTest, ASegmentOfAnotherSystemIsRefusedAlsoWhereTheStoreSaysItIsRight) {
  std::string other_system = fixture::segment_1mb();
  other_system[24] = static_cast<char>(other_system[24] ^ 1);
  Question any_system = question();
  any_system.get.system_identifier.reset();
  ScriptedStore store;
  EXPECT_EQ(restore(any_system, store.then_file(other_system)).answer, StoreAnswer::kDamaged);
  EXPECT_FALSE(placed());
}

TEST_F(RestoreFileTest, PassesAbsencesOn) {
  for (const auto& [code, answer] : {std::pair{Code::kAbsentEnd, StoreAnswer::kAbsentEnd},
                                     {Code::kAbsentBefore, StoreAnswer::kAbsentBefore},
                                     {Code::kHole, StoreAnswer::kHole},
                                     {Code::kPruned, StoreAnswer::kPruned},
                                     {Code::kUnknownCluster, StoreAnswer::kFailed}}) {
    ScriptedStore store;
    const Outcome outcome = restore(question(), store.then_absent(code));
    EXPECT_EQ(outcome.answer, answer);
    EXPECT_EQ(outcome.message, "not there");
    EXPECT_EQ(outcome.hint, "Put it there.");
    EXPECT_EQ(outcome.archive, kArchive);
    EXPECT_FALSE(placed());
  }
}

TEST_F(RestoreFileTest, TellsErrorsApart) {
  for (const auto& [kind, answer] : {std::pair{ErrorKind::kUnavailable, StoreAnswer::kUnreachable},
                                     {ErrorKind::kTimeout, StoreAnswer::kUnreachable},
                                     {ErrorKind::kDamaged, StoreAnswer::kDamaged},
                                     {ErrorKind::kRefused, StoreAnswer::kFailed},
                                     {ErrorKind::kInvalid, StoreAnswer::kFailed},
                                     {ErrorKind::kUsage, StoreAnswer::kFailed},
                                     {ErrorKind::kStorage, StoreAnswer::kFailed}}) {
    ScriptedStore store;
    const Outcome outcome = restore(question(), store.then_error(kind));
    EXPECT_EQ(outcome.answer, answer);
    EXPECT_EQ(outcome.message, "no answer");
    EXPECT_EQ(outcome.hint, "Ask again.");
  }
}

TEST_F(RestoreFileTest, AnotherArchiveCountsForNothing) {
  Question bound = question();
  bound.known_archive = KnownArchive{.id = "another", .remembered_in = "pg_wal/spool/archive"};
  for (const bool there : {true, false}) {
    ScriptedStore store;
    there ? store.then_file(fixture::segment_1mb()) : store.then_absent(Code::kAbsentEnd);
    const Outcome outcome = restore(bound, store);
    EXPECT_EQ(outcome.answer, StoreAnswer::kFailed);
    EXPECT_EQ(outcome.hint,
              "If the archive was replaced on purpose, remove file \"pg_wal/spool/archive\".");
    EXPECT_FALSE(placed());
  }
}

TEST_F(RestoreFileTest, NoRoomForTheFileIsUnknown) {
  for (const FileCall call : {FileCall::kCreateTemporary, FileCall::kWriteAt,
                              FileCall::kLinkTemporary, FileCall::kClose}) {
    faults_->stop_failing();
    faults_->fail_every(call, ENOSPC);
    ScriptedStore store;
    EXPECT_EQ(restore(question(), store.then_file(fixture::segment_1mb())).answer,
              StoreAnswer::kFailed);
    faults_->stop_failing();
    EXPECT_FALSE(placed()) << to_string(call);
  }
}

TEST_F(RestoreFileTest, ALocalCopyMustBeTheFileItself) {
  const auto local = [this](std::string_view name) {
    return find_local_copy(*files_, question(name).get);
  };
  EXPECT_EQ(local(kSegment), LocalCopy::kNone);
  write_durably(*files_, kSegment, fixture::segment_1mb());
  EXPECT_EQ(local(kSegment), LocalCopy::kGood);
  // A recycled segment: the right name, the header of its former life.
  write_durably(*files_, "000000010000000000000008", fixture::segment_1mb());
  EXPECT_EQ(local("000000010000000000000008"), LocalCopy::kNone);
  write_durably(*files_, kSegment, fixture::segment_1mb().substr(0, 1000));
  EXPECT_EQ(local(kSegment), LocalCopy::kNone);
  write_durably(*files_, kSegment, "");
  EXPECT_EQ(local(kSegment), LocalCopy::kNone);

  EXPECT_EQ(local("00000002.history"), LocalCopy::kNone);
  write_durably(*files_, "00000002.history", fixture::kHistory);
  EXPECT_EQ(local("00000002.history"), LocalCopy::kGood);
  write_durably(*files_, "00000002.history", "nonsense");
  EXPECT_EQ(local("00000002.history"), LocalCopy::kNone);

  write_durably(*files_, kSegment, fixture::segment_1mb());
  faults_->fail_every(FileCall::kReadAt, EIO);
  EXPECT_EQ(local(kSegment), LocalCopy::kNone);
}

}  // namespace
}  // namespace walstow
