// A refusal is every answer that is not a success. It consists of a stable code, a message and a
// hint. A refusal because a file does not exist also contains a proof of the absence. Pure.
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
  kBadName,         // 400 bad-name: not the name of a WAL file, or no such segment with this size
  kBadContent,      // 400 bad-content: the body does not match its head or name
  kDigestMismatch,  // 400 digest-mismatch: the body arrived damaged
  kTooLarge,        // 413 too-large
  kNoRight,         // 403 no-right
  kUnknownClient,   // 403 unknown-client: the caller is not in the registry, or has a key that is
                    // not registered
  kUnknownCluster,  // 422 unknown-cluster
  kUnknownSystem,   // 422 unknown-system: the cluster has no era of this system identifier
  kNoSuchClient,    // 422 no-such-client: the registry has no client with the name in the path
  kNoSuchRecord,    // 422 no-such-record: no such hold, backup, standby or prune
  kNoSuchContent,   // 422 no-such-content: the archive has no such content of this file
  kOtherContent,    // 409 other-content: other content has this name
  kOtherSystem,     // 409 other-system: the cluster's newest era belongs to another system or size
  kExists,          // 409 exists: the cluster, era or client already exists
  kBelowFloor,      // 409 below-floor: the needed WAL was pruned, or is about to be pruned
  kWithdrawn,       // 409 withdrawn: an administrator has withdrawn this content
  kOtherTimelines,  // 409 other-timelines: the client may not open timelines in this cluster
  kOverQuota,       // 507 over-quota: the cluster has reached its quota of bytes or files
  // store/inventory/absence.h explains the following codes.
  kAbsentEnd,     // 404 absent-end: nothing later in the file's history is known
  kAbsentBefore,  // 404 absent-before: the file's timeline began after this file
  kHole,          // 404 hole: something later in the file's history exists
  kPruned,        // 404 pruned: the retention rule has deleted the file
  // 404 history-missing: the missing history would show whether the log ends here or has a hole.
  kHistoryMissing,
  kDamaged,      // 500 damaged: the stored object fails its check
  kStorage,      // 507 storage: no space, I/O error
  kUnavailable,  // 503 unavailable: the archive cannot be reached (not mounted, no marker)
  kTimeout,      // 408 timeout
  kInternal,     // 500 internal
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

// The request that a proof of absence must answer.
struct ProofSubject {
  std::string cluster;
  std::string file;
  std::string request_id;  // must not be empty: without an id, an old answer looks like the new one
  std::optional<std::uint64_t> system_identifier;  // nullopt: the identifier of the newest era
  std::optional<SegmentSize> segment_size = {};    // nullopt: any
};
// Returns whether the proof is about exactly this request. If not, the answer means "unknown",
// never "absent". The proof must contain the archive's id. A caller that already knows that id must
// compare it with the one in the proof.
bool proves(const AbsenceProof& proof, const ProofSubject& asked);

struct Refusal {
  Code code = Code::kInternal;
  std::string message;
  std::string hint;                   // "" for none
  std::optional<AbsenceProof> proof;  // set for the five kinds of 404, and only for these
};

// Makes a refusal without a proof.
Refusal make_refusal(Code code, std::string message, std::string hint = {});

bool is_absence(Code code);

// The result ends with a newline. Unprintable text in message and hint is escaped, so the body is
// valid JSON, whatever name a file had.
std::string to_json(const Refusal& refusal);
// Returns nullopt if the answer is not a refusal by walstow (a proxy's page, damage, an unknown
// code, a status that does not match the code, an incomplete proof). The client then knows nothing,
// and must not conclude that a file is absent.
std::optional<Refusal> parse_refusal(const ReplyHead& reply, std::string_view body);

// Converts a refusal into the client's error. Call it for every refusal except a proven absence. An
// absence that proves() rejected is not proven. kUnavailable and kTimeout mean that the same
// request may succeed later.
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
