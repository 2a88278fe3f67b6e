// Determines which segments in a pg_wal have log that their server has finished. A server keeps
// files in its pg_wal that look like segments and are not: it renames old segments, also those of
// an older timeline, to future names, and creates empty ones. It is also writing one segment.
// Source: PostgreSQL src/backend/access/transam/xlog.c (RemoveOldXlogFiles,
// RemoveNonParentXlogFiles, InstallXLogFileSegment, XLogFileCopy; XLogWrite: a finished segment is
// fsynced first, then XLogArchiveNotifySeg), src/backend/replication/walreceiver.c
// (XLogWalRcvClose: the same order).
#pragma once

#include <optional>
#include <span>

#include "proto/files/file_system.h"
#include "proto/wal/segment_end.h"
#include "store/admin/import/archive_scan.h"
#include "store/admin/import/finding.h"

namespace walstow {

// Moves each segment that its server has not written under its name from the files of `scan`, whose
// headers were read, to the findings. In a pg_wal:
//   kRecycled   its first page is empty, or has another address, or is from a timeline that cannot
//               begin this segment by the history of the name's timeline
//   kNoHistory  its first page is from an older timeline, and there is no such history
// In another folder, whose files were archived, only a history decides (kMisnamed); without one,
// the store does. The histories are files of the scan.
void leave_out_renamed(FileSystem& folder, ArchiveScan& scan);

enum class NodeSegment {
  kWhole,
  kInUse,              // its log ends in it, and nothing shows that the server has finished it
  kPerhapsUnfinished,  // it looks whole, but its last record cannot be checked
  kDamaged,            // its log breaks off, although the server has finished it
};
struct JudgedSegment {
  NodeSegment result = NodeSegment::kWhole;
  // Where its log ends or breaks off, as an offset. nullopt: nowhere, or this is unknown.
  std::optional<std::uint64_t> at = {};
};
struct SegmentFacts {
  SegmentEnd end;
  bool is_open = false;           // a record continues in the next segment
  bool has_known_records = true;  // false for a release whose records are unknown
  // The folder has a later segment of the same timeline with log of its own, so the server has
  // finished this one.
  bool has_later = false;
  // archive_status has a .ready or .done file for it, so the server has fsynced it. A standby makes
  // one for the unfinished last segment of a timeline, too.
  bool has_status = false;
};
// The last segment of a running server changes while it is read, so it never counts as damaged.
// Pure.
JudgedSegment judge(const SegmentFacts& facts);

// Returns why `found`, a segment of a pg_wal, is not put: kInUse, kPerhapsUnfinished or kDamaged.
// Returns nullopt if it is whole. All of its bytes were added to `segment`. `files` are all files
// of the scan. Throws Error{kStorage}.
std::optional<Finding> find_unfinished(FileSystem& folder, const FoundFile& found,
                                       const SegmentEndFinder& segment,
                                       std::span<const FoundFile> files);

}  // namespace walstow
