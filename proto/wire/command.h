// The requests that a client can send to a store, and their form in HTTP. Pure. Both ends use the
// same two functions, so they always agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proto/base/utc_time.h"
#include "proto/codec/digest.h"
#include "proto/http/http.h"
#include "proto/http/page.h"
#include "proto/identity/grant.h"
#include "proto/wal/file_name.h"
#include "proto/wal/file_range.h"
#include "proto/wal/lsn.h"
#include "proto/wire/new_timelines_command.h"
#include "proto/wire/or_refusal.h"
#include "proto/wire/retention_command.h"
#include "proto/wire/withdraw_command.h"

namespace walstow {

// A standby's name: 1 to 255 bytes of printable UTF-8 text, without a space at either end.
bool valid_standby_name(std::string_view name);

// The value of Walstow-Digest, in both directions: "xxh128=" and 32 lower-case hex digits.
std::string to_digest_field(const Digest& digest);
std::optional<Digest> parse_digest_field(std::string_view value);

// Identifies a server's data directory and its host. walstow-archive and walstow-restore send it
// with their requests.
struct Instance {
  enum class Role { kStandby, kPrimary };
  std::string id;              // 32 lower-case hex digits
  std::uint64_t sequence = 0;  // grows with each report; older ones are ignored
  std::string host;            // at most 255 printable ASCII characters
  std::string standby;         // its name, "" when it has none; same limit
  Role role = Role::kStandby;
  // The last segment delivered to PostgreSQL there before this request (kSegment).
  std::optional<WalFileName> last_handed;
  // The boot of its machine: 32 lower-case hex digits, new at each boot. "": unknown.
  std::string boot = {};
  bool operator==(const Instance&) const = default;
};

enum class Encoding { kIdentity, kZstd };

// PUT /v1/clusters/{cluster}/wal/{file}
struct PutFile {
  std::string cluster;
  WalFileName file;
  std::uint64_t system_identifier = 0;
  std::optional<SegmentSize> segment_size;  // of the server; required by the first put of an era
  std::uint64_t raw_size = 0;               // bytes
  Digest digest;                            // of the raw file
  Encoding encoding = Encoding::kIdentity;  // of the body
  std::optional<Instance> instance;
  // Wait for an answer before sending the body (Expect: 100-continue): on a retry, the file may
  // already exist.
  bool ask_first = false;
  bool operator==(const PutFile&) const = default;
};

// GET or HEAD /v1/clusters/{cluster}/wal/{file}
struct GetFile {
  std::string cluster;
  WalFileName file;
  std::optional<std::uint64_t> system_identifier;  // nullopt: the newest era answers
  // The data directory's segment size: eras of other sizes have another log. nullopt: unknown,
  // which suffices where the cluster has had only one size.
  std::optional<SegmentSize> segment_size;
  bool head_only = false;
  Encoding accept = Encoding::kZstd;  // kZstd: the stored object as it is; kIdentity: the raw file
  std::string request_id;             // random; a proof of absence repeats it
  std::optional<Instance> instance;
  std::optional<WalFileName> restartpoint;  // one not yet reported (kSegment)
  bool operator==(const GetFile&) const = default;
};

// GET /v1/clusters/{cluster}/wal?after=PLACE&limit=N&timeline=TTTTTTTT&from=FILE&to=FILE
struct ListFiles {
  std::string cluster;
  std::string after;                   // FilePage::next of the page before; "" from the start
  std::uint32_t limit = kLargestPage;  // 1 to kLargestPage
  FileRange range;
  bool operator==(const ListFiles&) const = default;
};

// GET /v1/clusters/{cluster}/holes, with the parameters of a list
struct ListHoles {
  std::string cluster;
  std::string after;  // HolePage::next of the page before; "" from the start
  std::uint32_t limit = kLargestPage;
  FileRange range;
  bool operator==(const ListHoles&) const = default;
};

inline constexpr std::uint32_t kMostJobs = 64;

// POST /v1/clusters/{cluster}/verify?..., with the parameters of a list and &since=TIME&deep=1&
// jobs=N&bytes=N. The store chooses how much of a page it verifies, at least one object.
struct VerifyFiles {
  std::string cluster;
  std::string after;  // VerifyPage::next of the page before; "" from the start
  std::uint32_t limit = kLargestPage;
  FileRange range;
  std::optional<Time> since;  // only objects that were put at this time or later
  enum class Depth {
    kBytes,    // each object's SHA-256
    kContent,  // also the decompressed content
  };
  Depth depth = Depth::kBytes;
  std::uint32_t jobs = 1;                   // parallel jobs in the store; 1 to kMostJobs
  std::optional<std::uint64_t> most_bytes;  // no further object is read after this many
  bool operator==(const VerifyFiles&) const = default;
};

// POST /v1/clusters/{cluster}/aside?object=PLACE
struct SetAside {
  std::string cluster;
  std::string object;  // VerifyProblem::object
  bool operator==(const SetAside&) const = default;
};

// GET /v1/clusters/{cluster}
struct ClusterStatus {
  std::string cluster;
  bool operator==(const ClusterStatus&) const = default;
};

// GET /v1/clusters?after=PLACE&limit=N
struct ListClusters {
  PageRange page = {};
  bool operator==(const ListClusters&) const = default;
};

// PUT /v1/clusters/{cluster}
struct CreateCluster {
  std::string cluster;
  bool operator==(const CreateCluster&) const = default;
};

// POST /v1/clusters/{cluster}/eras
struct OpenEra {
  std::string cluster;
  std::uint64_t system_identifier = 0;
  std::uint32_t segment_size = 0;  // bytes
  bool operator==(const OpenEra&) const = default;
};

// PUT /v1/clusters/{cluster}/standbys/{instance}
struct ReportPosition {
  std::string cluster;
  std::uint64_t system_identifier = 0;
  Instance instance;
  WalFileName restartpoint;  // kSegment
  bool operator==(const ReportPosition&) const = default;
};

// GET /v1/whoami
struct Whoami {
  bool operator==(const Whoami&) const = default;
};

// GET /metrics: the state of the store and of all its clusters, for Prometheus.
struct ShowMetrics {
  bool operator==(const ShowMetrics&) const = default;
};

// POST /v1/clusters/{cluster}/check
struct CheckStore {
  std::string cluster;
  bool operator==(const CheckStore&) const = default;
};

// GET /v1/clusters/{cluster}/conflicts?after=PLACE&limit=N, .../conflicts/{file}
struct ListConflicts {
  std::string cluster;
  std::optional<WalFileName> file = {};  // only this file's, each compared with the existing object
  PageRange page = {};
  bool operator==(const ListConflicts&) const = default;
};

// POST /v1/clusters/{cluster}/conflicts/{file}/{digest}
struct AcceptContent {
  std::string cluster;
  WalFileName file;
  std::string digits;  // the first 12 to 32 digits of its digest, lower-case hex
  bool operator==(const AcceptContent&) const = default;
};

// GET /v1/clients?after=PLACE&limit=N
struct ListClients {
  PageRange page = {};
  bool operator==(const ListClients&) const = default;
};

// PUT /v1/clients/{client}
struct AddClient {
  std::string client;
  std::string
      public_key;  // base64 of the SubjectPublicKeyInfo (DER), see proto/identity/public_key.h
  Grants grants;
  std::optional<Time> certificate_until;
  bool operator==(const AddClient&) const = default;
};

// POST /v1/clients/{client}: changes the members that are present (at least one), and no others.
struct ChangeClient {
  std::string client;
  std::optional<Grants> grants;
  std::optional<Time> certificate_until;
  bool operator==(const ChangeClient&) const = default;
};

// DELETE /v1/clients/{client}
struct RemoveClient {
  std::string client;
  bool operator==(const RemoveClient&) const = default;
};

using Command =
    std::variant<PutFile, GetFile, ListFiles, ClusterStatus, ListClusters, CreateCluster, OpenEra,
                 ReportPosition, Whoami, CheckStore, ListConflicts, AcceptContent, ListClients,
                 AddClient, ChangeClient, RemoveClient, ListHoles, VerifyFiles, SetAside, AddHold,
                 RemoveHold, ListHolds, AddBackup, RemoveBackup, ListBackups, ListStandbys,
                 ForgetStandby, SetPolicy, ShowPolicy, RemovePolicy, PlanPrune, BeginPrune,
                 ContinuePrune, AbandonPrune, ListWithdrawn, WithdrawFile, ReturnFile, PurgeFile,
                 SetNewTimelines, ShowNewTimelines, ShowMetrics>;

RequestHead to_request(const Command& command);

// For a command that contains words of people. Throws Error{kUsage} with parse_request()'s message
// where that would refuse the command.
void require_valid(const Command& command);

// The server's side: it checks everything (names, numbers, limits), and trusts nothing.
OrRefusal<Command> parse_request(const RequestHead& request);

}  // namespace walstow
