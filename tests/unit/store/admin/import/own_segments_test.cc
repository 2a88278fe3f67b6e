#include "store/admin/import/own_segments.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/forgetful_file_system.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using samples::WalWriter;
using End = SegmentEnd::Kind;

TEST(NodeSegmentTest, IsJudgedByItsEndAndByWhatFollows) {
  struct Row {
    SegmentFacts facts;
    NodeSegment result;
    std::optional<std::uint64_t> at;
  };
  const SegmentEnd full{.kind = End::kFull, .offset = 100};
  const SegmentEnd switched{.kind = End::kSwitched, .offset = 50};
  const SegmentEnd unfinished{.kind = End::kUnfinished, .offset = 50};
  const SegmentEnd unclear{.kind = End::kUnclear, .offset = 100};
  const SegmentEnd broken{.kind = End::kFull, .offset = 100, .broken = 40};
  using enum NodeSegment;
  const Row rows[] = {
      {{.end = full, .has_later = true}, kWhole, {}},
      {{.end = full}, kWhole, {}},
      {{.end = full, .is_open = true, .has_later = true}, kWhole, {}},
      {{.end = full, .is_open = true, .has_status = true}, kWhole, {}},
      {{.end = full, .is_open = true}, kPerhapsUnfinished, {}},
      {{.end = switched}, kWhole, {}},
      {{.end = unfinished}, kInUse, 50},
      {{.end = unfinished, .has_status = true}, kInUse, 50},
      {{.end = unfinished, .has_later = true}, kDamaged, 50},
      {{.end = unclear}, kInUse, {}},
      {{.end = unclear, .has_later = true}, kDamaged, {}},
      // Of a release whose records are unknown: only what follows shows that it is finished.
      {{.end = unclear, .has_known_records = false}, kInUse, {}},
      {{.end = unclear, .has_known_records = false, .has_later = true}, kWhole, {}},
      {{.end = broken, .has_later = true}, kDamaged, 40},
      {{.end = broken, .has_status = true}, kDamaged, 40},
      // A running server may write it while it is read.
      {{.end = broken}, kInUse, 40},
  };
  for (const Row& row : rows) {
    const JudgedSegment judged = judge(row.facts);
    const auto which = &row - rows;
    EXPECT_EQ(judged.result, row.result) << which;
    EXPECT_EQ(judged.at, row.at) << which;
  }
}

class OwnSegmentsTest : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view content) {
    if (path.find('/') != std::string::npos) make_folders_durably(*files_, parent_folder(path));
    write_durably(*files_, path, content);
  }
  ArchiveScan scan() {
    ArchiveScan scan = scan_archive(*files_);
    read_headers(*files_, scan.files, [] { return true; });
    leave_out_renamed(*files_, scan);
    return scan;
  }
  // Every finding with its kind's name, except for files that are not WAL.
  std::map<std::string, std::string_view> left_out() {
    std::map<std::string, std::string_view> kinds;
    for (const Finding& finding : scan().findings) {
      if (finding.kind != Finding::Kind::kNotWal) kinds[finding.path] = to_string(finding.kind);
    }
    return kinds;
  }
  static std::string of_timeline_1(std::string_view name) {
    return WalWriter(name).change_timeline(1).fill().content();
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
};

using Kinds = std::map<std::string, std::string_view>;
const std::string kOpening = "000000020000000000000007";
const std::string kRenamed = "000000020000000000000008";
const std::string kEmpty = "000000020000000000000009";
constexpr const char* kOpenedIn7 = "1\t0/700320\tno recovery target specified\n";

TEST_F(OwnSegmentsTest, CopyOfAPgWalIsJudgedAsAPgWal) {
  files_->make_folder("copy");
  files_->make_folder("copy/archive_status");
  write("copy/" + kOpening, of_timeline_1(kOpening));
  write("copy/" + kRenamed, of_timeline_1(kRenamed));
  write("copy/" + kEmpty, std::string(WalWriter::kSize, 0));
  write("copy/00000002000000000000000A", of_timeline_1("000000010000000000000003"));
  EXPECT_EQ(left_out(), (Kinds{{"copy/" + kOpening, "no-history"},
                               {"copy/" + kRenamed, "no-history"},
                               {"copy/" + kEmpty, "recycled"},
                               {"copy/00000002000000000000000A", "recycled"}}));
  write("copy/00000002.history", kOpenedIn7);
  write("copy/archive_status/00000002.history.ready", "");
  EXPECT_EQ(left_out(), (Kinds{{"copy/" + kRenamed, "recycled"},
                               {"copy/" + kEmpty, "recycled"},
                               {"copy/00000002000000000000000A", "recycled"}}));
}

TEST_F(OwnSegmentsTest, ArchiveIsJudgedByItsHistories) {
  write(kOpening, of_timeline_1(kOpening));
  write(kRenamed, of_timeline_1(kRenamed));
  EXPECT_EQ(left_out(), Kinds{}) << "the store decides";
  write("00000002.history", kOpenedIn7);
  EXPECT_EQ(left_out(), (Kinds{{kRenamed, "misnamed"}}));
  // One of two systems allows it.
  write("other/00000002.history", "1\t0/800320\tno recovery target specified\n");
  EXPECT_EQ(left_out(), Kinds{});
}

TEST_F(OwnSegmentsTest, OnlyTheSameFolderShowsThatASegmentIsFinished) {
  const std::string first = "000000010000000000000007";
  const std::string second = "000000010000000000000008";
  files_->make_folder("copy");
  files_->make_folder("copy/archive_status");
  write("copy/" + first, WalWriter(first).records(20, 400).content());
  write(second, WalWriter(second).fill().content());
  const auto finding = [&]() -> std::optional<Finding> {
    const ArchiveScan found = scan();
    SegmentEndFinder segment;
    segment.add(as_bytes(WalWriter(first).records(20, 400).content()));
    return find_unfinished(*files_, found.files.front(), segment, found.files);
  };
  EXPECT_EQ(finding()->kind, Finding::Kind::kInUse);
  write("copy/" + second, WalWriter(second).fill().content());
  EXPECT_EQ(finding()->kind, Finding::Kind::kDamaged);
}

}  // namespace
}  // namespace walstow
