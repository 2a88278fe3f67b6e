// What a client can ask of a store, and its form as an HTTP request. Pure; both ends use the same
// two functions, so neither can drift.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "proto/codec/digest.h"
#include "proto/wal/file_name.h"
#include "proto/wal/lsn.h"
#include "proto/wire/http.h"
#include "proto/wire/refusal.h"

namespace walstow {

// A cluster's name: 1 to 63 of A-Z a-z 0-9 - _, the first a letter or digit. (So it is a folder's
// name, a URL's part and never one of the archive's own files, which hold a '.' or start with '_'.)
bool valid_cluster_name(std::string_view name);

// Who is at the other end of a server's data directory; goes along with what walstow-archive and
// walstow-restore ask.
struct Instance {
  enum class Role { kStandby, kPrimary };
  std::string id;              // 32 lower-case hex digits
  std::uint64_t sequence = 0;  // grows with each report: an older one is ignored
  std::string host;            // at most 255 printable ASCII characters
  std::string standby;         // its name, "" when it has none; same bound
  Role role = Role::kStandby;
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
};

// GET or HEAD /v1/clusters/{cluster}/wal/{file}
struct GetFile {
  std::string cluster;
  WalFileName file;
  std::optional<std::uint64_t> system_identifier;  // nullopt: the newest era answers
  bool head_only = false;
  Encoding accept = Encoding::kZstd;  // kZstd: the stored object as it is; kIdentity: the raw file
  std::string request_id;             // random; a proof of absence repeats it
  std::optional<Instance> instance;
  std::optional<WalFileName> restartpoint;  // not yet reported one (kSegment)
};

// GET /v1/clusters/{cluster}/wal?after=NAME&limit=N&timeline=TTTTTTTT
struct ListFiles {
  std::string cluster;
  std::string after;  // a FileEntry::name of the page before; "" from the start
  std::uint32_t limit = 1000;  // 1 to 1000
  std::optional<Timeline> timeline;
};

struct ClusterStatus { std::string cluster; };   // GET  /v1/clusters/{cluster}
struct ListClusters {};                          // GET  /v1/clusters
struct CreateCluster { std::string cluster; };   // PUT  /v1/clusters/{cluster}
struct OpenEra {                                 // POST /v1/clusters/{cluster}/eras
  std::string cluster;
  std::uint64_t system_identifier = 0;
  std::uint32_t segment_size = 0;  // bytes
};
struct ReportPosition {                          // PUT  /v1/clusters/{cluster}/standbys/{instance}
  std::string cluster;
  std::uint64_t system_identifier = 0;
  Instance instance;
  WalFileName restartpoint;  // kSegment
};
struct Whoami {};                                // GET  /v1/whoami
struct CheckStore { std::string cluster; };      // POST /v1/clusters/{cluster}/check

using Command = std::variant<PutFile, GetFile, ListFiles, ClusterStatus, ListClusters, CreateCluster,
                             OpenEra, ReportPosition, Whoami, CheckStore>;

RequestHead to_request(const Command& command);

// The server's side: everything is checked (names, numbers, bounds), nothing is trusted.
std::variant<Command, Refusal> parse_request(const RequestHead& request);

}  // namespace walstow
