#include "store/admin/import/archive_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "proto/base/filesystem.h"
#include "store/admin/import/file_owners.h"
#include "tests/support/compressed.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wal_samples.h"

namespace walstow {
namespace {

using Kind = Finding::Kind;

class ArchiveScanTest : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view content = "") {
    const fs::path full = folder_.path() / path;
    fs::create_directories(full.parent_path());
    fs::ofstream(full, std::ios::binary) << content;
  }
  // A first page of the system, compressed.
  void write_page(const std::string& path, std::uint64_t system) {
    write(path, gzip(as_text(samples::page_header({.system_identifier = system}))));
  }
  ArchiveScan scan() {
    ArchiveScan scan = scan_archive(*files());
    read_headers(*files(), scan.files, [] { return true; });
    return scan;
  }
  FileSystem* files() {
    if (files_ == nullptr) files_ = open_posix_file_system(folder_.path().string());
    return files_.get();
  }
  static std::vector<std::string> paths_of(const ArchiveScan& scan) {
    std::vector<std::string> paths;
    for (const FoundFile& found : scan.files)
      paths.push_back(found.path);
    return paths;
  }

  TemporaryFolder folder_;
  std::unique_ptr<FileSystem> files_;
};

TEST_F(ArchiveScanTest, OrdersFilesAsTheyAreImported) {
  for (const char* path :
       {"000000020000000000000001", "00000002.history.gz", "000000010000000000000003.gz",
        "a/000000010000000000000003", "000000010000000000000003.partial",
        "000000010000000000000003.00000028.backup", "000000010000000000000002",
        "z/0000000100000000/000000010000000000000001"})
    write(path);
  EXPECT_EQ(paths_of(scan()),
            (std::vector<std::string>{
                "z/0000000100000000/000000010000000000000001", "000000010000000000000002",
                "000000010000000000000003.gz", "a/000000010000000000000003",
                "000000010000000000000003.partial", "000000010000000000000003.00000028.backup",
                "00000002.history.gz", "000000020000000000000001"}));
}

TEST_F(ArchiveScanTest, ReportsEverythingElse) {
  write("README");
  write("sub/000000010000000000000001.bz2");
  write("00000001000000000000000a.gz");
  write("main_000000010000000000000007");
  write(".000000010000000000000007.aB3dE7");
  fs::create_symlink("README", folder_.path() / "000000010000000000000002");
  fs::create_directory_symlink("/", folder_.path() / "root");
  const ArchiveScan found = scan();
  EXPECT_TRUE(found.files.empty());
  ASSERT_EQ(found.findings.size(), 7U);
  std::vector<std::pair<std::string, Kind>> kinds;
  for (const Finding& finding : found.findings)
    kinds.emplace_back(finding.path, finding.kind);
  EXPECT_EQ(kinds, (std::vector<std::pair<std::string, Kind>>{
                       {".000000010000000000000007.aB3dE7", Kind::kNotWal},
                       {"000000010000000000000002", Kind::kLink},
                       {"00000001000000000000000a.gz", Kind::kUnknownName},
                       {"README", Kind::kNotWal},
                       {"main_000000010000000000000007", Kind::kUnknownName},
                       {"root", Kind::kLink},
                       {"sub/000000010000000000000001.bz2", Kind::kUnknownName}}));
}

TEST_F(ArchiveScanTest, ReadsTheHeadersOfSegments) {
  write_page("000000010000000000000007.gz", 12);
  write("000000010000000000000008", "damaged");
  const ArchiveScan found = scan();
  EXPECT_EQ(found.files[0].system_identifier, 12U);
  EXPECT_EQ(found.files[0].segment_size, SegmentSize::from_bytes(std::uint64_t{16} << 20));
  EXPECT_FALSE(found.files[1].system_identifier);
}

using Systems = std::set<std::uint64_t>;

Systems owners_of(const ArchiveScan& scan, const std::string& path) {
  const auto found = std::ranges::find(scan.files, path, &FoundFile::path);
  return FileOwners(scan).owners_of(*found);
}

TEST_F(ArchiveScanTest, AHistoryBelongsToTheSystemOfTheSegmentsAroundIt) {
  write_page("15-1/0000000200000000/000000020000000000000007", 1);
  write_page("16-2/0000000200000000/000000020000000000000007", 2);
  write_page("16-2/0000000100000000/000000010000000000000007", 2);
  for (const char* folder : {"15-1/", "16-2/", "", "elsewhere/"}) {
    write(std::string(folder) + "00000002.history");
    write(std::string(folder) + "00000001.history");
    write(std::string(folder) + "00000003.history");
  }
  const ArchiveScan found = scan();
  EXPECT_EQ(owners_of(found, "15-1/00000002.history"), Systems{1});
  EXPECT_EQ(owners_of(found, "16-2/00000002.history"), Systems{2});
  // Its folder decides, although another one has segments of its timeline.
  EXPECT_EQ(owners_of(found, "15-1/00000001.history"), Systems{1});
  EXPECT_EQ(owners_of(found, "00000002.history"), (Systems{1, 2}));
  EXPECT_EQ(owners_of(found, "elsewhere/00000003.history"), (Systems{1, 2}));
}

// Segments of another system may be in a form that the import cannot read.
TEST_F(ArchiveScanTest, AHistoryNextToUnidentifiedSegmentsHasNoKnownSystem) {
  write_page("a/000000010000000000000007", 1);
  write("b/00000002.history");
  write("b/000000020000000000000007.bz2");
  write("c/00000002.history");
  write("c/000000020000000000000007", "damaged");
  write("c/below/00000003.history");
  const ArchiveScan found = scan();
  const Systems unidentified{FileOwners::kUnidentified};
  EXPECT_EQ(owners_of(found, "b/00000002.history"), unidentified);
  EXPECT_EQ(owners_of(found, "c/00000002.history"), unidentified);
  EXPECT_EQ(owners_of(found, "c/below/00000003.history"), unidentified);
}

TEST_F(ArchiveScanTest, ABackupFileBelongsToItsSegment) {
  write_page("000000010000000000000006.gz", 1);
  write_page("000000010000000000000007", 2);
  write("000000010000000000000006.00000028.backup");
  write("000000010000000000000007.00000028.backup");
  write("000000010000000000000008.00000028.backup");
  const ArchiveScan found = scan();
  EXPECT_EQ(owners_of(found, "000000010000000000000006.00000028.backup"), Systems{1});
  EXPECT_EQ(owners_of(found, "000000010000000000000007.00000028.backup"), Systems{2});
  EXPECT_EQ(owners_of(found, "000000010000000000000008.00000028.backup"), (Systems{1, 2}));
}

}  // namespace
}  // namespace walstow
