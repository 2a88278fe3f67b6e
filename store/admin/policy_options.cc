#include "store/admin/policy_options.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

constexpr std::uint64_t kMostKeptDays = 36500;

// "30d" as elsewhere, or "30".
std::optional<std::uint32_t> policy_days(const CommandContext& call, std::string_view name) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text.ends_with('d') ? text.substr(0, text.size() - 1) : text);
  if (!number || *number > kMostKeptDays) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for option --{}", escaped(text), name),
                "Give a number of days: 30d.");
  }
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::optional<std::uint32_t> number_option(const CommandContext& call, std::string_view name,
                                           std::uint64_t lowest) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text);
  if (!number || *number < lowest || *number > kMostKeptDays) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for option --{}", escaped(text), name),
                fmt::format("Give a number from {} to {}.", lowest, kMostKeptDays));
  }
  return static_cast<std::uint32_t>(*number);
}

std::vector<Option> policy_options() {
  return {{"--keep-backups", "N",
           "keep the newest N backups of each line of timelines; needs --keep-days"},
          {"--keep-days", "DAYS", "also keep all younger backups, and the newest one before these"},
          {"--backup-label", "PATTERN", "count only backups whose label matches"},
          {"--standby-limit", "DAYS", "ignore a standby that was silent for longer"}};
}

PrunePolicy policy_of_options(const CommandContext& call) {
  PrunePolicy policy{.keep_backups = number_option(call, "keep-backups", 0),
                     .keep_days = policy_days(call, "keep-days"),
                     .before = {},
                     .backup_label = call.command.option("backup-label"),
                     .standby_limit_days = policy_days(call, "standby-limit"),
                     .timeline = {}};
  if (policy.keep_backups.has_value() != policy.keep_days.has_value()) {
    throw Error(ErrorKind::kUsage, "--keep-backups and --keep-days must be given together",
                "They keep that many backups, all that are younger, and one before these: "
                "\"--keep-backups 2 --keep-days 14\".");
  }
  return policy;
}

}  // namespace walstow
