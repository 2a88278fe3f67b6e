// What a client can ask of a store, and its form as an HTTP request. Pure; both ends use the same
// two functions, so neither can drift.
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

// A standby's name: 1 to 255 bytes of printable text in UTF-8, no space at either end.
bool valid_standby_name(std::string_view name);

// The value of Walstow-Digest, both ways: "xxh128=" and 32 lower-case hex digits.
std::string to_digest_field(const Digest& digest);
std::optional<Digest> parse_digest_field(std::string_view value);

// Who is at the other end of a server's data directory; goes along with what walstow-archive and
// walstow-restore ask.
struct Instance {
  enum class Role { kStandby, kPrimary };
  std::string id;              // 32 lower-case hex digits
  std::uint64_t sequence = 0;  // grows with each report: an older one is ignored
  std::string host;            // at most 255 printable ASCII characters
  std::string standby;         // its name, "" when it has none; same bound
  Role role = Role::kStandby;
  // The last segment that PostgreSQL was handed there, before this request (kSegment).
  std::optional<WalFileName> last_handed;
  // Which run of its machine: 32 lower-case hex digits, others after each boot. "": not known.
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
  // Ask before the body is sent (Expect: 100-continue): on a retry the file may stand already.
  bool ask_first = false;
  bool operator==(const PutFile&) const = default;
};

// GET or HEAD /v1/clusters/{cluster}/wal/{file}
struct GetFile {
  std::string cluster;
  WalFileName file;
  std::optional<std::uint64_t> system_identifier;  // nullopt: the newest era answers
  // Of the data directory: eras of other sizes have another log. nullopt: not known, which will do
  // where the cluster has had one size only.
  std::optional<SegmentSize> segment_size;
  bool head_only = false;
  Encoding accept = Encoding::kZstd;  // kZstd: the stored object as it is; kIdentity: the raw file
  std::string request_id;             // random; a proof of absence repeats it
  std::optional<Instance> instance;
  std::optional<WalFileName> restartpoint;  // not yet reported one (kSegment)
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
// jobs=N&bytes=N. A store verifies as many as it likes of a page, at least one.
struct VerifyFiles {
  std::string cluster;
  std::string after;  // VerifyPage::next of the page before; "" from the start
  std::uint32_t limit = kLargestPage;
  FileRange range;
  std::optional<Time> since;  // only objects that were put then or later
  enum class Depth {
    kBytes,    // each object's SHA-256
    kContent,  // also what it unfolds to
  };
  Depth depth = Depth::kBytes;
  std::uint32_t jobs = 1;                   // at the store, at once; 1 to kMostJobs
  std::optional<std::uint64_t> most_bytes;  // no further object once these have been read
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

// POST /v1/clusters/{cluster}/check
struct CheckStore {
  std::string cluster;
  bool operator==(const CheckStore&) const = default;
};

// GET /v1/clusters/{cluster}/conflicts?after=PLACE&limit=N, .../conflicts/{file}
struct ListConflicts {
  std::string cluster;
  std::optional<WalFileName> file = {};  // only of this one, and compared with what stands
  PageRange page = {};
  bool operator==(const ListConflicts&) const = default;
};

// POST /v1/clusters/{cluster}/conflicts/{file}/{digest}
struct AcceptContent {
  std::string cluster;
  WalFileName file;
  std::string digits;  // the first 12 to 32 of its digest, lower-case hex
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

// POST /v1/clients/{client}: what is not given stays as it is; one of them is.
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
                 SetNewTimelines, ShowNewTimelines>;

RequestHead to_request(const Command& command);

// For a command that people's words are in: throws Error{kUsage}, in the words of parse_request(),
// where that would refuse it.
void require_valid(const Command& command);

// The server's side: everything is checked (names, numbers, bounds), nothing is trusted.
OrRefusal<Command> parse_request(const RequestHead& request);

}  // namespace walstow
