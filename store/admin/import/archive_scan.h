// Finds the WAL files in an archive of another program: a folder with or without sub-folders.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/files/file_system.h"
#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"
#include "store/admin/import/finding.h"

namespace walstow {

// Returns whether `file` is a segment or .partial, which begins with a page header.
bool has_pages(const WalFileName& file);

struct FoundFile {
  std::string path;        // relative to the scanned folder
  WalFileName file;        // according to its name
  std::string sha1;        // as in ArchivedName
  std::uint64_t size = 0;  // on disk, bytes
  // From the header of a segment or .partial. nullopt: the file has no header, or the header cannot
  // be read.
  std::optional<std::uint64_t> system_identifier = {};
  std::optional<SegmentSize> segment_size = {};
  std::optional<Timeline> page_timeline = {};
  bool is_newer_release = false;  // as in SegmentHeader
  bool is_misnamed = false;       // the header belongs to another name
  bool has_empty_page = false;    // zeros instead of a header
  bool is_of_pg_wal = false;      // its folder is a pg_wal, or a copy of one with archive_status
};

struct ArchiveScan {
  // In the order of the import. The timelines ascend, each with its history first. Then follows
  // each segment with its .partial files, and then its .backup files. Files with the same name are
  // adjacent.
  std::vector<FoundFile> files;
  std::vector<Finding> findings;  // about everything that is not a file of the archive
};

// Never follows a symbolic link. Reports a sub-folder that cannot be read as a finding. Throws
// Error{kStorage} if `folder` itself cannot be read.
ArchiveScan scan_archive(FileSystem& folder);

// Reads the first page's header of each segment, and fills in its members. Calls `done` after each
// file; it stops if `done` returns false.
void read_headers(FileSystem& folder, std::span<FoundFile> files,
                  const std::function<bool()>& done);

}  // namespace walstow
