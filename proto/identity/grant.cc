#include "proto/identity/grant.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestName = 63;     // characters; X.509 allows 64 for a common name
constexpr std::size_t kLongestField = 4096;  // characters; a head has 16 KiB in all

constexpr std::array kRights = {std::pair{Right::kArchive, std::string_view("archive")},
                                std::pair{Right::kRestore, std::string_view("restore")},
                                std::pair{Right::kAdmin, std::string_view("admin")},
                                std::pair{Right::kMonitor, std::string_view("monitor")}};

bool letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// `others`: the characters, besides letters and digits, that are valid after the first.
bool valid_name(std::string_view name, std::string_view others) {
  return !name.empty() && name.size() <= kLongestName && letter_or_digit(name.front()) &&
         std::ranges::all_of(name, [others](char c) {
           return letter_or_digit(c) || others.find(c) != std::string_view::npos;
         });
}

bool valid_place(std::string_view cluster) {
  return cluster == kEveryCluster || valid_cluster_name(cluster);
}

// An empty text has no parts.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (auto end = text.find(separator); end != text.npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

// "main=archive,restore"
std::optional<Grant> parse_grant(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Grant grant{.cluster = std::string(text.substr(0, equals)), .rights = {}};
  if (!valid_place(grant.cluster)) return std::nullopt;
  for (const std::string_view part : split(text.substr(equals + 1), ',')) {
    const auto right = parse_right(part);
    if (!right || !grant.rights.insert(*right).second) return std::nullopt;
  }
  if (grant.rights.empty()) return std::nullopt;
  return grant;
}

}  // namespace

std::string_view to_string(Right right) {
  return std::ranges::find(kRights, right, &decltype(kRights)::value_type::first)->second;
}

std::optional<Right> parse_right(std::string_view text) {
  const auto* found = std::ranges::find(kRights, text, &decltype(kRights)::value_type::second);
  if (found == kRights.end()) return std::nullopt;
  return found->first;
}

std::string to_grants_field(const Grants& grants) {
  std::string field;
  for (const Grant& grant : grants) {
    if (!valid_place(grant.cluster)) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("\"{}\" is not the name of a cluster", escaped(grant.cluster)),
                  "Rights are granted in a cluster, or in \"*\", which means all clusters.");
    }
    std::vector<std::string_view> rights;
    for (const Right right : grant.rights)
      rights.push_back(to_string(right));
    if (!field.empty()) field += ';';
    field += fmt::format("{}={}", grant.cluster, fmt::join(rights, ","));
  }
  return field;
}

std::optional<Grants> parse_grants_field(std::string_view value) {
  if (value.size() > kLongestField) return std::nullopt;
  Grants grants;
  for (const std::string_view part : split(value, ';')) {
    auto grant = parse_grant(part);
    if (!grant) return std::nullopt;
    const auto same = [&grant](const Grant& other) { return other.cluster == grant->cluster; };
    if (std::ranges::any_of(grants, same)) return std::nullopt;
    grants.push_back(std::move(*grant));
  }
  if (grants.empty()) return std::nullopt;
  return grants;
}

bool valid_cluster_name(std::string_view name) {
  return valid_name(name, "-_");
}

bool valid_client_name(std::string_view name) {
  return valid_name(name, ".-_");
}

}  // namespace walstow
