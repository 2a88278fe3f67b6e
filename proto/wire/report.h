// JSON bodies of successful answers, for programs and `walstow`. The parse functions ignore unknown
// fields, and throw Error{kUnavailable} for every other fault.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/base/utc_time_micro.h"
#include "proto/identity/grant.h"
#include "proto/wal/lsn.h"
#include "proto/wire/refusal.h"
#include "proto/wire/retention_report.h"
#include "proto/wire/verify_report.h"
#include "proto/wire/withdraw_report.h"

namespace walstow {

// The body of the answer to a PUT of a file (201 or 200).
struct PutReport {
  std::string archive;
  std::string era;
  // The name as stored: for a .partial, it contains the digest.
  std::string name;
  std::string digest;                           // digest of the raw file, 32 hex digits
  std::uint64_t raw_size = 0, stored_size = 0;  // bytes
  std::string warning = {};                     // for a file that is stored, but may not be usable
  bool operator==(const PutReport&) const = default;
};

// The body of the answer to a ConfirmFile.
struct ConfirmReport {
  std::optional<PutReport> archived;  // nullopt: the archive lacks this content
  // Whether the archive has other content under the name. A put then compares both: they may differ
  // only where no server reads. A store of an earlier release never reports it.
  bool other_content = false;
  bool operator==(const ConfirmReport&) const = default;
};

// One unbroken run of segments on one timeline.
struct SegmentRange {
  std::string first, last;  // names
  std::uint64_t count = 0;
  bool operator==(const SegmentRange&) const = default;
};

struct TimelineReport {
  std::uint32_t timeline = 0;
  std::optional<std::uint32_t> parent;  // from the timeline's history file
  std::string left_parent_at;           // an LSN; "" if there is no parent
  std::vector<SegmentRange> ranges;     // in ascending order, with a gap between any two
  // The number of older ranges that are not in `ranges`. A gap follows each of them.
  std::uint64_t ranges_left_out = 0;
  std::uint64_t segments = 0;
  std::uint64_t raw_bytes = 0, stored_bytes = 0;
  std::uint64_t partials = 0, incompletes = 0, backups = 0;
  std::optional<Time> newest;  // when the newest segment was put
  // The newest of the `backups` backups, in ascending order; the others are left out.
  std::vector<BackupReport> backup_files = {};
  // How many of the gaps between all ranges a prune has left. The others are holes.
  std::uint64_t pruned_gaps = 0;
  bool operator==(const TimelineReport&) const = default;
};

// A position where a recovery would end although the log continues.
struct BreakReport {
  std::string file;
  // The segment that should continue in `file` and does not. "": the break is inside `file`.
  std::string before;
  std::string at;  // LSN
  bool operator==(const BreakReport&) const = default;
};

// A timeline that one client opened while other clients continued the parent timeline beyond the
// branch point (store/inventory/branches.h).
struct BranchReport {
  std::uint32_t timeline = 0, parent = 0;
  std::string left_at;                       // LSN of the branch point
  std::string client, instance;              // the client and instance that put the timeline's
                                             // history
  Time put;                                  // when the history was put
  std::string other_client, other_instance;  // the client and instance that have since put the
                                             // parent's newest segment
  std::string newest;                        // that segment
  // How many segments of the parent beyond `left_at` have been put since then. If `more`, the count
  // stopped early.
  std::uint64_t segments = 0;
  bool more = false;  // the parent has more such segments
  bool operator==(const BranchReport&) const = default;
};

// Set if the highest timeline is not the timeline in use (store/inventory/forked_timeline.h).
struct ForkedTimeline {
  std::uint32_t highest = 0;
  std::uint32_t in_use = 0;  // the timeline whose newest segment was put last
  std::string left_at;       // LSN where `highest` branched off; "" if it is not a descendant
  bool operator==(const ForkedTimeline&) const = default;
};

// The moments to which a recovery from the archive can lead at present, along one timeline. Every
// time from `from` to `to` can be reached, both included.
struct RecoverableReport {
  std::string backup;          // the base backup to start from, as in BackupReport
  std::uint32_t timeline = 0;  // the recovery's target
  TimeMicro from;
  std::optional<TimeMicro> to;  // nullopt: the time of the last transaction is not known
  std::string end;              // LSN where the last segment ends that the recovery can replay
  // The segment that ends the recovery although the log continues: it is missing or cannot be
  // replayed. "": the recovery replays the newest segment.
  std::string missing = {};
  bool operator==(const RecoverableReport&) const = default;
};

struct EraReport {
  std::string era;
  std::vector<TimelineReport> timelines;
  std::uint64_t histories = 0;
  std::uint64_t conflicts = 0;  // versions that await an administrator's decision
  std::uint64_t missing = 0;    // segments in holes
  std::uint64_t withdrawn = 0;  // versions that administrators have withdrawn
  // "00000002.history": the histories of timelines that have files, but whose history is absent or
  // unreadable. The store refuses a recovery that follows these timelines.
  std::vector<std::string> missing_histories = {};
  // XLOG_PAGE_MAGIC ("0xD130") of the newest segment if its PostgreSQL release is newer than the
  // store's; otherwise "".
  std::string newer_magic = {};
  // Contains only the newest breaks. `more_breaks`: there are others.
  std::vector<BreakReport> breaks = {};
  bool more_breaks = false;
  std::optional<ForkedTimeline> forked = {};
  // Contains only the newest holes; `missing` counts the segments of all holes.
  std::vector<HoleReport> holes = {};
  std::optional<RetentionReport> retention = {};  // set for the newest era
  // For the newest era, along the timeline in use. nullopt: no known base backup can be recovered.
  std::optional<RecoverableReport> recoverable = {};
  // Contains only the newest versions; `withdrawn` counts all of them.
  std::vector<WithdrawnReport> withdrawn_files = {};
  std::vector<BranchReport> branches = {};
  bool operator==(const EraReport&) const = default;
};

// Another data directory that reports under the same id.
struct SharedPosition {
  std::string restartpoint, lowest_handed, last_handed;  // as in PositionReport
  std::optional<Time> seen;
  bool operator==(const SharedPosition&) const = default;
};

struct PositionReport {
  std::string client, instance, standby, host;
  std::string system;        // system identifier, decimal
  std::string restartpoint;  // "" if the standby has never reported it
  // The lowest segment delivered to the server since the instance appeared.
  std::string lowest_handed;
  std::string last_handed;   // may be up to a minute old
  std::optional<Time> seen;  // may be up to a minute old
  bool retired = false;      // the server is a primary now
  // The distance from the standby's position to the newest segment, on its timeline or on a
  // descendant of that timeline that is in use. nullopt: unknown.
  std::optional<std::uint64_t> behind_segments = {}, behind_bytes = {};
  // Not empty if several data directories seem to share one id, or if this one returned to an
  // earlier state. The members above describe the directory that needs most WAL; `others` describes
  // the rest. Retention considers all of these directories.
  std::vector<SharedPosition> others = {};
  bool operator==(const PositionReport&) const = default;
};

struct ClusterReport {
  std::string archive, cluster;
  std::vector<EraReport> eras;  // oldest first
  std::vector<PositionReport> positions;
  // Descriptions of unreadable records. Nothing is pruned while there is such a record.
  std::vector<std::string> damaged = {};
  std::uint64_t stored_bytes = 0;             // stored bytes of all timelines of all eras
  std::optional<std::uint64_t> quota = {};    // bytes; nullopt: no quota
  std::optional<VerifyRecord> verified = {};  // nullopt: the cluster was never verified completely
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
  std::string next;  // the `after` of the next page; "" on the last page
  bool operator==(const FilePage&) const = default;
};

struct WhoamiReport {
  std::string archive, name;  // name: of the client, or of the local user
  Grants grants;
  std::optional<Time> certificate_until;  // expiry of the certificate that the caller presented
  bool operator==(const WhoamiReport&) const = default;
};

// A client in the registry.
struct ClientReport {
  std::string client;
  std::string public_key;   // base64 of the key's SubjectPublicKeyInfo (DER)
  std::string fingerprint;  // "sha256:HEX" of the same bytes
  Grants grants;
  std::optional<Time> certificate_until;  // expiry of the newest certificate made for the client
  Time added;
  bool operator==(const ClientReport&) const = default;
};

// A stored version of a file, in addition to the version that has the file's name.
struct ConflictReport {
  std::string era, file;
  std::string digest;  // digest of the raw file, 32 hex digits
  std::string state;   // "open"; "settled" (decided); "incomplete": an incomplete segment
  std::string client;  // the client that put the version
  Time put;
  std::uint64_t stored_size = 0;  // bytes
  // The digest of the version that has the name; "" if no version has it.
  std::string standing, standing_client;
  // The LSN at which both segments start to differ, and the LSN at which each of them ends. "" in a
  // list of all files, or if one of the versions is not a segment.
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
std::string to_json(const ConfirmReport& report);
std::string to_json(const ClusterReport& report);
std::string to_json(const std::vector<ClusterSummary>& summaries, const std::string& next = {});
std::string to_json(const FilePage& page);
std::string to_json(const FileEntry& file);  // one file, as a line
std::string to_json(const WhoamiReport& report);
std::string to_json(const CheckReport& report);
std::string to_json(const std::vector<ClientReport>& clients, const std::string& next = {});
std::string to_json(const std::vector<ConflictReport>& conflicts, const std::string& next = {});
std::string to_json(const std::vector<PositionReport>& standbys, const std::string& next = {});

PutReport parse_put_report(std::string_view body);
ConfirmReport parse_confirm_report(std::string_view body);
ClusterReport parse_cluster_report(std::string_view body);
std::vector<ClusterSummary> parse_cluster_summaries(std::string_view body);
FilePage parse_file_page(std::string_view body);
WhoamiReport parse_whoami_report(std::string_view body);
CheckReport parse_check_report(std::string_view body);
std::vector<ClientReport> parse_client_reports(std::string_view body);
std::vector<ConflictReport> parse_conflict_reports(std::string_view body);
std::vector<PositionReport> parse_standby_reports(std::string_view body);

}  // namespace walstow
