#include "store/inventory/break_marks.h"

#include <fstream>
#include <functional>

#include "proto/base/filesystem.h"
#include "proto/wire/report.h"
#include "store/archive/layout.h"
#include "tests/support/borrowed_backend.h"
#include "tests/support/digests.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;

const std::string kBroken = "000000010000000000000003";

class BreakMarksTest : public ServiceTest {
 protected:
  BreakMarksTest() {
    broken_[1000] ^= 0x01;
    EXPECT_EQ(put(kBroken, broken_).status, 201);
  }
  ClusterReport status() { return parse_cluster_report(ask(ClusterStatus{"main"}).body); }
  fs::path mark() const {
    const std::string digest = to_string(digest_of(broken_));
    return archive_folder / "main" / kEra / "broken" / (kBroken + "." + digest + ".json");
  }
  void forget() {
    const auto archive = open_archive_folder(archive_folder.string());
    forget_breaks(archive->backend(), "main", archive->eras("main").back());
  }

  std::string broken_ = WalWriter(kBroken).fill().content();
};

TEST_F(BreakMarksTest, ADamagedOneIsNamedAndStopsNothing) {
  ASSERT_EQ(status().eras.at(0).breaks.size(), 1U);
  EXPECT_TRUE(status().damaged.empty());
  fs::permissions(mark(), fs::perms::owner_all);
  std::ofstream(mark()) << "{";
  const ClusterReport report = status();
  EXPECT_TRUE(report.eras.at(0).breaks.empty());
  ASSERT_EQ(report.damaged.size(), 1U);
  EXPECT_NE(report.damaged[0].find(mark().filename().string()), std::string::npos);
  EXPECT_EQ(ask(PlanPrune{"main", {}}).status, 200);
}

// Also if each put is a process of its own, as over SSH: nothing remembers the segment before.
TEST_F(BreakMarksTest, AnUnfinishedSegmentCountsOnceTheLogContinues) {
  const std::string unfinished = "000000010000000000000007";
  const WalWriter writer = WalWriter(unfinished).records(50, 400);
  const std::string at = to_string(Lsn{0x700000 + writer.end()});
  ASSERT_EQ(put(unfinished, writer.content()).status, 201);
  ASSERT_EQ(status().eras.at(0).breaks.size(), 1U) << "it is the end of the log";
  ASSERT_EQ(put("000000010000000000000009", WalWriter("000000010000000000000009").fill().content())
                .status,
            201);
  const BreakReport found = status().eras.at(0).breaks.at(0);
  EXPECT_EQ(found.file, unfinished);
  EXPECT_EQ(found.at, at);
  // The whole segment replaces it.
  ASSERT_EQ(put(unfinished, WalWriter(unfinished).records(50, 400).fill().content()).status, 201);
  ASSERT_EQ(status().eras.at(0).breaks.size(), 1U);
  EXPECT_EQ(status().eras.at(0).breaks.at(0).file, kBroken);
}

TEST_F(BreakMarksTest, AnUnfinishedSegmentBeforeALaterTimeline) {
  const std::string unfinished = "000000010000000000000007";
  ASSERT_EQ(put(unfinished, WalWriter(unfinished).records(50, 400).content()).status, 201);
  ASSERT_EQ(put("00000002.history", "1\t0/700100\tit left in this segment\n").status, 201);
  EXPECT_EQ(status().eras.at(0).breaks.size(), 1U);
  ASSERT_EQ(put("00000003.history", "1\t0/900100\tit left later\n").status, 201);
  EXPECT_EQ(status().eras.at(0).breaks.size(), 2U);
}

TEST_F(BreakMarksTest, TheyGoWithTheirContent) {
  forget();
  EXPECT_TRUE(fs::exists(mark())) << "it exists";
  fs::remove(object_path(kBroken));
  ASSERT_EQ(put(kBroken, WalWriter(kBroken).fill().content()).status, 201);
  forget();
  EXPECT_FALSE(fs::exists(mark())) << "another one exists";
}

// Does something right before a record is removed.
class BeforeTheRemoval : public BorrowedBackend {
 public:
  BeforeTheRemoval(Backend& backend, std::function<void()> first)
      : BorrowedBackend(backend), first_(std::move(first)) {}
  bool remove_record(const std::string& key) override {
    first_();
    return BorrowedBackend::remove_record(key);
  }

 private:
  std::function<void()> first_;
};

// A refused put of the same version cleans up while another put of it completes.
TEST_F(BreakMarksTest, OneThatIsRemovedDuringAPutIsMadeAgain) {
  const fs::path object = object_path(kBroken);
  const fs::path hidden = archive_folder / "hidden";
  fs::rename(object, hidden);
  const auto archive = open_archive_folder(archive_folder.string());
  BeforeTheRemoval backend(archive->backend(), [&] { fs::rename(hidden, object); });
  forget_breaks(backend, "main", archive->eras("main").back());
  EXPECT_TRUE(fs::exists(mark()));
  EXPECT_EQ(status().eras.at(0).breaks.size(), 1U);
}

// Removes the marks right before a segment is published.
class RemovesMarks : public BorrowedBackend {
 public:
  RemovesMarks(Backend& backend, int& removed) : BorrowedBackend(backend), removed_(removed) {}
  PublishResult publish(StagedObject& object, const std::string& key) override {
    for (const Entry& entry : list_after("main/", "", 100)) {
      const bool is_mark = entry.key.find("/broken/") != std::string::npos;
      removed_ += is_mark && remove_record(entry.key) ? 1 : 0;
    }
    return BorrowedBackend::publish(object, key);
  }

 private:
  int& removed_;
};

TEST_F(BreakMarksTest, APutMakesItsMarkAgain) {
  fs::remove(object_path(kBroken));
  fs::remove(mark());
  const auto archive = open_archive_folder(archive_folder.string());
  int removed = 0;
  {
    Handler other(
        [&] {
          return std::make_unique<Archive>(
              std::make_unique<RemovesMarks>(archive->backend(), removed));
        },
        1);
    HandlerResult result = other.handle(to_request(put_of(kBroken, broken_)), caller);
    auto& upload = *std::get<std::unique_ptr<Upload>>(result);
    upload.write(as_bytes(broken_));
    EXPECT_EQ(respond(upload.finish()).status, 201);
  }
  EXPECT_EQ(removed, 1);
  EXPECT_TRUE(fs::exists(mark()));
}

// What it says of other contents becomes a part of keys.
TEST_F(BreakMarksTest, DigestThatIsNoneStopsNoPrune) {
  fs::permissions(mark(), fs::perms::owner_all);
  std::ofstream(mark())
      << R"({"format":"1.0","at":"0/300128","contents":{"000000010000000000000002":"/../x"}})";
  EXPECT_EQ(status().damaged.size(), 1U);
  EXPECT_NO_THROW(forget());
  EXPECT_TRUE(fs::exists(mark()));
}

// "walstow conflict accept" may give it the name.
TEST_F(BreakMarksTest, ThoseOfAConflictStay) {
  fs::remove(object_path(kBroken));
  ASSERT_EQ(put(kBroken, WalWriter(kBroken).fill().content()).status, 201);
  ASSERT_EQ(put(kBroken, broken_).status, 409);
  forget();
  EXPECT_TRUE(fs::exists(mark()));
}

// A log of two segments with a record across their border.
class BreakBetweenSegmentsTest : public ServiceTest {
 protected:
  using Breaks = std::vector<BreakReport>;
  static std::string damaged(std::string content, std::size_t at) {
    content[at] = static_cast<char>(content[at] ^ 0x01);
    return content;
  }
  Breaks breaks() {
    return parse_cluster_report(ask(ClusterStatus{"main"}).body).eras.at(0).breaks;
  }
  std::string warning(const std::string& name, const std::string& content) {
    return parse_put_report(put(name, content).body).warning;
  }
  Response accept(const std::string& name, const std::string& content) {
    const std::string digest = to_string(digest_of(content));
    return ask(AcceptContent{"main", file_named(name), digest});
  }

  const std::string k7 = "000000010000000000000007", k8 = "000000010000000000000008";
  const WalWriter writer_ = WalWriter(k7).records(5000, 200).record(300000);
  const std::string seven_ = writer_.content();
  const std::string eight_ = WalWriter(k8).go_on(writer_).fill().content();
  const std::string bad_seven_ = damaged(seven_, WalWriter::kSize - 100);
  const std::string bad_eight_ = damaged(eight_, 100);
};

// Of two that do not join, the one that comes later shows it.
TEST_F(BreakBetweenSegmentsTest, BothAreNamedInAnyOrder) {
  for (const bool in_order : {true, false}) {
    const std::string& first = in_order ? k7 : k8;
    const std::string& second = in_order ? k8 : k7;
    EXPECT_EQ(warning(first, in_order ? seven_ : bad_eight_), "");
    EXPECT_NE(warning(second, in_order ? bad_eight_ : seven_).find("does not continue in " + k8),
              std::string::npos);
    ASSERT_EQ(breaks().size(), 1U);
    EXPECT_EQ(breaks()[0].file, k8);
    EXPECT_EQ(breaks()[0].before, k7);
    EXPECT_EQ(breaks()[0].at.substr(0, 4), "0/7F");
    fs::remove(object_path(k7));
    fs::remove(object_path(k8));
    fs::remove_all(archive_folder / "main" / kEra / "broken");
  }
}

TEST_F(BreakBetweenSegmentsTest, MarkCountsWhileBothContentsStand) {
  ASSERT_EQ(put(k7, bad_seven_).status, 201);
  EXPECT_NE(warning(k8, eight_), "");
  EXPECT_EQ(breaks().size(), 1U);
  ASSERT_EQ(put(k7, seven_).status, 409);
  ASSERT_EQ(accept(k7, seven_).status, 200);
  EXPECT_EQ(breaks(), Breaks());
}

TEST_F(BreakBetweenSegmentsTest, ContentThatLostItsNameIsNoNeighbour) {
  ASSERT_EQ(put(k7, bad_seven_).status, 201);
  ASSERT_EQ(put(k7, seven_).status, 409);
  ASSERT_EQ(accept(k7, seven_).status, 200);
  ASSERT_EQ(put(k7, seven_).status, 200);
  EXPECT_EQ(warning(k8, eight_), "");
  EXPECT_EQ(breaks(), Breaks());
}

TEST_F(BreakBetweenSegmentsTest, RemovedOneIsNoNeighbour) {
  ASSERT_EQ(put(k8, eight_).status, 201);
  fs::remove(object_path(k8));
  EXPECT_EQ(warning(k7, bad_seven_), "");
}

// The same up to the switch, and other bytes behind it.
TEST_F(BreakBetweenSegmentsTest, WhatStandsIsMarkedNotWhatCame) {
  const std::string eight = WalWriter(k8).go_on(writer_).switch_wal().content();
  const std::string existing = damaged(eight, 100);
  ASSERT_EQ(put(k8, existing).status, 201);
  Handler restarted([this] { return open_archive_folder(archive_folder.string()); }, 1);
  const auto put_after_restart = [&](const std::string& name, const std::string& content) {
    HandlerResult answer = restarted.handle(to_request(put_of(name, content)), caller);
    const auto& upload = std::get<std::unique_ptr<Upload>>(answer);
    upload->write(as_bytes(content));
    return parse_put_report(upload->finish().body);
  };
  EXPECT_EQ(put_after_restart(k7, seven_).warning, "");
  EXPECT_NE(put_after_restart(k8, damaged(existing, WalWriter::kSize - 1)).warning, "");
  EXPECT_EQ(breaks().size(), 1U);
}

// Otherwise the next attempt finds the segment there, and nobody looks into it again.
TEST_F(BreakBetweenSegmentsTest, SegmentDoesNotStandWithoutItsMark) {
  ASSERT_EQ(put(k7, seven_).status, 201);
  const fs::path marks = archive_folder / "main" / kEra / "broken";
  std::ofstream(marks.string()) << "in the way";
  EXPECT_EQ(put(k8, bad_eight_).status, 507);
  EXPECT_FALSE(fs::exists(object_path(k8)));
  fs::remove(marks);
  EXPECT_NE(warning(k8, bad_eight_), "");
  EXPECT_EQ(breaks().size(), 1U);
}

}  // namespace
}  // namespace walstow
