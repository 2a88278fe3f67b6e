// Checks one file of an archive, and puts it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/base/error.h"
#include "proto/client/store_client.h"
#include "proto/files/file_system.h"
#include "proto/pgdata/data_directory.h"
#include "store/admin/import/archive_scan.h"
#include "store/admin/import/file_owners.h"
#include "store/admin/import/finding.h"

namespace walstow {

// The cluster and the system to which the files are put.
struct ImportTarget {
  std::string cluster;
  ServerIdentity system;  // its system identifier is always set
  Encoding encoding = Encoding::kIdentity;
};

// A file that passed all checks.
struct SoundFile {
  const FoundFile* found = nullptr;
  ServerIdentity owner;
  std::uint64_t size = 0;  // bytes, decompressed
  Digest digest;           // of the decompressed file
  // Of the same bytes. If it is set, the store is asked before the file is put (confirm.h).
  std::optional<Sha256Digest> sha256 = {};
  std::unique_ptr<FileContent> content;
};

// The files that the import examines together: all copies of a segment and its .partial files, or
// all copies of one history or .backup file.
struct ImportUnit {
  std::span<const FoundFile> files;  // never empty
};
// `files` are in the order of ArchiveScan.
std::vector<ImportUnit> units_of(std::span<const FoundFile> files);

struct Selection {
  std::vector<SoundFile> files;  // one for each name to put
  std::uint64_t duplicates = 0;  // number of files with the same content as one of these
  std::vector<Finding> findings;
};

// Reads all files of a unit, and selects the files to put:
//   one copy of a segment, history or .backup file of the target's system that passes precheck()
//   a .partial, unless a whole segment that passes contains all of its log
// If several segments with the same name pass, it selects one whose log includes that of all
// others. It compares them as the store does (segment_end.h). If there is no such segment, or if
// histories or .backup files with the same name differ, it selects none of them. A compressed
// .partial that ends early (pg_receivewal makes such files) is completed with zeros, as PostgreSQL
// leaves such a segment.
//
// A segment in a pg_wal counts only if its server has finished it (own_segments.h). `files` are all
// files of the scan.
Selection select_files(FileSystem& folder, const ImportUnit& unit, const ImportTarget& target,
                       const FileOwners& owners, std::span<const FoundFile> files);

struct ImportResult {
  std::optional<PutDone> done;  // nullopt: a finding explains why not
  std::vector<Finding> findings;
};

// Returns the finding about a file whose check failed with `error`, or that the store refused.
Finding finding_of(const FoundFile& found, const Error& error);

// Puts the file. Does not send the body if the store has the file already. Throws only Errors that
// concern all files: kUnavailable, kTimeout, kUsage, kFatal.
ImportResult put_file(SoundFile& file, const ImportTarget& target, StoreClient& store,
                      const Patience& patience);

}  // namespace walstow
