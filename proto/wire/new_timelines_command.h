// What can be asked about who opens timelines. Part of proto/wire/command.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace walstow {

// Names of clients, one at least, each once.
using ClientNames = std::vector<std::string>;

// PUT /v1/clusters/{cluster}/timelines: only these clients put new histories from now on.
struct SetNewTimelines {
  std::string cluster;
  std::optional<ClientNames> clients;  // nullopt: any client with the right archive
  bool operator==(const SetNewTimelines&) const = default;
};

// GET /v1/clusters/{cluster}/timelines
struct ShowNewTimelines {
  std::string cluster;
  bool operator==(const ShowNewTimelines&) const = default;
};

}  // namespace walstow
