#include "store/admin/policy_options.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

// "30d" as elsewhere, or "30".
std::optional<std::uint32_t> policy_days(const CommandContext& call, std::string_view name) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text.ends_with('d') ? text.substr(0, text.size() - 1) : text);
  if (!number || *number > kMostKeptDays) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for option --{}", escaped(text), name),
                "Give a number of days, such as 30d.");
  }
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::optional<std::uint32_t> number_option(const CommandContext& call, std::string_view name,
                                           std::uint64_t lowest, std::uint64_t highest) {
  const std::string text = call.command.option(name);
  if (text.empty()) return std::nullopt;
  const auto number = parse_decimal(text);
  if (!number || *number < lowest || *number > highest) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value \"{}\" for option --{}", escaped(text), name),
                fmt::format("Give a number from {} to {}.", lowest, highest));
  }
  return static_cast<std::uint32_t>(*number);
}

std::vector<Option> policy_options() {
  return {
      {"--keep-backups", "N",
       "keep the newest N backups of each line of timelines; needs --keep-days"},
      {"--keep-days", "DAYS",
       "also keep all backups younger than this, and the newest one before those"},
      {"--keep-monthly", "N",
       "also keep the WAL of the newest backup of each of N months, from its start to its stop"},
      {"--keep-yearly", "N", "the same for years"},
      {"--backup-label", "PATTERN", "count only backups whose label matches"},
      {"--standby-limit", "DAYS", "ignore a standby that has been silent for longer than this"}};
}

PrunePolicy policy_of_options(const CommandContext& call) {
  PrunePolicy policy{.keep_backups = number_option(call, "keep-backups", 0),
                     .keep_days = policy_days(call, "keep-days"),
                     .before = {},
                     .backup_label = call.command.option("backup-label"),
                     .standby_limit_days = policy_days(call, "standby-limit"),
                     .timeline = {},
                     .keep_monthly = number_option(call, "keep-monthly", 0, kMostMonths),
                     .keep_yearly = number_option(call, "keep-yearly", 0, kMostYears)};
  if (policy.keep_backups.has_value() != policy.keep_days.has_value()) {
    throw Error(ErrorKind::kUsage, "--keep-backups and --keep-days must be given together",
                "\"--keep-backups 2 --keep-days 14\" keeps the 2 newest backups, all backups "
                "younger than 14 days, and the newest one before those.");
  }
  if ((policy.keep_monthly || policy.keep_yearly) && !policy.keep_backups) {
    throw Error(ErrorKind::kUsage, "--keep-monthly and --keep-yearly need --keep-backups",
                "Without it, every backup is kept, and all WAL from the oldest one onward.");
  }
  return policy;
}

}  // namespace walstow
