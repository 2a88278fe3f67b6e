// Requests about files that an administrator withdraws. Part of proto/wire/command.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/codec/digest.h"
#include "proto/http/page.h"

namespace walstow {

// GET /v1/clusters/{cluster}/withdrawn?after=PLACE&limit=N, .../withdrawn/{name}
struct ListWithdrawn {
  std::string cluster;
  // The name whose withdrawn versions are listed, together with the version that has the name. "":
  // all names.
  std::string name = {};
  PageRange page = {};
  bool operator==(const ListWithdrawn&) const = default;
};

// PUT /v1/clusters/{cluster}/withdrawn/{name}/{digest}
struct WithdrawFile {
  std::string cluster;
  std::string name;  // the name, as in a list
  Digest digest;     // digest of the version to withdraw
  std::string reason;
  bool operator==(const WithdrawFile&) const = default;
};

// DELETE /v1/clusters/{cluster}/withdrawn/{name}/{digest}
struct ReturnFile {
  std::string cluster;
  std::string name;
  Digest digest;
  bool operator==(const ReturnFile&) const = default;
};

// DELETE /v1/clusters/{cluster}/withdrawn/{name}/{digest}/object
struct PurgeFile {
  std::string cluster;
  std::string name;
  Digest digest;
  bool operator==(const PurgeFile&) const = default;
};

}  // namespace walstow
