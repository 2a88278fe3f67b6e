// Other bytes under an existing name: what becomes of them, and what a reader gets.
#include "store/files/placement.h"

#include <fstream>

#include "proto/base/filesystem.h"
#include "proto/wire/report.h"
#include "store/backend/directory_backend.h"
#include "tests/support/colliding_content.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::string kPlaced = "000000010000000000000007";
const std::string kOlder = "000000010000000000000003";

class PlacementTest : public ServiceTest {
 protected:
  static std::string older() { return WalWriter(kOlder).fill('o').content(); }
  // What a standby sends when its timeline ends in this segment.
  static std::string piece(std::size_t records = 50) {
    return WalWriter(kPlaced, older()).records(records, 400).content();
  }
  // The same records in a fresh file.
  static std::string padded(std::size_t records = 50) {
    return WalWriter(kPlaced).records(records, 400).content();
  }
  static std::string whole() { return WalWriter(kPlaced).records(50, 400).fill('w').content(); }
  static std::string stray() { return WalWriter(kPlaced).records(20, 400).fill('s').content(); }

  static std::string digits(std::string_view content) { return to_string(digest_of(content)); }
  static std::string stored_name(const Response& response) {
    return parse_put_report(response.body).name;
  }
  std::string listed() {
    std::string names;
    for (const FileEntry& file : parse_file_page(ask(ListFiles{.cluster = "main"}).body).files) {
      names += file.name + "\n";
    }
    return names;
  }
  std::vector<ConflictReport> conflicts(const std::string& file = kPlaced) {
    const ListConflicts question{.cluster = "main", .file = file_named(file)};
    return parse_conflict_reports(ask(question).body);
  }
  Response accept(std::string_view content, const std::string& file = kPlaced) {
    return ask(AcceptContent{"main", file_named(file), digits(content).substr(0, 12)});
  }
  void damage() {
    fs::permissions(object_path(kPlaced), fs::perms::owner_all);
    std::fstream object(object_path(kPlaced), std::ios::in | std::ios::out | std::ios::binary);
    object.seekp(500);
    object.put('\x55');
  }
};

TEST_F(PlacementTest, PieceIsKeptAndNeverServed) {
  EXPECT_EQ(put("000000010000000000000006").status, 201);
  const Response response = put(kPlaced, piece());
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(stored_name(response), kPlaced + ".incomplete." + digits(piece()));
  EXPECT_EQ(put(kPlaced, piece()).status, 200);
  EXPECT_EQ(code_of(get(kPlaced)), "absent-end");
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(get(kPlaced).body, whole());
  EXPECT_EQ(put(kPlaced, piece()).status, 200);
  EXPECT_EQ(get(kPlaced).body, whole());
}

// Zeros prove less than the pages of another segment: a .partial that was renamed has them.
TEST_F(PlacementTest, WhereNothingStandsZerosBehindTheEndDoNotMatter) {
  EXPECT_EQ(put(kPlaced, padded()).status, 201);
  EXPECT_EQ(get(kPlaced).body, padded());
}

TEST_F(PlacementTest, PieceOfWhatStandsIsKeptBesideIt) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  for (const std::string& content : {piece(), padded(), padded(10)}) {
    const Response response = put(kPlaced, content);
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(stored_name(response), kPlaced + ".incomplete." + digits(content));
    EXPECT_EQ(put(kPlaced, content).status, 200);
    EXPECT_EQ(get(kPlaced).body, whole());
  }
  EXPECT_TRUE(conflicts().size() == 3 && conflicts()[0].state == "incomplete");
}

TEST_F(PlacementTest, WhatGoesOnTakesThePlaceOfItsPiece) {
  EXPECT_EQ(put(kPlaced, padded()).status, 201);
  const Response response = put(kPlaced, whole());
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(stored_name(response), kPlaced);
  EXPECT_EQ(get(kPlaced).body, whole());
  EXPECT_EQ(listed(), kPlaced + ".incomplete." + digits(padded()) + "\n" + kPlaced + "\n");
  EXPECT_EQ(put(kPlaced, whole()).status, 200);
  EXPECT_EQ(put(kPlaced, padded()).status, 200);
}

TEST_F(PlacementTest, RemainsBehindASwitchAreTheSame) {
  const std::string zeros = WalWriter(kPlaced).records(50, 400).switch_wal().content();
  const std::string crashed =
      WalWriter(kPlaced, older()).records(50, 400).switch_record().content();
  EXPECT_EQ(put(kPlaced, crashed).status, 201);
  EXPECT_EQ(put(kPlaced, zeros).status, 200);
  EXPECT_EQ(get(kPlaced).body, crashed);
  EXPECT_TRUE(conflicts().empty());
}

TEST_F(PlacementTest, TwoPiecesOfOneEndAreTheSame) {
  EXPECT_EQ(put(kPlaced, padded()).status, 201);
  EXPECT_EQ(put(kPlaced, piece()).status, 200);
  EXPECT_EQ(get(kPlaced).body, padded());
}

TEST_F(PlacementTest, PieceThatWentAnotherWayIsRefusedAndKept) {
  EXPECT_EQ(put(kPlaced, stray()).status, 201);
  const Response response = put(kPlaced, piece());
  EXPECT_EQ(code_of(response), "other-content");
  EXPECT_NE(response.body.find("from 0/70"), std::string::npos) << response.body;
  EXPECT_EQ(get(kPlaced).body, stray());
  ASSERT_EQ(conflicts().size(), 1U);
}

TEST_F(PlacementTest, RefusedContentIsKeptOnceForADecision) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(code_of(put(kPlaced, stray())), "other-content");
  const auto kept = conflicts();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].state, "open");
  EXPECT_EQ(kept[0].digest, to_string(digest_of(stray())));
  EXPECT_EQ(kept[0].standing, to_string(digest_of(whole())));
  EXPECT_EQ(kept[0].client, "tester");
  EXPECT_FALSE(kept[0].differs_at.empty());
  EXPECT_EQ(kept[0].ends_at, "0/800000");
  EXPECT_EQ(listed(), kPlaced + "\n");
}

// Nothing of the body is needed to say no again.
TEST_F(PlacementTest, KeptContentIsRefusedBeforeItsBody) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(put(kPlaced, stray()).status, 409);
  const HandlerResult answer = handler.handle(to_request(put_of(kPlaced, stray())), caller);
  ASSERT_TRUE(std::holds_alternative<Reply>(answer));
  EXPECT_EQ(std::get<Reply>(answer).head.status, 409);
}

// For each client, so that one that puts nonsense leaves room for what others put.
TEST_F(PlacementTest, KeptContentsAreBounded) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  const auto put_some = [this](char letter) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i <= kMostConflictsOfOneClient; ++i) {
      const std::string other = WalWriter(kPlaced).records(i + 1, 400).fill(letter).content();
      const Response response = put(kPlaced, other);
      EXPECT_EQ(code_of(response), "other-content");
      if (response.body.find("not kept") == std::string::npos) ++kept;
    }
    return kept;
  };
  EXPECT_EQ(put_some('s'), kMostConflictsOfOneClient);
  ask_as_client({Right::kArchive, Right::kRestore});
  EXPECT_EQ(put_some('t'), kMostConflictsOfOneClient);
  EXPECT_EQ(conflicts().size(), kMostConflicts);
}

TEST_F(PlacementTest, AcceptedContentGetsTheNameAndEverybodyAnAnswer) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  const std::string third = WalWriter(kPlaced).records(30, 400).fill('t').content();
  EXPECT_EQ(put(kPlaced, stray()).status, 409);
  EXPECT_EQ(put(kPlaced, third).status, 409);
  EXPECT_EQ(accept(stray()).status, 200);
  EXPECT_EQ(get(kPlaced).body, stray());
  for (const std::string& content : {whole(), stray(), third})
    EXPECT_EQ(put(kPlaced, content).status, 200);
  EXPECT_EQ(get(kPlaced).body, stray());
  for (const ConflictReport& kept : conflicts())
    EXPECT_EQ(kept.state, "settled");
  EXPECT_EQ(conflicts().size(), 2U);
  // And back again.
  EXPECT_EQ(accept(whole()).status, 200);
  EXPECT_EQ(get(kPlaced).body, whole());
  EXPECT_EQ(put(kPlaced, stray()).status, 200);
  EXPECT_EQ(conflicts().size(), 2U);
}

TEST_F(PlacementTest, WhatStandsCanBeAcceptedToo) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(put(kPlaced, stray()).status, 409);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(accept(whole()).status, 200);
    EXPECT_EQ(get(kPlaced).body, whole());
    EXPECT_EQ(put(kPlaced, stray()).status, 200);
  }
}

TEST_F(PlacementTest, PieceCanBeAcceptedWhereNothingStands) {
  EXPECT_EQ(put(kPlaced, piece()).status, 201);
  EXPECT_EQ(accept(piece()).status, 200);
  EXPECT_EQ(get(kPlaced).body, piece());
  // It is still a piece: what goes on takes its place.
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(get(kPlaced).body, whole());
}

TEST_F(PlacementTest, HistoriesAreDecidedAboutAsSegmentsAre) {
  const std::string one = "1\t0/7000028\tno recovery target specified\n";
  const std::string other = "1\t0/7000F28\tno recovery target specified\n";
  const std::string name = "00000002.history";
  EXPECT_EQ(put(name, one).status, 201);
  EXPECT_EQ(put(name, other).status, 409);
  ASSERT_EQ(conflicts(name).size(), 1U);
  EXPECT_EQ(conflicts(name)[0].differs_at, "");
  EXPECT_EQ(accept(other, name).status, 200);
  EXPECT_EQ(get(name).body, other);
  EXPECT_EQ(put(name, one).status, 200);
}

TEST_F(PlacementTest, UnknownContentCannotBeAccepted) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(code_of(accept(stray())), "no-such-content");
  EXPECT_EQ(code_of(accept(whole(), kPlaced + ".partial")), "no-such-content");
}

TEST_F(PlacementTest, OnlyAnAdministratorDecides) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(put(kPlaced, stray()).status, 409);
  ask_as_client({Right::kArchive, Right::kRestore});
  EXPECT_EQ(conflicts().size(), 1U);
  EXPECT_EQ(code_of(accept(stray())), "no-right");
}

// "Absent" would end a recovery; a piece must not make it so.
TEST_F(PlacementTest, DamagedObjectIsNotTakenAwayForAPiece) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  damage();
  EXPECT_EQ(put(kPlaced, piece()).status, 201);
  EXPECT_TRUE(fs::exists(object_path(kPlaced)));
  EXPECT_THROW(get(kPlaced), Error);
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(get(kPlaced).body, whole());
}

TEST_F(PlacementTest, DamagedObjectStandsUntilThereIsAnotherOne) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  damage();
  const HandlerResult answer = handler.handle(to_request(put_of(kPlaced, whole())), caller);
  ASSERT_TRUE(std::holds_alternative<std::unique_ptr<Upload>>(answer));
  EXPECT_TRUE(fs::exists(object_path(kPlaced)));
}

TEST_F(PlacementTest, StatusCountsPiecesAndOpenConflictsApart) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(put(kPlaced, piece()).status, 201);
  EXPECT_EQ(put(kPlaced, stray()).status, 409);
  const auto report = parse_cluster_report(ask(ClusterStatus{"main"}).body);
  ASSERT_EQ(report.eras.size(), 1U);
  EXPECT_EQ(report.eras[0].conflicts, 1U);
  ASSERT_EQ(report.eras[0].timelines.size(), 1U);
  EXPECT_EQ(report.eras[0].timelines[0].segments, 1U);
  EXPECT_EQ(report.eras[0].timelines[0].incompletes, 1U);
}

// --- two clients ---

// A client claims what another one has put: the first digits of its digest, or all of them.
class TwoClientsTest : public PlacementTest {
 protected:
  std::vector<std::string> keys() {
    const auto archive = open_archive_folder(archive_folder.string());
    std::vector<std::string> keys;
    for (const std::string prefix : {"main/", "_aside/"}) {
      for (const Entry& entry : archive->backend().list_after(prefix, "", 1000))
        keys.push_back(entry.key);
    }
    return keys;
  }
  bool needs_body(const PutFile& put) {
    return std::holds_alternative<std::unique_ptr<Upload>>(handler.handle(to_request(put), caller));
  }
  void ask_as_owner() { caller = {.kind = Caller::Kind::kOwner, .name = "tester"}; }
  static std::string forged(std::string content) {
    return samples::with_same_digest(std::move(content), 200000);
  }
};

TEST_F(TwoClientsTest, AHeadAloneChangesNothing) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(put(kPlaced, piece()).status, 201);
  EXPECT_EQ(put(kPlaced, stray()).status, 409);
  const std::string third = WalWriter(kPlaced).records(30, 400).fill('t').content();
  EXPECT_EQ(put(kPlaced, third).status, 409);
  EXPECT_EQ(accept(whole()).status, 200);  // settles the other two
  const std::string fourth = WalWriter(kPlaced).records(31, 400).fill('f').content();
  EXPECT_EQ(put(kPlaced, fourth).status, 409);
  const auto before = keys();
  ask_as_client({Right::kArchive});
  for (const std::string& content : {piece(), stray(), third, fourth}) {
    PutFile put = put_of(kPlaced, content);
    put.digest = *parse_digest(digits(content).substr(0, 12) + std::string(20, '0'));
    EXPECT_TRUE(needs_body(put));
  }
  EXPECT_EQ(keys(), before);
}

TEST_F(TwoClientsTest, ADigestIsNoProofBetweenThem) {
  const std::string other = forged(whole());
  ASSERT_NE(other, whole());
  ASSERT_EQ(digest_of(other), digest_of(whole()));
  EXPECT_EQ(put(kPlaced, other).status, 201);
  EXPECT_FALSE(needs_body(put_of(kPlaced, whole()))) << "its own content";
  ask_as_client({Right::kArchive, Right::kRestore});
  EXPECT_TRUE(needs_body(put_of(kPlaced, whole())));
  const Response response = put(kPlaced, whole());
  EXPECT_EQ(code_of(response), "other-content");
  EXPECT_NE(response.body.find("which does not happen by accident"), std::string::npos)
      << response.body;
  EXPECT_EQ(get(kPlaced).body, other);
  ASSERT_EQ(conflicts().size(), 1U);
  EXPECT_EQ(conflicts()[0].client, "db2");
}

TEST_F(TwoClientsTest, TheSameBytesAreSuccessForBoth) {
  EXPECT_EQ(put(kPlaced, whole()).status, 201);
  EXPECT_EQ(put("00000002.history", "1\t0/7000028\tno reason\n").status, 201);
  ask_as_client({Right::kArchive, Right::kRestore});
  EXPECT_EQ(put(kPlaced, whole()).status, 200);
  EXPECT_EQ(put("00000002.history", "1\t0/7000028\tno reason\n").status, 200);
  EXPECT_TRUE(conflicts().empty());
}

TEST_F(TwoClientsTest, AnAdministratorGivesTheNameToWhatWaits) {
  const std::string other = forged(whole());
  EXPECT_EQ(put(kPlaced, other).status, 201);
  ask_as_client({Right::kArchive, Right::kRestore});
  EXPECT_EQ(put(kPlaced, whole()).status, 409);
  ask_as_owner();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(accept(whole()).status, 200);
    EXPECT_EQ(get(kPlaced).body, whole());
    ASSERT_EQ(conflicts().size(), 1U);
    EXPECT_EQ(conflicts()[0].state, "settled");
    EXPECT_EQ(put(kPlaced, other).status, 200) << "it was acknowledged before";
  }
}

// What is kept beside has the digest in its name, too.
TEST_F(TwoClientsTest, APieceIsNotTakenForAnother) {
  const std::string own = piece();
  const std::string other = samples::with_same_digest(own, 1000);
  ask_as_client({Right::kArchive, Right::kRestore});
  EXPECT_EQ(put("000000010000000000000006").status, 201);
  const Response first = put(kPlaced, other);
  ask_as_owner();
  const Response second = put(kPlaced, own);
  EXPECT_TRUE(second.status == 409 || second.status == 201) << second.body;
  if (second.status == 201) {
    EXPECT_NE(stored_name(second), first.status == 201 ? stored_name(first) : "");
  }
}

}  // namespace
}  // namespace walstow
