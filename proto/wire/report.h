// JSON bodies of successful answers, for programs and `walstow`. Unknown fields are ignored. The
// parse functions throw Error{kUnavailable} on anything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/identity/grant.h"
#include "proto/wal/lsn.h"
#include "proto/wire/refusal.h"
#include "proto/wire/retention_report.h"
#include "proto/wire/verify_report.h"
#include "proto/wire/withdraw_report.h"

namespace walstow {

// PUT of a file: 201 or 200.
struct PutReport {
  std::string archive;
  std::string era;
  std::string name;                             // as stored: a .partial has its digest in it
  std::string digest;                           // of the raw file, 32 hex digits
  std::uint64_t raw_size = 0, stored_size = 0;  // bytes
  std::string warning = {};                     // for a file that is stored but may be of no use
  bool operator==(const PutReport&) const = default;
};

// One unbroken run of segments on one timeline.
struct SegmentRange {
  std::string first, last;  // names
  std::uint64_t count = 0;
  bool operator==(const SegmentRange&) const = default;
};

struct TimelineReport {
  std::uint32_t timeline = 0;
  std::optional<std::uint32_t> parent;  // from its history file
  std::string left_parent_at;           // LSN, "" without parent
  std::vector<SegmentRange> ranges;     // ascending; a gap between two is a hole
  std::uint64_t ranges_left_out = 0;    // older ones, not in `ranges`; a hole follows each
  std::uint64_t segments = 0;
  std::uint64_t raw_bytes = 0, stored_bytes = 0;
  std::uint64_t partials = 0, incompletes = 0, backups = 0;
  std::optional<Time> newest;  // when the newest segment was put
  // The newest of the `backups`, ascending; the others are left out.
  std::vector<BackupReport> backup_files = {};
  bool operator==(const TimelineReport&) const = default;
};

// A position where a recovery would end although the log continues.
struct BreakReport {
  std::string file;
  std::string before;  // the segment that `file` does not continue; "": the break is inside `file`
  std::string at;      // LSN
  bool operator==(const BreakReport&) const = default;
};

// A timeline that one client opened, while other clients continued its parent beyond the branch
// point (store/inventory/branches.h).
struct BranchReport {
  std::uint32_t timeline = 0, parent = 0;
  std::string left_at;                       // LSN of the branch point
  std::string client, instance;              // that put the timeline's history
  Time put;                                  // when
  std::string other_client, other_instance;  // that put the parent's newest segment since
  std::string newest;                        // that segment
  std::uint64_t segments = 0;  // the parent's beyond `left_at`, put since; those counted
  bool more = false;           // there are more
  bool operator==(const BranchReport&) const = default;
};

// The highest timeline is not the one in use (store/inventory/forked_timeline.h).
struct ForkedTimeline {
  std::uint32_t highest = 0;
  std::uint32_t in_use = 0;  // the timeline whose newest segment was put last
  std::string left_at;       // LSN where `highest` branched off; "" where it is no descendant
  bool operator==(const ForkedTimeline&) const = default;
};

struct EraReport {
  std::string era;
  std::vector<TimelineReport> timelines;
  std::uint64_t histories = 0;
  std::uint64_t conflicts = 0;  // contents that await an administrator's decision
  std::uint64_t missing = 0;    // segments in holes
  std::uint64_t withdrawn = 0;  // contents that administrators have withdrawn
  // "00000002.history": timelines that have files, but whose history is absent or unreadable. The
  // store refuses a recovery to them.
  std::vector<std::string> missing_histories = {};
  // XLOG_PAGE_MAGIC ("0xD130") of the newest segment, where its PostgreSQL release is newer than
  // the store's; else "".
  std::string newer_magic = {};
  // The newest ones only.
  std::vector<BreakReport> breaks = {};
  std::optional<ForkedTimeline> forked = {};
  // The newest ones only; `missing` counts all.
  std::vector<HoleReport> holes = {};
  std::optional<RetentionReport> retention = {};  // of the newest era
  // The newest ones only; `withdrawn` counts all.
  std::vector<WithdrawnReport> withdrawn_files = {};
  std::vector<BranchReport> branches = {};
  bool operator==(const EraReport&) const = default;
};

// Another data directory that reports under the same id as the first one.
struct SharedPosition {
  std::string restartpoint, lowest_handed, last_handed;  // as of a PositionReport
  std::optional<Time> seen;
  bool operator==(const SharedPosition&) const = default;
};

struct PositionReport {
  std::string client, instance, standby, host;
  std::string system;         // system identifier, decimal
  std::string restartpoint;   // "" when never reported
  std::string lowest_handed;  // lowest segment delivered since the instance appeared
  std::string last_handed;    // up to a minute old
  std::optional<Time> seen;   // up to a minute old
  bool retired = false;       // it is a primary now
  // The distance from its position to the newest segment of its timeline's line; nullopt: unknown.
  std::optional<std::uint64_t> behind_segments = {}, behind_bytes = {};
  // Two data directories seem to share one id, or this one returned to an earlier state. The
  // members above belong to the one that needs most, these to the others. All of them count for
  // retention.
  std::vector<SharedPosition> others = {};
  bool operator==(const PositionReport&) const = default;
};

struct ClusterReport {
  std::string archive, cluster;
  std::vector<EraReport> eras;  // oldest first
  std::vector<PositionReport> positions;
  // Descriptions of unreadable records. Nothing is pruned while there is one.
  std::vector<std::string> damaged = {};
  std::uint64_t stored_bytes = 0;             // of all timelines of all eras
  std::optional<std::uint64_t> quota = {};    // bytes; nullopt: no quota
  std::optional<VerifyRecord> verified = {};  // nullopt: never completely
  bool operator==(const ClusterReport&) const = default;
};

struct ClusterSummary {
  std::string cluster;
  std::string newest_era;  // "" before the first put
  std::uint32_t eras = 0;
  bool operator==(const ClusterSummary&) const = default;
};

struct FileEntry {
  std::string era;   // "001-..."
  std::string name;  // as stored, without ".zst"
  std::uint64_t stored_size = 0;
  Time put;
  bool operator==(const FileEntry&) const = default;
};
struct FilePage {
  std::vector<FileEntry> files;
  std::string next;  // "after" of the next page, "" on the last
  bool operator==(const FilePage&) const = default;
};

struct WhoamiReport {
  std::string archive, name;  // name: the client's, or the local user's
  Grants grants;
  std::optional<Time> certificate_until;  // of the certificate that the caller presented
  bool operator==(const WhoamiReport&) const = default;
};

// A client in the registry.
struct ClientReport {
  std::string client;
  std::string public_key;   // base64 of its SubjectPublicKeyInfo (DER)
  std::string fingerprint;  // "sha256:HEX" of the same bytes
  Grants grants;
  std::optional<Time> certificate_until;  // of the newest certificate made for it
  Time added;
  bool operator==(const ClientReport&) const = default;
};

// A stored content of a file, in addition to the one that has its name.
struct ConflictReport {
  std::string era, file;
  std::string digest;  // of the raw file, 32 hex digits
  std::string state;   // "open"; "settled": decided; "incomplete": an incomplete segment
  std::string client;  // the client that put it
  Time put;
  std::uint64_t stored_size = 0;  // bytes
  // The content that has the name; "" where none has.
  std::string standing, standing_client;
  // LSNs of two compared segments: where they start to differ, and where each ends. "" in a list of
  // all files, and where there are not two segments.
  std::string differs_at, ends_at, standing_ends_at;
  bool operator==(const ConflictReport&) const = default;
};

struct CheckReport {
  std::string archive, cluster;
  std::uint64_t publish_microseconds = 0, read_microseconds = 0;
  std::string newest_era;  // "" before the first put
  bool operator==(const CheckReport&) const = default;
};

std::string to_json(const PutReport& report);
std::string to_json(const ClusterReport& report);
std::string to_json(const std::vector<ClusterSummary>& summaries, const std::string& next = {});
std::string to_json(const FilePage& page);
std::string to_json(const FileEntry& file);  // a single one, as a line
std::string to_json(const WhoamiReport& report);
std::string to_json(const CheckReport& report);
std::string to_json(const std::vector<ClientReport>& clients, const std::string& next = {});
std::string to_json(const std::vector<ConflictReport>& conflicts, const std::string& next = {});
std::string to_json(const std::vector<PositionReport>& standbys, const std::string& next = {});

PutReport parse_put_report(std::string_view body);
ClusterReport parse_cluster_report(std::string_view body);
std::vector<ClusterSummary> parse_cluster_summaries(std::string_view body);
FilePage parse_file_page(std::string_view body);
WhoamiReport parse_whoami_report(std::string_view body);
CheckReport parse_check_report(std::string_view body);
std::vector<ClientReport> parse_client_reports(std::string_view body);
std::vector<ConflictReport> parse_conflict_reports(std::string_view body);
std::vector<PositionReport> parse_standby_reports(std::string_view body);

}  // namespace walstow
