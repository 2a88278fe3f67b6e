// Every answer that is not a success: a stable code, a message, a hint. An answer that a file does
// not exist also has the proof. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/error.h"
#include "proto/http/http.h"
#include "proto/wal/lsn.h"

namespace walstow {

// Codes are part of the protocol (PROTOCOL.md, "Refusals"). They are never renamed or reused.
enum class Code {
  kBadRequest,      // 400 bad-request: not a request of this protocol
  kBadName,         // 400 bad-name: not the name of a WAL file, or not of a segment of this size
  kBadContent,      // 400 bad-content: the body does not match its head or name
  kDigestMismatch,  // 400 digest-mismatch: the body arrived damaged
  kTooLarge,        // 413 too-large
  kNoRight,         // 403 no-right
  kUnknownClient,   // 403 unknown-client: the caller is not in the registry, or has another key
  kUnknownCluster,  // 422 unknown-cluster
  kUnknownSystem,   // 422 unknown-system: the cluster has no era of this system identifier
  kNoSuchClient,    // 422 no-such-client: the registry has no client of the name in the path
  kNoSuchRecord,    // 422 no-such-record: no such hold, backup, standby or prune
  kNoSuchContent,   // 422 no-such-content: the archive has no such content of this file
  kOtherContent,    // 409 other-content: other content has this name
  kOtherSystem,     // 409 other-system: the cluster's newest era belongs to another system or size
  kExists,          // 409 exists: the cluster, era or client already exists
  kBelowFloor,      // 409 below-floor: the needed WAL was pruned, or is about to be
  kWithdrawn,       // 409 withdrawn: an administrator has withdrawn this content
  kOtherTimelines,  // 409 other-timelines: the client may not open timelines in this cluster
  kOverQuota,       // 507 over-quota: the cluster has as much data, or as many files, as it may
  // Their meaning: store/inventory/absence.h.
  kAbsentEnd,       // 404 absent-end: nothing later in its history is known
  kAbsentBefore,    // 404 absent-before: its timeline began later
  kHole,            // 404 hole: something later in its history exists
  kPruned,          // 404 pruned
  kHistoryMissing,  // 404 history-missing: it would decide between end and hole
  kDamaged,         // 500 damaged: the stored object fails its check
  kStorage,         // 507 storage: no space, I/O error
  kUnavailable,     // 503 unavailable: the archive cannot be reached (not mounted, no marker)
  kTimeout,         // 408 timeout
  kInternal,        // 500 internal
};

struct CodeInfo {
  Code code;
  std::string_view text;
  int status;
};
const CodeInfo& info_of(Code code);
std::optional<Code> parse_code(std::string_view text);

// The members that a proof of absence repeats. Only the store's own answer to this very request has
// them all.
struct AbsenceProof {
  std::string archive;  // archive id
  std::string cluster;
  std::string era;  // NNN-SYSTEMID-SEGSIZE
  std::string file;
  std::string request;  // Walstow-Request of the request
  bool operator==(const AbsenceProof&) const = default;
};

// What the client requested when the answer reports that a file is absent.
struct ProofSubject {
  std::string cluster;
  std::string file;
  std::string request_id;  // must not be empty: without one, an old answer looks like the new one
  std::optional<std::uint64_t> system_identifier;  // nullopt: the newest era's
  std::optional<SegmentSize> segment_size = {};    // nullopt: any
};
// Returns whether the proof is about exactly this request. If not, the answer means "unknown",
// never "absent". The proof must name the archive. A caller that knows its archive from before
// compares the names.
bool proves(const AbsenceProof& proof, const ProofSubject& asked);

struct Refusal {
  Code code = Code::kInternal;
  std::string message;
  std::string hint;                   // "" for none
  std::optional<AbsenceProof> proof;  // for the five kinds of 404, and only these
};

// Makes a refusal without a proof.
Refusal make_refusal(Code code, std::string message, std::string hint = {});

bool is_absence(Code code);

// Ends with a newline. Unprintable text in message and hint is escaped, so the body is JSON
// whatever a file's name was.
std::string to_json(const Refusal& refusal);
// nullopt: not a walstow refusal (a proxy's page, damage, an unknown code, a status that does not
// match the code, an incomplete proof). The client then knows nothing, and in particular no
// absence.
std::optional<Refusal> parse_refusal(const ReplyHead& reply, std::string_view body);

// Converts a refusal that is not a proven absence into the client's error. That includes an absence
// that proves() rejected. kUnavailable and kTimeout: the same request may succeed later.
Error to_error(const Refusal& refusal);

// The parts of an era's name, "NNN-SYSTEMID-SEGSIZE".
struct EraName {
  std::uint32_t number = 0;  // from 1
  std::uint64_t system_identifier = 0;
  std::uint32_t segment_size = 0;  // bytes
  friend bool operator==(const EraName&, const EraName&) = default;
};
std::string to_string(const EraName& era);
std::optional<EraName> parse_era_name(std::string_view text);

}  // namespace walstow
