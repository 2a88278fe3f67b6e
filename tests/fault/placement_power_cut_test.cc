// The power goes at every point of a put whose name is taken, and of an administrator's decision.
//
// After each cut, in every mode:
//   an existing name    -> exists, with one whole content: the old or the new one. Never absent
//   acknowledged        -> the content is there, whole: under its name, or kept beside it
//   a retry             -> ends as if there had been no cut
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/archive/layout.h"
#include "store/backend/directory_backend.h"
#include "store/files/conflicts.h"
#include "store/files/put_file.h"
#include "store/object/examine_object.h"
#include "tests/support/crash_points.h"
#include "tests/support/digests.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::string kCluster = "main";
const std::string kName = "000000010000000000000007";
const EraName kEra{1, samples::kSystem1Mb, 1U << 20};

std::string older() {
  return WalWriter("000000010000000000000003").records(5, 400, 'o').content();
}
// A standby's piece, the same in a fresh file, what goes on, and another way.
const std::string kPiece = WalWriter(kName, older()).records(3, 400).content();
const std::string kPadded = WalWriter(kName).records(3, 400).content();
const std::string kWhole = WalWriter(kName).records(4, 400).switch_wal().content();
const std::string kStray = WalWriter(kName).records(2, 400).record(400, 's').switch_wal().content();

std::shared_ptr<Archive> open(ForgetfulDisk& disk) {
  return std::make_shared<Archive>(make_directory_backend(disk.mount()));
}

// As a session does it; the reply's status.
int put(const std::shared_ptr<Archive>& archive, const std::string& content) {
  RecentEdges edges;
  TimelinePermits permits;
  TimesIndex times;
  HandlerResult answer =
      begin_put({.archive = archive,
                 .put = {.cluster = kCluster,
                         .file = *WalFileName::parse(kName),
                         .system_identifier = kEra.system_identifier,
                         .segment_size = SegmentSize::from_bytes(kEra.segment_size),
                         .raw_size = content.size(),
                         .digest = digest_of(content)},
                 .client = "tester",
                 .recent_edges = edges,
                 .permits = permits,
                 .times = times});
  if (const auto* reply = std::get_if<Reply>(&answer)) return reply->head.status;
  Upload& upload = *std::get<std::unique_ptr<Upload>>(answer);
  upload.write(as_bytes(content));
  return upload.finish().head.status;
}

bool decide_for(const std::shared_ptr<Archive>& archive, const std::string& content) {
  return accept_content(*archive, {.cluster = kCluster,
                                   .file = *WalFileName::parse(kName),
                                   .digits = to_string(digest_of(content))});
}

// The digests of every whole object below a prefix. A damaged one fails the test.
std::vector<Digest> digests_below(Backend& backend, const std::string& prefix) {
  std::vector<Digest> digests;
  for (const Entry& entry : backend.list_after(prefix, "", 100)) {
    const Examined examined = examine_object(*backend.open_object(entry.key));
    EXPECT_TRUE(examined.whole) << entry.key << ": " << examined.problem;
    digests.push_back(examined.header.digest);
  }
  return digests;
}

std::optional<Digest> existing(Backend& backend) {
  const auto object =
      backend.open_object(*layout::object_key(kCluster, kEra, *WalFileName::parse(kName)));
  if (!object) return std::nullopt;
  const Examined examined = examine_object(*object);
  EXPECT_TRUE(examined.whole) << examined.problem;
  return examined.header.digest;
}

bool is_there(Backend& backend, const std::string& content) {
  for (const auto& prefix : {layout::wal_prefix(kCluster, kEra),
                             layout::kept_prefix(kCluster, kEra, layout::Kept::kConflict),
                             layout::kept_prefix(kCluster, kEra, layout::Kept::kSettled)}) {
    const auto digests = digests_below(backend, prefix);
    if (std::ranges::find(digests, digest_of(content)) != digests.end()) return true;
  }
  return false;
}

class PlacementPowerCutTest : public testing::TestWithParam<TemporaryStyle> {
 protected:
  struct Scenario {
    std::vector<std::string> before;  // put in this order, in the set-up
    std::function<void(const std::shared_ptr<Archive>&)> operation;
    std::vector<std::string> may_have_name;  // under the name, after a cut
    std::string stands_at_last;              // after another try; "" for nothing
    std::vector<std::string> kept;           // whatever happens
    std::string acknowledged;                // by the operation, when it came to its end
  };

  void run(const Scenario& scenario) {
    bool done = false;
    CrashTest test;
    test.temporaries = GetParam();
    test.random_seeds = 1;  // a run is of whole segments
    test.setup = [&](ForgetfulDisk& disk) {
      done = false;
      initialize_archive(*make_directory_backend(disk.mount()));
      const auto archive = open(disk);
      archive->create_cluster(kCluster);
      archive->open_era(kCluster, kEra.system_identifier, kEra.segment_size, kEra.number);
      for (const std::string& content : scenario.before)
        put(archive, content);
    };
    test.operation = [&](ForgetfulDisk& disk) {
      scenario.operation(open(disk));
      done = true;
    };
    test.check = [&](ForgetfulDisk& disk, const CrashPoint&) {
      const auto archive = open(disk);
      archive->make_era_durable(kCluster, kEra);
      const auto now = existing(archive->backend());
      const bool allowed = std::ranges::any_of(scenario.may_have_name, [&now](const auto& content) {
        return content.empty() ? !now : now == digest_of(content);
      });
      EXPECT_TRUE(allowed) << (now ? to_string(*now) : "nothing");
      for (const std::string& content : scenario.kept)
        EXPECT_TRUE(is_there(archive->backend(), content));
      if (done) {
        EXPECT_TRUE(is_there(archive->backend(), scenario.acknowledged));
      }
      scenario.operation(archive);
      const auto at_last = existing(archive->backend());
      if (scenario.stands_at_last.empty()) {
        EXPECT_FALSE(at_last);
      } else {
        EXPECT_EQ(at_last, digest_of(scenario.stands_at_last));
      }
      EXPECT_TRUE(is_there(archive->backend(), scenario.acknowledged));
      for (const std::string& content : scenario.kept)
        EXPECT_TRUE(is_there(archive->backend(), content));
    };
    EXPECT_GT(for_each_crash_point(test), 0U);
  }

  static auto put_expecting(const std::string& content, bool success) {
    return [&content, success](const std::shared_ptr<Archive>& archive) {
      EXPECT_EQ(put(archive, content) < 300, success);
    };
  }
  static auto decision_for(const std::string& content) {
    return [&content](const std::shared_ptr<Archive>& archive) {
      EXPECT_TRUE(decide_for(archive, content));
    };
  }
};

INSTANTIATE_TEST_SUITE_P(Temporaries, PlacementPowerCutTest,
                         testing::Values(TemporaryStyle::kAutomatic, TemporaryStyle::kNamed),
                         [](const auto& style) {
                           return style.param == TemporaryStyle::kNamed ? "Named" : "Nameless";
                         });

TEST_P(PlacementPowerCutTest, PieceWhereNothingStands) {
  run({.before = {},
       .operation = put_expecting(kPiece, true),
       .may_have_name = {""},
       .stands_at_last = "",
       .kept = {},
       .acknowledged = kPiece});
}

TEST_P(PlacementPowerCutTest, PieceOfWhatStands) {
  run({.before = {kWhole},
       .operation = put_expecting(kPiece, true),
       .may_have_name = {kWhole},
       .stands_at_last = kWhole,
       .kept = {kWhole},
       .acknowledged = kPiece});
}

TEST_P(PlacementPowerCutTest, WhatGoesOnTakesThePlaceOfItsPiece) {
  run({.before = {kPadded},
       .operation = put_expecting(kWhole, true),
       .may_have_name = {kPadded, kWhole},
       .stands_at_last = kWhole,
       .kept = {kPadded},
       .acknowledged = kWhole});
}

TEST_P(PlacementPowerCutTest, OtherContentIsRefusedAndKept) {
  run({.before = {kWhole},
       .operation = put_expecting(kStray, false),
       .may_have_name = {kWhole},
       .stands_at_last = kWhole,
       .kept = {kWhole},
       .acknowledged = kStray});  // not success, but kept all the same
}

TEST_P(PlacementPowerCutTest, DecisionForTheNewcomer) {
  run({.before = {kWhole, kStray},
       .operation = decision_for(kStray),
       .may_have_name = {kWhole, kStray},
       .stands_at_last = kStray,
       .kept = {kWhole, kStray},
       .acknowledged = kStray});
}

TEST_P(PlacementPowerCutTest, DecisionForWhatStands) {
  run({.before = {kWhole, kStray},
       .operation = decision_for(kWhole),
       .may_have_name = {kWhole},
       .stands_at_last = kWhole,
       .kept = {kWhole, kStray},
       .acknowledged = kWhole});
}

}  // namespace
}  // namespace walstow
