// The rights of a client, per cluster. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

enum class Right { kArchive, kRestore, kAdmin, kMonitor };  // PROTOCOL.md, "Rights"
std::string_view to_string(Right right);
std::optional<Right> parse_right(std::string_view text);

inline constexpr std::string_view kEveryCluster = "*";

// The rights of one client in one cluster, or in all clusters. The rights of several grants add up.
struct Grant {
  std::string cluster;  // the name of a cluster, or kEveryCluster
  std::set<Right> rights;
  bool operator==(const Grant&) const = default;
};
using Grants = std::vector<Grant>;

// The value of Walstow-Grants, in both directions: "main=archive,restore;other=admin". Throws
// Error{kUsage} for an invalid cluster name, because it could be parsed as another grant.
std::string to_grants_field(const Grants& grants);
// Returns nullopt for any other text, for more than 4096 characters, and for a repeated cluster or
// right.
std::optional<Grants> parse_grants_field(std::string_view value);

// A cluster's name has 1 to 63 characters of A-Z a-z 0-9 - _, and starts with a letter or digit. So
// it can be the name of a folder and a part of a URL. It never equals the name of one of the
// archive's own files: those names contain a '.' or start with '_'.
bool valid_cluster_name(std::string_view name);

// A client's name has 1 to 63 characters of A-Z a-z 0-9 . - _, and starts with a letter or digit.
// So every host name of that length is valid. The name can be a file's name and a part of a URL,
// and fits the common name of a certificate.
bool valid_client_name(std::string_view name);

}  // namespace walstow
