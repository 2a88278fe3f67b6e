// What a client may do, and where. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace walstow {

enum class Right { kArchive, kRestore, kAdmin };  // PROTOCOL.md, "Rights"
std::string_view to_string(Right right);
std::optional<Right> parse_right(std::string_view text);

inline constexpr std::string_view kEveryCluster = "*";

// What one client may do in one cluster, or in all: rights of several grants add up.
struct Grant {
  std::string cluster;  // a cluster's name, or kEveryCluster
  std::set<Right> rights;
  bool operator==(const Grant&) const = default;
};
using Grants = std::vector<Grant>;

// The value of Walstow-Grants, both ways: "main=archive,restore;other=admin". Throws Error{kUsage}
// for the name of a cluster that is none: it could be read as another grant.
std::string to_grants_field(const Grants& grants);
// nullopt: anything else, more than 4096 characters, a cluster or a right twice.
std::optional<Grants> parse_grants_field(std::string_view value);

// A cluster's name: 1 to 63 of A-Z a-z 0-9 - _, the first a letter or digit. (So it is a folder's
// name, a URL's part and never one of the archive's own files, which hold a '.' or start with '_'.)
bool valid_cluster_name(std::string_view name);

// A client's name: 1 to 63 of A-Z a-z 0-9 . - _, the first a letter or digit. (A host's name is
// one; it is a file's name, a URL's part, and fits the common name of a certificate.)
bool valid_client_name(std::string_view name);

}  // namespace walstow
