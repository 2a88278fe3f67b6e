// Requests about the clients that may open timelines. Part of proto/wire/command.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace walstow {

// The names of clients: at least one, and each name only once.
using ClientNames = std::vector<std::string>;

// PUT /v1/clusters/{cluster}/timelines: from now on, only these clients can put new histories.
struct SetNewTimelines {
  std::string cluster;
  std::optional<ClientNames> clients;  // nullopt: any client with the right "archive"
  bool operator==(const SetNewTimelines&) const = default;
};

// GET /v1/clusters/{cluster}/timelines
struct ShowNewTimelines {
  std::string cluster;
  bool operator==(const ShowNewTimelines&) const = default;
};

}  // namespace walstow
