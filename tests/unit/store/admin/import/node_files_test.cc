#include "store/admin/import/node_files.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/forgetful_file_system.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;
using Kind = Finding::Kind;

constexpr std::string_view kFirst = "000000010000000000000007";
constexpr std::string_view kSecond = "000000010000000000000008";
constexpr std::string_view kThird = "000000010000000000000009";

class NodeFilesTest : public testing::Test {
 protected:
  void write(std::string_view name, std::string_view content) {
    write_durably(*files_, std::string(name), content);
  }
  // What is selected, and every finding with its kind's name.
  using Names = std::vector<std::string>;
  using ByKind = std::map<std::string_view, Names>;
  Names selected(ByKind& findings) {
    ArchiveScan scan = scan_node(*files_, target_.system);
    for (const Finding& finding : scan.findings)
      findings[to_string(finding.kind)].push_back(finding.path);
    Names names;
    for (const ImportUnit& unit : units_of(scan.files)) {
      const Selection selection = select_of_node(*files_, unit, target_, scan.files);
      for (const Finding& finding : selection.findings) {
        findings[to_string(finding.kind)].push_back(finding.path);
        problems_[finding.path] = finding.problem;
      }
      for (const SoundFile& file : selection.files) {
        EXPECT_TRUE(file.sha256);
        names.push_back(file.found->path);
      }
    }
    return names;
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
  ImportTarget target_{.cluster = "main",
                       .system = {.system_identifier = samples::kSystem1Mb,
                                  .segment_size = SegmentSize::from_bytes(WalWriter::kSize)}};
  std::map<std::string, std::string> problems_;
};

TEST_F(NodeFilesTest, WholeSegmentsAndTheSegmentInUse) {
  const WalWriter first = WalWriter(kFirst).fill();
  write(kFirst, first.content());
  write(kSecond, WalWriter(kSecond).records(20, 400).switch_wal().content());
  // In a file that was recycled.
  const WalWriter third = WalWriter(kThird, first.content()).records(20, 400);
  write(kThird, third.content());
  ByKind findings;
  EXPECT_EQ(selected(findings), (Names{std::string(kFirst), std::string(kSecond)}));
  EXPECT_EQ(findings, (ByKind{{"in-use", {std::string(kThird)}}}));
  const Lsn end{(std::uint64_t{9} << 20) + third.end()};
  EXPECT_EQ(problems_[std::string(kThird)], "its log ends at " + to_string(end));
}

TEST_F(NodeFilesTest, SegmentsForLaterUse) {
  const std::string first = WalWriter(kFirst).fill().content();
  write(kFirst, first);
  write(kSecond, first);                            // renamed
  write(kThird, std::string(WalWriter::kSize, 0));  // created
  ByKind findings;
  EXPECT_EQ(selected(findings), Names{std::string(kFirst)});
  EXPECT_EQ(findings, (ByKind{{"recycled", {std::string(kSecond), std::string(kThird)}}}));
}

// A recovery to a target renames the old timeline's segments after it (RemoveNonParentXlogFiles).
TEST_F(NodeFilesTest, SegmentsOfTheOldTimelineUnderNamesOfTheNewOne) {
  const auto of_timeline = [](std::uint32_t timeline, std::string_view name) {
    return WalWriter(name).change_timeline(timeline).fill().content();
  };
  const std::string opening = "000000020000000000000007";
  const std::string renamed = "000000020000000000000008";
  const std::string current = "000000020000000000000009";
  const std::string of_later = "00000002000000000000000A";
  const std::string higher = "00000002000000000000000B";
  write("00000002.history", "1\t0/700320\tno recovery target specified\n");
  write(opening, of_timeline(1, opening));
  write(renamed, of_timeline(1, renamed));
  const WalWriter unfinished = WalWriter(current).records(20, 400);
  write(current, unfinished.content());
  write(of_later, of_timeline(1, "00000001000000000000003A"));  // a higher address
  write(higher, of_timeline(3, higher));
  ByKind findings;
  EXPECT_EQ(selected(findings), (Names{"00000002.history", opening}));
  EXPECT_EQ(findings, (ByKind{{"in-use", {current}}, {"recycled", {renamed, of_later, higher}}}));
}

TEST_F(NodeFilesTest, WithoutTheHistoryNothingShowsThatItIsTheServersOwn) {
  const std::string name = "000000020000000000000007";
  write(name, WalWriter(name).change_timeline(1).fill().content());
  ByKind findings;
  EXPECT_EQ(selected(findings), Names{});
  EXPECT_EQ(findings, (ByKind{{"no-history", {name}}}));
}

// Its last page may not have been written when the server died.
TEST_F(NodeFilesTest, LastSegmentWhoseRecordContinues) {
  const std::string name(kFirst);
  write(name, WalWriter(name).record(2 * WalWriter::kSize).content());
  ByKind findings;
  EXPECT_EQ(selected(findings), Names{});
  EXPECT_EQ(findings, (ByKind{{"perhaps-unfinished", {name}}}));
  // A file that was renamed proves nothing; PostgreSQL's note does.
  write(kThird, WalWriter(kFirst).fill().content());
  EXPECT_EQ(selected(findings), Names{});
  files_->make_folder("archive_status");
  write("archive_status/" + name + ".ready", "");
  EXPECT_EQ(selected(findings), Names{name});
  files_->remove("archive_status/" + name + ".ready");
  write("archive_status/" + name + ".done", "");
  EXPECT_EQ(selected(findings), Names{name});
}

TEST_F(NodeFilesTest, HistoriesAndBackupsButNoPartialsAndNothingElse) {
  write("00000002.history", "1\t0/900000\tno recovery target specified\n");
  write(std::string(kFirst) + ".00000028.backup",
        "START WAL LOCATION: 0/700028 (file 000000010000000000000007)\n");
  write(std::string(kFirst) + ".partial", WalWriter(kFirst).records(9, 400).content());
  write("RECOVERYXLOG", "x");
  write("xlogtemp.17", "x");
  files_->make_folder("archive_status");
  write("archive_status/00000003.history.ready", "");
  ByKind findings;
  EXPECT_EQ(selected(findings),
            (Names{std::string(kFirst) + ".00000028.backup", "00000002.history"}));
  EXPECT_EQ(findings, (ByKind{{"in-use", {std::string(kFirst) + ".partial"}}}));
}

TEST_F(NodeFilesTest, DamagedSegmentIsLeftOut) {
  std::string damaged = WalWriter(kFirst).fill().content();
  damaged[1000] = static_cast<char>(damaged[1000] ^ 1);
  write(kFirst, damaged);
  write(kSecond, WalWriter(kSecond).fill().content());
  ByKind findings;
  EXPECT_EQ(selected(findings), Names{std::string(kSecond)});
  EXPECT_EQ(findings, (ByKind{{"damaged", {std::string(kFirst)}}}));
}

TEST_F(NodeFilesTest, SegmentOfTheWrongSizeIsDamaged) {
  write(kFirst, WalWriter(kFirst).fill().content().substr(0, 700000));
  ByKind findings;
  EXPECT_EQ(selected(findings), Names{});
  EXPECT_EQ(findings, (ByKind{{"damaged", {std::string(kFirst)}}}));
}

TEST_F(NodeFilesTest, SegmentOfAnotherSystem) {
  write(kFirst, WalWriter(kFirst).fill().content());
  target_.system.system_identifier = 4711;
  ByKind findings;
  EXPECT_EQ(selected(findings), Names{});
  EXPECT_EQ(findings, (ByKind{{"other-system", {std::string(kFirst)}}}));
}

}  // namespace
}  // namespace walstow
