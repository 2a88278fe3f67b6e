// The requests that a client can send to a store, and their form in HTTP. Pure. Client and store
// both use request_for() and parse_request(), so they always agree.
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
#include "proto/wire/times_command.h"
#include "proto/wire/withdraw_command.h"

namespace walstow {

// A standby's name: 1 to 255 bytes of printable UTF-8 text, without a space at either end.
bool valid_standby_name(std::string_view name);

// Make and parse the value of Walstow-Digest: "xxh128=" and 32 lower-case hex digits.
std::string to_digest_field(const Digest& digest);
std::optional<Digest> parse_digest_field(std::string_view value);

// Identifies a server's data directory and its host. walstow-archive and walstow-restore send it
// with their requests.
struct Instance {
  enum class Role { kStandby, kPrimary };
  std::string id;              // 32 lower-case hex digits
  std::uint64_t sequence = 0;  // grows with each report; the store ignores older reports
  std::string host;            // at most 255 printable ASCII characters
  std::string standby;         // the standby's name; "" if it has none; same limit as `host`
  Role role = Role::kStandby;
  // The last segment delivered to PostgreSQL in that data directory before this request (kSegment).
  std::optional<WalFileName> last_handed;
  // Identifies the current boot of the host: 32 lower-case hex digits. "": unknown.
  std::string boot = {};
  bool operator==(const Instance&) const = default;
};

enum class Encoding { kIdentity, kZstd };

// PUT /v1/clusters/{cluster}/wal/{file}
struct PutFile {
  std::string cluster;
  WalFileName file;
  std::uint64_t system_identifier = 0;
  // The size of the server's segments. Required in the first put of an era.
  std::optional<SegmentSize> segment_size;
  std::uint64_t raw_size = 0;               // bytes
  Digest digest;                            // digest of the raw file
  Encoding encoding = Encoding::kIdentity;  // of the body
  std::optional<Instance> instance;
  // Whether to wait for an answer before sending the body (Expect: 100-continue): on a retry, the
  // file may already exist.
  bool ask_first = false;
  bool operator==(const PutFile&) const = default;
};

// POST /v1/clusters/{cluster}/wal/{file}: does the archive have this content under this name? A
// positive answer makes the same promise as the answer to a put. The request has no body.
struct ConfirmFile {
  // The put that would send the file. The request omits three of its members: encoding, instance
  // and ask_first.
  PutFile put;
  // The SHA-256 of the raw file. It proves that content of another client is the same: nobody can
  // construct two files with one SHA-256.
  Sha256Digest sha256{};
  bool operator==(const ConfirmFile&) const = default;
};

// GET or HEAD /v1/clusters/{cluster}/wal/{file}
struct GetFile {
  std::string cluster;
  WalFileName file;
  std::optional<std::uint64_t> system_identifier;  // nullopt: the identifier of the newest era
  // The segment size of the data directory: an era with another size contains another log. nullopt:
  // unknown. The store then answers only if the cluster has always had the same size.
  std::optional<SegmentSize> segment_size;
  bool head_only = false;
  Encoding accept = Encoding::kZstd;  // kZstd: the stored object as it is; kIdentity: the raw file
  std::string request_id;             // a random text, which a proof of absence repeats
  std::optional<Instance> instance;
  std::optional<WalFileName> restartpoint;  // a restartpoint that was not reported yet (kSegment)
  bool operator==(const GetFile&) const = default;
};

// GET /v1/clusters/{cluster}/wal?after=PLACE&limit=N&timeline=TTTTTTTT&from=FILE&to=FILE
struct ListFiles {
  std::string cluster;
  std::string after;                   // FilePage::next of the previous page; "" for the first page
  std::uint32_t limit = kLargestPage;  // 1 to kLargestPage
  FileRange range;
  bool operator==(const ListFiles&) const = default;
};

// GET /v1/clusters/{cluster}/holes, with the parameters of a list
struct ListHoles {
  std::string cluster;
  std::string after;  // HolePage::next of the previous page; "" for the first page
  std::uint32_t limit = kLargestPage;
  FileRange range;
  bool operator==(const ListHoles&) const = default;
};

inline constexpr std::uint32_t kMostJobs = 64;

// POST /v1/clusters/{cluster}/verify?..., with the parameters of a list and &since=TIME&deep=1&
// jobs=N&bytes=N. The store chooses how much of a page it verifies, at least one object.
struct VerifyFiles {
  std::string cluster;
  std::string after;  // VerifyPage::next of the previous page; "" for the first page
  std::uint32_t limit = kLargestPage;
  FileRange range;
  std::optional<Time> since;  // only objects put at this time or later
  enum class Depth {
    kBytes,    // each object's SHA-256
    kContent,  // each object's SHA-256, and the decompressed content
  };
  Depth depth = Depth::kBytes;
  std::uint32_t jobs = 1;                   // parallel jobs in the store; 1 to kMostJobs
  std::optional<std::uint64_t> most_bytes;  // after this many bytes, no further object is read
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

// GET /?cluster=NAME: the status page, for a browser.
struct ShowPage {
  // Show only this cluster. Unlike the `cluster` of other commands, it need not exist: an unknown
  // name gives a page, too.
  std::optional<std::string> only = {};
  bool operator==(const ShowPage&) const = default;
};

// POST /v1/clusters/{cluster}/check
struct CheckStore {
  std::string cluster;
  bool operator==(const CheckStore&) const = default;
};

// GET /v1/clusters/{cluster}/conflicts?after=PLACE&limit=N, .../conflicts/{file}
struct ListConflicts {
  std::string cluster;
  // If set, list only the versions of this file, each compared with the existing object.
  std::optional<WalFileName> file = {};
  PageRange page = {};
  bool operator==(const ListConflicts&) const = default;
};

// POST /v1/clusters/{cluster}/conflicts/{file}/{digest}
struct AcceptContent {
  std::string cluster;
  WalFileName file;
  std::string digits;  // the first 12 to 32 digits of the version's digest, lower-case hex
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

// POST /v1/clients/{client}: changes the properties that are present (at least one), and no others.
// With `if_grants`, which needs `grants`, the store changes nothing if the client's present rights
// differ from `if_grants`. The answer is the record in both cases. A store of an earlier release
// ignores `if_grants`.
struct ChangeClient {
  std::string client;
  std::optional<Grants> grants;
  std::optional<Time> certificate_until;
  std::optional<Grants> if_grants;
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
                 SetNewTimelines, ShowNewTimelines, ShowMetrics, ShowPage, ListTimes, ConfirmFile>;

RequestHead to_request(const Command& command);

// Call it for a command with text that a person has typed. If parse_request() would refuse the
// command, throws Error{kUsage} with the message of that refusal.
void require_valid(const Command& command);

// Parses a request on the server's side. It checks everything (names, numbers, limits), and trusts
// nothing.
OrRefusal<Command> parse_request(const RequestHead& request);

}  // namespace walstow
