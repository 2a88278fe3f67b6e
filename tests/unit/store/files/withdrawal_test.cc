#include "store/files/withdrawal.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <utility>

#include "proto/wire/report.h"
#include "store/archive/layout.h"
#include "store/inventory/withdrawn_records.h"
#include "tests/support/colliding_content.h"
#include "tests/support/thrown.h"
#include "tests/support/wal_writer.h"
#include "tests/unit/store/files/withdrawal_fixture.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::string kFar = "0000000100000000000000FF";

class WithdrawalTest : public WithdrawalFixture {};

TEST_F(WithdrawalTest, MadeUpHistoryIsTakenBack) {
  ASSERT_EQ(put(kSegment).status, 201);
  ASSERT_EQ(put(kHistory, kMadeUp).status, 201);
  EXPECT_EQ(code_of(get("000000010000000000000003")), "hole");
  ASSERT_EQ(listed(kHistory).size(), 1U);
  EXPECT_EQ(listed(kHistory)[0].state, "standing");
  EXPECT_EQ(listed(kHistory)[0].client, "tester");

  const Response done = withdraw(kHistory, kMadeUp);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(parse_withdrawn_page(done.body).files.at(0).state, "withdrawn");
  EXPECT_EQ(code_of(get(kHistory)), "absent-end");
  EXPECT_EQ(code_of(get("000000010000000000000003")), "absent-end");
  EXPECT_EQ(copies_aside(), 1U);
  EXPECT_EQ(listed().size(), 1U);
  EXPECT_EQ(listed()[0].reason, "no part of this log");

  // The same again is refused, another one takes the name.
  const Response again = put(kHistory, kMadeUp);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code_of(again), "withdrawn");
  EXPECT_NE(again.body.find("no part of this log"), std::string::npos);
  EXPECT_EQ(copies_aside(), 1U) << "a put that is refused leaves nothing";
  const std::string real = "1\t0/2000028\tno recovery target specified\n";
  EXPECT_EQ(put(kHistory, real).status, 201);
  EXPECT_EQ(get(kHistory).body, real);
}

TEST_F(WithdrawalTest, SegmentFarAheadIsTakenBack) {
  ASSERT_EQ(put(kSegment).status, 201);
  ASSERT_EQ(put(kFar).status, 201);
  EXPECT_EQ(code_of(get("000000010000000000000003")), "hole");
  ASSERT_EQ(withdraw(kFar, segment_content(kFar)).status, 200);
  EXPECT_EQ(code_of(get("000000010000000000000003")), "absent-end");
  EXPECT_EQ(code_of(put(kFar)), "withdrawn");
  EXPECT_EQ(put(kFar, segment_content(kFar, 'o')).status, 201);
}

TEST_F(WithdrawalTest, SaysWhetherTheLogGoesOnBehind) {
  put(kSegment);
  put("000000010000000000000003");
  EXPECT_TRUE(listed(kSegment).at(0).followed);
  EXPECT_FALSE(listed("000000010000000000000003").at(0).followed);
}

TEST_F(WithdrawalTest, OnlyThatContentIsTaken) {
  put(kHistory, kMadeUp);
  EXPECT_EQ(code_of(withdraw(kHistory, "1\t0/4000028\ty\n")), "no-such-content");
  EXPECT_EQ(code_of(withdraw("00000003.history", kMadeUp)), "no-such-content");
  EXPECT_EQ(get(kHistory).status, 200);
  EXPECT_TRUE(listed().empty());
}

TEST_F(WithdrawalTest, DoneAgainItIsTheSame) {
  put(kHistory, kMadeUp);
  ASSERT_EQ(withdraw(kHistory, kMadeUp).status, 200);
  ASSERT_EQ(ask(WithdrawFile{"main", kHistory, digest_of(kMadeUp), "another reason"}).status, 200);
  ASSERT_EQ(listed().size(), 1U);
  EXPECT_EQ(listed()[0].reason, "no part of this log");
  EXPECT_EQ(copies_aside(), 1U);
}

TEST_F(WithdrawalTest, MistakeIsUndone) {
  put(kSegment);
  put("000000010000000000000003");
  ASSERT_EQ(withdraw(kSegment, segment_content(kSegment)).status, 200);
  EXPECT_EQ(code_of(get(kSegment)), "hole");
  const Response back = undo(kSegment, segment_content(kSegment));
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(parse_withdrawn_page(back.body).files.at(0).state, "standing");
  EXPECT_EQ(get(kSegment).body, segment_content(kSegment));
  EXPECT_TRUE(listed().empty());
  EXPECT_EQ(copies_aside(), 1U) << "a put that is under way may rely on it";
  EXPECT_EQ(put(kSegment).status, 200);
  EXPECT_EQ(code_of(undo(kSegment, segment_content(kSegment))), "no-such-record");
}

TEST_F(WithdrawalTest, UndoTakesNoNameFromAnotherContent) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  const std::string real = "1\t0/2000028\tno recovery target specified\n";
  ASSERT_EQ(put(kHistory, real).status, 201);
  EXPECT_EQ(code_of(undo(kHistory, kMadeUp)), "other-content");
  EXPECT_EQ(get(kHistory).body, real);
  EXPECT_EQ(code_of(put(kHistory, kMadeUp)), "withdrawn") << "nothing has changed";
  ASSERT_EQ(withdraw(kHistory, real).status, 200);
  ASSERT_EQ(undo(kHistory, kMadeUp).status, 200);
  EXPECT_EQ(get(kHistory).body, kMadeUp);
}

TEST_F(WithdrawalTest, UndoWithoutTheObjectLetsItBePutAgain) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  fs::remove_all(archive_folder / "_aside");
  const Response back = undo(kHistory, kMadeUp);
  ASSERT_EQ(back.status, 200);
  EXPECT_EQ(parse_withdrawn_page(back.body).files.at(0).state, "lost");
  EXPECT_EQ(put(kHistory, kMadeUp).status, 201);
}

TEST_F(WithdrawalTest, PurgedItIsGoneAndRefusedAllTheSame) {
  const PurgeFile purge{"main", kHistory, digest_of(kMadeUp)};
  put(kHistory, kMadeUp);
  EXPECT_EQ(code_of(ask(purge)), "no-such-record") << "it was not withdrawn";
  EXPECT_EQ(get(kHistory).status, 200);
  withdraw(kHistory, kMadeUp);
  ASSERT_EQ(copies_aside(), 1U);
  const Response done = ask(purge);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(parse_withdrawn_page(done.body).files.at(0).state, "purged");
  EXPECT_EQ(copies_aside(), 0U);
  EXPECT_EQ(ask(purge).status, 200) << "done already";
  EXPECT_EQ(code_of(put(kHistory, kMadeUp)), "withdrawn");
  EXPECT_EQ(listed().at(0).state, "purged");
  EXPECT_EQ(listed().at(0).reason, "no part of this log");
  EXPECT_EQ(parse_withdrawn_page(undo(kHistory, kMadeUp).body).files.at(0).state, "lost");
  EXPECT_EQ(put(kHistory, kMadeUp).status, 201);
}

TEST_F(WithdrawalTest, NothingIsPurgedOfWhatIsWithdrawnInPart) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  damage_record();
  EXPECT_EQ(code_of(ask(PurgeFile{"main", kHistory, digest_of(kMadeUp)})), "damaged");
  EXPECT_EQ(copies_aside(), 1U);
}

// A damaged object was repaired once, and what it was lies beside the copies.
TEST_F(WithdrawalTest, ADamagedObjectAsideHindersNobody) {
  put(kSegment);
  const std::string content = segment_content(kSegment);
  fs::resize_file(object_path(kSegment), fs::file_size(object_path(kSegment)) - 1);
  ASSERT_EQ(put(kSegment).status, 201) << "it is replaced";
  ASSERT_EQ(copies_aside(), 1U);
  EXPECT_EQ(withdraw(kSegment, content).status, 200);
  EXPECT_EQ(withdraw(kSegment, content).status, 200);
  EXPECT_EQ(undo(kSegment, content).status, 200);
  EXPECT_EQ(get(kSegment).body, content);
  EXPECT_TRUE(listed().empty());
}

// An attacker's put of other bytes with the same digest was under way, and has won the name.
TEST_F(WithdrawalTest, ASecondContentOfOneDigestIsWithdrawnAfterAPurge) {
  const std::string content = segment_content(kSegment);
  const std::string other = samples::with_same_digest(content, 500'000);
  ASSERT_EQ(digest_of(other), digest_of(content));
  ASSERT_EQ(put(kSegment, content).status, 201);
  caller.name = "attacker";
  HandlerResult result = handler.handle(to_request(put_of(kSegment, other)), caller);
  const auto upload = std::move(std::get<std::unique_ptr<Upload>>(result));
  caller.name = "tester";
  ASSERT_EQ(withdraw(kSegment, content).status, 200);
  upload->write(as_bytes(other));
  EXPECT_THROW(upload->finish(), Error);
  ASSERT_EQ(get(kSegment).body, other);
  EXPECT_NE(withdraw(kSegment, other).status, 200) << "the copy of the first has its place";
  ASSERT_EQ(ask(PurgeFile{"main", kSegment, digest_of(content)}).status, 200);
  EXPECT_EQ(withdraw(kSegment, other).status, 200);
  EXPECT_NE(get(kSegment).status, 200);
  EXPECT_EQ(copies_aside(), 1U);
}

TEST_F(WithdrawalTest, PurgeOfOneContentLeavesTheOther) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  const std::string other = "1\t0/5000028\tz\n";
  put(kHistory, other);
  withdraw(kHistory, other);
  ASSERT_EQ(ask(PurgeFile{"main", kHistory, digest_of(kMadeUp)}).status, 200);
  EXPECT_EQ(copies_aside(), 1U);
  EXPECT_EQ(undo(kHistory, other).status, 200);
  EXPECT_EQ(get(kHistory).body, other);
}

TEST_F(WithdrawalTest, PartialsAndPiecesAsAListNamesThem) {
  const std::string older = WalWriter("000000010000000000000001").fill('o').content();
  const std::string piece = WalWriter(kSegment, older).records(20, 400).content();
  const std::string partial_name = kSegment + ".partial";
  ASSERT_EQ(put(partial_name, segment_content(kSegment)).status, 201);
  ASSERT_EQ(put(kSegment, piece).status, 201);
  const auto files =
      parse_file_page(ask(ListFiles{.cluster = "main", .after = "", .range = {}}).body).files;
  ASSERT_EQ(files.size(), 2U);
  for (const FileEntry& file : files) {
    ASSERT_EQ(listed(file.name).size(), 1U) << file.name;
    const Digest digest = *parse_digest(listed(file.name)[0].digest);
    EXPECT_EQ(ask(WithdrawFile{"main", file.name, digest, "why"}).status, 200) << file.name;
  }
  EXPECT_EQ(code_of(put(partial_name, segment_content(kSegment))), "withdrawn");
  EXPECT_EQ(code_of(put(kSegment, piece)), "withdrawn");
  EXPECT_EQ(put(kSegment).status, 201);
}

TEST_F(WithdrawalTest, DecisionDoesNotBringItBack) {
  put(kHistory, kMadeUp);
  const std::string other = "1\t0/5000028\tz\n";
  ASSERT_EQ(code_of(put(kHistory, other)), "other-content");
  const std::string digits = to_string(digest_of(kMadeUp)).substr(0, 12);
  ASSERT_EQ(withdraw(kHistory, kMadeUp).status, 200);
  EXPECT_EQ(code_of(ask(AcceptContent{"main", file_named(kHistory), digits})), "withdrawn");
  // The one that waits for the name gets it.
  EXPECT_EQ(put(kHistory, other).status, 201);
}

TEST_F(WithdrawalTest, StatusNamesTheNewest) {
  put(kHistory, kMadeUp);
  EXPECT_EQ(era_of_status().withdrawn, 0U);
  withdraw(kHistory, kMadeUp);
  const EraReport era = era_of_status();
  EXPECT_EQ(era.withdrawn, 1U);
  ASSERT_EQ(era.withdrawn_files.size(), 1U);
  EXPECT_EQ(era.withdrawn_files[0].name, kHistory);
  EXPECT_EQ(era.withdrawn_files[0].state, "withdrawn");
  EXPECT_TRUE(era.missing_histories.empty());
}

TEST_F(WithdrawalTest, RecordThatCannotBeReadIsNamedAndRefuses) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  damage_record();
  EXPECT_EQ(put(kHistory, kMadeUp).status, 500);
  const auto report = parse_cluster_report(ask(ClusterStatus{"main"}).body);
  EXPECT_EQ(report.eras[0].withdrawn, 1U);
  ASSERT_EQ(report.damaged.size(), 1U);
}

TEST_F(WithdrawalTest, RecordThatCannotBeReadIsListedAndMadeAnew) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  damage_record();
  for (const std::string& name : {std::string(), kHistory}) {
    const auto files = listed(name);
    ASSERT_EQ(files.size(), 1U) << name;
    EXPECT_EQ(files[0].state, "unreadable");
    EXPECT_EQ(files[0].name, kHistory);
    EXPECT_EQ(files[0].digest, to_string(digest_of(kMadeUp)));
  }
  const Response done = withdraw(kHistory, kMadeUp);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(parse_withdrawn_page(done.body).files.at(0).client, "tester");
  EXPECT_EQ(listed().at(0).state, "withdrawn");
  EXPECT_EQ(code_of(put(kHistory, kMadeUp)), "withdrawn");
  EXPECT_EQ(copies_aside(), 1U);
}

TEST_F(WithdrawalTest, RecordThatCannotBeReadIsTakenBack) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  damage_record();
  const Response back = undo(kHistory, kMadeUp);
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(parse_withdrawn_page(back.body).files.at(0).state, "standing");
  EXPECT_EQ(get(kHistory).body, kMadeUp);
  EXPECT_TRUE(listed().empty());

  withdraw(kHistory, kMadeUp);
  damage_record();
  fs::remove_all(archive_folder / "_aside");
  EXPECT_EQ(code_of(withdraw(kHistory, kMadeUp)), "no-such-content") << "nothing tells what it was";
  ASSERT_EQ(undo(kHistory, kMadeUp).status, 200);
  EXPECT_EQ(put(kHistory, kMadeUp).status, 201);
}

// A crash came between the object's way below "_aside" and the end of its second copy.
TEST_F(WithdrawalTest, DoneAgainItLeavesOneCopy) {
  put(kHistory, kMadeUp);
  withdraw(kHistory, kMadeUp);
  const std::string copy = *keys("_aside/").begin();
  const std::string twin = copy.substr(0, copy.rfind('.')) + ".0a1b2c3d";
  fs::copy_file(archive_folder / copy, archive_folder / twin);
  ASSERT_EQ(copies_aside(), 2U);
  ASSERT_EQ(withdraw(kHistory, kMadeUp).status, 200);
  EXPECT_EQ(keys("_aside/"), std::set{copy});
}

// One content that exists both as the segment and as a piece of it.
TEST_F(WithdrawalTest, PieceAndSegmentOfOneContentAreTwo) {
  const std::string older = WalWriter("000000010000000000000001").fill('o').content();
  const std::string content = WalWriter(kSegment, older).records(20, 400).content();
  const Digest digest = digest_of(content);
  ASSERT_EQ(put(kSegment, content).status, 201);
  const std::string piece = layout::incomplete_name(file_named(kSegment), digest);
  fs::copy_file(object_path(piece), object_path(kSegment));
  for (const std::string& name : {kSegment, piece})
    ASSERT_EQ(ask(WithdrawFile{"main", name, digest, "of " + name}).status, 200) << name;
  ASSERT_EQ(listed().size(), 2U);
  for (const std::string& name : {kSegment, piece})
    EXPECT_EQ(listed(name).at(0).reason, "of " + name);
  EXPECT_EQ(ask(ReturnFile{"main", piece, digest}).status, 200);
  EXPECT_TRUE(fs::exists(object_path(piece)));
  EXPECT_EQ(code_of(put(kSegment, content)), "withdrawn") << "the segment is";
  EXPECT_EQ(ask(ReturnFile{"main", kSegment, digest}).status, 200);
  EXPECT_EQ(get(kSegment).body, content);
  ASSERT_EQ(ask(WithdrawFile{"main", piece, digest, "why"}).status, 200);
  EXPECT_EQ(code_of(put(kSegment, content)), "withdrawn") << "the piece is";
  const std::string digits = to_string(digest).substr(0, 12);
  EXPECT_EQ(code_of(ask(AcceptContent{"main", file_named(kSegment), digits})), "withdrawn");
  damage_record();
  EXPECT_EQ(listed(piece).at(0).state, "unreadable");
  EXPECT_EQ(listed(kSegment).at(0).state, "standing");
}

TEST_F(WithdrawalTest, UndoTakesTheNameFromADamagedObject) {
  for (const bool whole_header : {false, true}) {
    put(kHistory, kMadeUp);
    ASSERT_EQ(withdraw(kHistory, kMadeUp).status, 200);
    ASSERT_EQ(put(kHistory, "1\t0/5000028\tz\n").status, 201);
    const fs::path path = archive_folder / "main" / kEra / "history" / (kHistory + ".zst");
    fs::resize_file(path, whole_header ? fs::file_size(path) - 1 : 5);
    const std::size_t before = copies_aside();
    ASSERT_GE(listed(kHistory).size(), 1U);
    EXPECT_EQ(listed(kHistory).back().state, "withdrawn");
    ASSERT_EQ(undo(kHistory, kMadeUp).status, 200);
    EXPECT_EQ(get(kHistory).body, kMadeUp);
    EXPECT_EQ(copies_aside(), before + 1) << "the damaged one is kept";
  }
}

TEST_F(WithdrawalTest, TakesTheRightAdmin) {
  put(kHistory, kMadeUp);
  ask_as_client({Right::kArchive, Right::kRestore});
  EXPECT_EQ(code_of(withdraw(kHistory, kMadeUp)), "no-right");
  EXPECT_EQ(code_of(undo(kHistory, kMadeUp)), "no-right");
  EXPECT_EQ(ask(ListWithdrawn{.cluster = "main"}).status, 200);
  EXPECT_EQ(get(kHistory).status, 200);
}

TEST_F(WithdrawalTest, PagesOfAList) {
  for (int i = 2; i < 9; ++i) {
    const std::string name = "0000000" + std::to_string(i) + ".history";
    ASSERT_EQ(put(name, kMadeUp).status, 201);
    ASSERT_EQ(withdraw(name, kMadeUp).status, 200);
  }
  std::vector<std::string> names;
  ListWithdrawn question{.cluster = "main", .page = {.limit = 3}};
  do {
    const WithdrawnPage page = parse_withdrawn_page(ask(question).body);
    EXPECT_LE(page.files.size(), 3U);
    for (const WithdrawnReport& file : page.files)
      names.push_back(file.name);
    question.page.after = page.next;
  } while (!question.page.after.empty());
  EXPECT_EQ(names.size(), 7U);
  EXPECT_TRUE(std::ranges::is_sorted(names));
}

}  // namespace
}  // namespace walstow
