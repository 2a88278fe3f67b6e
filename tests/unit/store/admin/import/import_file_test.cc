#include "store/admin/import/import_file.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "proto/base/error.h"
#include "proto/client/file_check.h"
#include "tests/support/compressed.h"
#include "tests/support/digests.h"
#include "tests/support/fake_store.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/thrown.h"
#include "tests/support/wal_samples.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

using Kind = Finding::Kind;

constexpr std::size_t kMegabyte = std::size_t{1} << 20;
constexpr const char* kSegment = "000000010000000000000007";
constexpr const char* kHistory = "1\t0/A00000\tno recovery target specified\n";
const Patience kPatience{.give_up = Deadline::after(Duration(0)), .on_failure = {}};

std::string segment(char fill = 'x', std::uint64_t system = samples::kSystem1Mb,
                    std::uint64_t address = 0x700000) {
  std::string content(as_text(samples::page_header(
      {.page_address = address, .system_identifier = system, .segment_size = kMegabyte})));
  content.resize(kMegabyte, fill);
  return content;
}

class ImportFileTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content) {
    if (path.find('/') != std::string::npos) make_folders_durably(*files_, parent_folder(path));
    write_durably(*files_, path, content);
  }
  // Everything that was written must be one unit.
  Selection selected() {
    scan_ = scan_archive(*files_);
    read_headers(*files_, scan_.files, [] { return true; });
    const auto units = units_of(scan_.files);
    EXPECT_EQ(units.size(), 1U);
    return select_files(*files_, units.at(0), target_, FileOwners(scan_), scan_.files);
  }
  Finding only_finding() {
    Selection selection = selected();
    EXPECT_TRUE(selection.files.empty());
    EXPECT_EQ(selection.findings.size(), 1U);
    return selection.findings.empty() ? Finding{} : selection.findings.front();
  }
  void expect_selected(const std::string& path, const std::string& content) {
    Selection selection = selected();
    ASSERT_EQ(selection.files.size(), 1U);
    SoundFile& file = selection.files.front();
    EXPECT_EQ(file.found->path, path);
    EXPECT_EQ(file.size, content.size());
    EXPECT_EQ(file.digest, digest_of(as_bytes(content)));
    EXPECT_EQ(read_through(*file.content, UINT64_MAX).digest, file.digest);
    EXPECT_EQ(file.owner.system_identifier, samples::kSystem1Mb);
    EXPECT_EQ(file.owner.segment_size, SegmentSize::from_bytes(kMegabyte));
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
  ArchiveScan scan_;
  ImportTarget target_{.cluster = "main",
                       .system = {.system_identifier = samples::kSystem1Mb,
                                  .segment_size = SegmentSize::from_bytes(kMegabyte)}};
};

TEST_F(ImportFileTest, SegmentInUseInACopyOfAPgWal) {
  files_->make_folder("archive_status");
  write(kSegment, samples::WalWriter(kSegment).records(20, 400).content());
  EXPECT_EQ(only_finding().kind, Kind::kInUse);
  write(kSegment, samples::WalWriter(kSegment).record(2 * kMegabyte).content());
  EXPECT_EQ(only_finding().kind, Kind::kPerhapsUnfinished);
}

TEST_F(ImportFileTest, EveryFormOfASegment) {
  const std::string name = kSegment;
  for (const auto& [file, content] :
       {std::pair{name, segment()}, std::pair{name + ".gz", gzip(segment())},
        std::pair{name + ".lz4", lz4(segment())}, std::pair{name + ".zst", zstd(segment())},
        std::pair{name, gzip(segment())}}) {  // Barman: no suffix
    write(file, content);
    expect_selected(file, segment());
    files_->remove(file);
  }
}

TEST_F(ImportFileTest, TextsOfTheServer) {
  write("00000002.history.gz", gzip(kHistory));
  expect_selected("00000002.history.gz", kHistory);
}

TEST_F(ImportFileTest, ASegmentMustBeWhole) {
  write(kSegment, segment().substr(0, 700000));
  Finding finding = only_finding();
  EXPECT_EQ(finding.kind, Kind::kDamaged);
  EXPECT_EQ(finding.problem,
            "it has 700000 bytes, but a segment's size is a power of two from 1MB to 1GB");
  write(kSegment, segment().substr(0, kMegabyte / 2) + segment());
  EXPECT_EQ(only_finding().kind, Kind::kDamaged);
  write(kSegment, "");
  EXPECT_EQ(only_finding().kind, Kind::kDamaged);
}

TEST_F(ImportFileTest, ACompressedSegmentMustBeWhole) {
  write(kSegment, gzip(segment().substr(0, 700000)));
  EXPECT_EQ(only_finding().problem, "it ends after 700000 of 1048576 bytes");
  write(kSegment, gzip(segment()).substr(0, 500));
  EXPECT_EQ(only_finding().problem, "its gzip data is damaged: it ends early");
  write(kSegment, gzip("not a segment, but long enough for the header of a page"));
  EXPECT_TRUE(only_finding().problem.starts_with("it is not a WAL segment: page magic"));
  write(kSegment, gzip("short"));
  EXPECT_EQ(only_finding().kind, Kind::kDamaged);
}

TEST_F(ImportFileTest, ABombIsNotDecompressed) {
  const std::string bomb = segment() + std::string(40 * kMegabyte, '\0');
  write(std::string(kSegment) + ".zst", zstd(bomb));
  EXPECT_EQ(only_finding().problem, "it has more than 1048576 bytes");
}

TEST_F(ImportFileTest, AHistoryIsNoBomb) {
  write("00000002.history.zst", zstd(std::string(40 * kMegabyte, '\n')));
  const Finding finding = only_finding();
  EXPECT_EQ(finding.kind, Kind::kDamaged);
  EXPECT_NE(finding.problem.find("a timeline history file has at most"), std::string::npos)
      << finding.problem;
}

TEST_F(ImportFileTest, TheContentMustFitTheName) {
  write("000000010000000000000008", segment());
  EXPECT_EQ(
      only_finding().problem,
      "its first page has the address 0/700000, but according to its name it should have 0/800000");
}

TEST_F(ImportFileTest, AnotherSystemIsLeftOut) {
  write(kSegment, segment('x', 12));
  const Finding finding = only_finding();
  EXPECT_EQ(finding.kind, Kind::kOtherSystem);
  EXPECT_EQ(finding.problem,
            "its system identifier is 12, but the cluster's is 7711084896406890663");
}

TEST_F(ImportFileTest, AnotherSegmentSizeIsLeftOut) {
  target_.system.segment_size = SegmentSize::from_bytes(16 * kMegabyte);
  write(kSegment, segment());
  EXPECT_EQ(only_finding().problem, "its segment size is 1MB, but the cluster's is 16MB");
}

TEST_F(ImportFileTest, TheSameContentTwiceIsPutOnce) {
  write(kSegment, segment());
  write("a/" + std::string(kSegment) + ".gz", gzip(segment()));
  Selection selection = selected();
  ASSERT_EQ(selection.files.size(), 1U);
  EXPECT_EQ(selection.duplicates, 1U);
  EXPECT_TRUE(selection.findings.empty());
}

TEST_F(ImportFileTest, DifferentContentsAreBothLeftOut) {
  write(kSegment, segment('x'));
  write(std::string(kSegment) + ".gz", gzip(segment('y')));
  const Selection selection = selected();
  EXPECT_TRUE(selection.files.empty());
  ASSERT_EQ(selection.findings.size(), 2U);
  for (const Finding& finding : selection.findings)
    EXPECT_EQ(finding.kind, Kind::kContents);
}

TEST_F(ImportFileTest, ADamagedFormDoesNotHinderTheWholeOne) {
  write(kSegment, segment().substr(0, 1000));
  write(std::string(kSegment) + ".gz", gzip(segment()));
  const Selection selection = selected();
  ASSERT_EQ(selection.files.size(), 1U);
  EXPECT_EQ(selection.files.front().found->path, std::string(kSegment) + ".gz");
  ASSERT_EQ(selection.findings.size(), 1U);
  EXPECT_EQ(selection.findings.front().kind, Kind::kDamaged);
}

// Its log is that of another segment, which may exist nowhere else.
TEST_F(ImportFileTest, AMisnamedPartialIsNotSuperseded) {
  write(kSegment, segment());
  write(std::string(kSegment) + ".gz.partial",
        gzip(samples::WalWriter("000000010000000000000005").records(20, 200).content()));
  write(std::string(kSegment) + ".partial", segment().substr(0, 1000));
  const Selection selection = selected();
  ASSERT_EQ(selection.files.size(), 1U);
  ASSERT_EQ(selection.findings.size(), 2U);
  EXPECT_EQ(selection.findings[0].kind, Kind::kMisnamed) << selection.findings[0].problem;
  EXPECT_EQ(selection.findings[1].kind, Kind::kSuperseded);
}

TEST_F(ImportFileTest, AFormWithMoreOfTheLogIsPut) {
  const std::string whole = samples::WalWriter(kSegment).fill().content();
  const std::string name = kSegment;
  write("cut/" + name, samples::WalWriter(kSegment).records(20, 200).content());
  write(name + ".zst", zstd(whole));
  Selection selection = selected();
  ASSERT_EQ(selection.files.size(), 1U);
  EXPECT_EQ(selection.files.front().found->path, name + ".zst");
  ASSERT_EQ(selection.findings.size(), 1U);
  EXPECT_EQ(selection.findings.front().kind, Kind::kSuperseded);
  EXPECT_EQ(selection.findings.front().problem, "\"" + name + ".zst\" contains all of its log");
}

TEST_F(ImportFileTest, FormsThatDifferInTheirLogAreLeftOut) {
  write(kSegment, samples::WalWriter(kSegment).fill().content());
  write(std::string(kSegment) + ".gz",
        gzip(samples::WalWriter(kSegment).records(20, 200, 'y').content()));
  const Selection selection = selected();
  EXPECT_TRUE(selection.files.empty());
  EXPECT_EQ(selection.findings.size(), 2U);
}

// One ends where the other continues; only an unfinished one is contained.
TEST_F(ImportFileTest, ASwitchIsNoPartOfALongerLog) {
  write(kSegment, samples::WalWriter(kSegment).fill().content());
  write(std::string(kSegment) + ".gz",
        gzip(samples::WalWriter(kSegment).records(20, 200).switch_wal().content()));
  EXPECT_EQ(selected().findings.size(), 2U);
}

// The rest of a segment that ended early may be zeros or another segment's pages.
TEST_F(ImportFileTest, StalePagesDoNotMatter) {
  const std::string old = samples::WalWriter("000000010000000000000003").fill('o').content();
  write(kSegment, samples::WalWriter(kSegment).records(20, 200).switch_wal().content());
  write(std::string(kSegment) + ".gz",
        gzip(samples::WalWriter(kSegment, old).records(20, 200).switch_record().content()));
  const Selection selection = selected();
  EXPECT_EQ(selection.files.size(), 1U);
  ASSERT_EQ(selection.findings.size(), 1U);
  EXPECT_EQ(selection.findings.front().kind, Kind::kSuperseded);
}

TEST_F(ImportFileTest, APartialIsPutUnlessTheWholeSegmentContainsIt) {
  const std::string partial = std::string(kSegment) + ".partial";
  const std::string content = samples::WalWriter(kSegment).records(20, 200).content();
  write(partial, content);
  expect_selected(partial, content);
  write(kSegment, "damaged");
  Selection selection = selected();
  ASSERT_EQ(selection.files.size(), 1U);
  EXPECT_EQ(selection.files.front().found->file.text(), partial);
  write(kSegment, samples::WalWriter(kSegment).fill('y').content());
  EXPECT_EQ(selected().files.size(), 2U);
  write(kSegment, samples::WalWriter(kSegment).fill().content());
  selection = selected();
  ASSERT_EQ(selection.files.size(), 1U);
  EXPECT_EQ(selection.files.front().found->file.text(), kSegment);
  ASSERT_EQ(selection.findings.size(), 1U);
  EXPECT_EQ(selection.findings.front().kind, Kind::kSuperseded);
  EXPECT_FALSE(is_loss(Kind::kSuperseded));
}

// pg_receivewal was killed, and a later run has finished the segment.
TEST_F(ImportFileTest, ADamagedPartialOfAWholeSegmentIsNoLoss) {
  write(kSegment, samples::WalWriter(kSegment).fill().content());
  write(std::string(kSegment) + ".gz.partial", gzip(segment()).substr(0, 100));
  const Selection selection = selected();
  EXPECT_EQ(selection.files.size(), 1U);
  ASSERT_EQ(selection.findings.size(), 1U);
  EXPECT_EQ(selection.findings.front().kind, Kind::kSuperseded);
}

TEST_F(ImportFileTest, ACompressedPartialIsCompletedWithZeros) {
  const std::string written = segment().substr(0, 200000);
  const std::string path = std::string(kSegment) + ".gz.partial";
  write(path, gzip(written));
  expect_selected(path, written + std::string(kMegabyte - written.size(), '\0'));
}

TEST_F(ImportFileTest, AShortPartialThatIsNotCompressedIsDamaged) {
  write(std::string(kSegment) + ".partial", segment().substr(0, 200000));
  EXPECT_EQ(only_finding().kind, Kind::kDamaged);
}

TEST_F(ImportFileTest, ASha1InTheNameIsChecked) {
  Sha1 sha1;
  sha1.update(as_bytes(segment()));
  const std::string digits = to_hex(sha1.finish());
  const std::string path = std::string(kSegment) + "-" + digits + ".gz";
  write(path, gzip(segment()));
  expect_selected(path, segment());
  write(path, gzip(segment('y')));
  EXPECT_NE(only_finding().problem.find("but its name contains " + digits), std::string::npos);
}

TEST_F(ImportFileTest, AFileThatCannotBeReadIsLeftOut) {
  write(kSegment, segment());
  const auto faults = std::make_shared<FaultPlan>();
  files_ = with_faults(std::move(files_), faults);
  faults->fail_every(FileCall::kReadAt, EIO);
  EXPECT_EQ(only_finding().kind, Kind::kUnreadable);
}

// --- the put ---

TEST_F(ImportFileTest, PutsWithoutABodyIfTheStoreHasIt) {
  write(std::string(kSegment) + ".zst", zstd(segment()));
  target_.encoding = Encoding::kZstd;
  Selection selection = selected();
  ASSERT_EQ(selection.files.size(), 1U);
  FakeStore store;
  store.on_put = [](const PutFile& put, FileContent& content) {
    EXPECT_TRUE(put.ask_first);
    EXPECT_EQ(put.cluster, "main");
    EXPECT_EQ(put.file.text(), kSegment);
    EXPECT_EQ(put.raw_size, kMegabyte);
    EXPECT_EQ(put.encoding, Encoding::kZstd);
    EXPECT_EQ(put.digest, read_through(content, UINT64_MAX).digest);
    return PutDone{PutResult::kExisted, {.name = kSegment}};
  };
  const ImportResult result = put_file(selection.files.front(), target_, store, kPatience);
  EXPECT_EQ(result.done.value().result, PutResult::kExisted);
  EXPECT_TRUE(result.findings.empty());
}

TEST_F(ImportFileTest, WhatTheStoreRemarksIsReported) {
  write(kSegment, segment());
  Selection selection = selected();
  FakeStore store;
  store.on_put = [](const PutFile&, FileContent&) {
    return PutDone{PutResult::kPublished,
                   {.name = std::string(kSegment) + ".incomplete.0123", .warning = "old"}};
  };
  const ImportResult result = put_file(selection.files.at(0), target_, store, kPatience);
  ASSERT_EQ(result.findings.size(), 2U);
  EXPECT_EQ(result.findings[0].kind, Kind::kIncomplete);
  EXPECT_EQ(result.findings[1].kind, Kind::kWarning);
}

TEST_F(ImportFileTest, ARefusalConcernsOneFileAndAnOutageAll) {
  write(kSegment, segment());
  Selection selection = selected();
  FakeStore store;
  ErrorKind kind = ErrorKind::kRefused;
  store.on_put = [&](const PutFile&, FileContent&) -> PutDone { throw Error(kind, "no"); };
  for (const auto& [thrown, expected] : {std::pair{ErrorKind::kRefused, Kind::kRefused},
                                         std::pair{ErrorKind::kDamaged, Kind::kDamaged},
                                         std::pair{ErrorKind::kStorage, Kind::kUnreadable}}) {
    kind = thrown;
    const ImportResult result = put_file(selection.files.at(0), target_, store, kPatience);
    EXPECT_FALSE(result.done);
    ASSERT_EQ(result.findings.size(), 1U);
    EXPECT_EQ(result.findings[0].kind, expected);
  }
  for (const ErrorKind outage : {ErrorKind::kUnavailable, ErrorKind::kTimeout}) {
    kind = outage;
    EXPECT_EQ(kind_thrown([&] { put_file(selection.files.at(0), target_, store, kPatience); }),
              outage);
  }
}

}  // namespace
}  // namespace walstow
