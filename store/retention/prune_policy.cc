#include "store/retention/prune_policy.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"

namespace walstow {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMostDays = 36500;  // as in a request
constexpr std::array<std::string_view, 7> kPolicyMembers{
    "keep_backups", "keep_days",          "before",      "backup_label",
    "keep_monthly", "standby_limit_days", "keep_yearly",
};

std::string encode_policy(const PolicyReport& report) {
  return to_line({{"format", kArchiveFormat},
                  {"policy", policy_object(report.policy)},
                  {"by", escaped(report.by)},
                  {"set", to_iso8601(report.set)}});
}

PolicyReport decode_policy(std::string_view content, const std::string& record) {
  const json::object object = parse_record(content, record);
  const json::object* policy = object_member(object, "policy");
  const auto by = text_member(object, "by");
  const auto set = time_member(object, "set");
  if (policy == nullptr || !by || !set) throw_damaged_record(record);
  PolicyReport report{.policy = policy_of(*policy, record), .by = *by, .set = *set};
  // A stored policy only selects the backups to keep; it has no options for a single prune.
  const PrunePolicy& is = report.policy;
  if (is.keep_backups.value_or(0) == 0 || !is.keep_days || is.before || is.timeline) {
    throw_damaged_record(record);
  }
  return report;
}

}  // namespace

json::object policy_object(const PrunePolicy& policy) {
  json::object object;
  if (policy.keep_backups) object["keep_backups"] = *policy.keep_backups;
  if (policy.keep_days) object["keep_days"] = *policy.keep_days;
  if (policy.keep_monthly.value_or(0) > 0) object["keep_monthly"] = *policy.keep_monthly;
  if (policy.keep_yearly.value_or(0) > 0) object["keep_yearly"] = *policy.keep_yearly;
  if (policy.before) object["before"] = policy.before->text();
  if (!policy.backup_label.empty()) object["backup_label"] = policy.backup_label;
  if (policy.standby_limit_days) object["standby_limit_days"] = *policy.standby_limit_days;
  return object;
}

PrunePolicy policy_of(const json::object& object, const std::string& record) {
  for (const auto& member : object) {
    if (std::ranges::find(kPolicyMembers, std::string_view(member.key())) == kPolicyMembers.end())
      throw_damaged_record(record);
  }
  const auto count = [&](std::string_view name,
                         std::uint64_t most = kMostDays) -> std::optional<std::uint32_t> {
    if (!object.contains({name.data(), name.size()})) return std::nullopt;
    const auto number = number_member(object, name);
    if (!number || *number > most) throw_damaged_record(record);
    return static_cast<std::uint32_t>(*number);
  };
  PrunePolicy policy{.keep_backups = count("keep_backups"),
                     .keep_days = count("keep_days"),
                     .before = {},
                     .backup_label = {},
                     .standby_limit_days = count("standby_limit_days"),
                     .timeline = {},
                     .keep_monthly = count("keep_monthly", kMostMonths),
                     .keep_yearly = count("keep_yearly", kMostYears)};
  if (object.contains("backup_label")) {
    const auto label = text_member(object, "backup_label");
    if (!label) throw_damaged_record(record);
    policy.backup_label = *label;
  }
  if (object.contains("before")) {
    const auto text = text_member(object, "before");
    policy.before = text ? LogPosition::parse(*text) : std::nullopt;
    if (!policy.before) throw_damaged_record(record);
  }
  return policy;
}

std::optional<PolicyReport> read_policy(const Archive& archive, std::string_view cluster) {
  const std::string key = layout::policy_record(cluster);
  const auto content = archive.backend().read_record(key);
  if (!content) return std::nullopt;
  return decode_policy(*content, record_name(archive.backend(), key));
}

PolicyReport set_policy(const Archive& archive, const SetPolicy& set, const std::string& by,
                        Time now) {
  PolicyReport report{.policy = set.policy, .by = by, .set = now};
  if (report.policy.keep_monthly == 0U) report.policy.keep_monthly.reset();
  if (report.policy.keep_yearly == 0U) report.policy.keep_yearly.reset();
  archive.backend().update_record(layout::policy_record(set.cluster),
                                  [&report](const std::optional<std::string>&) {
                                    return std::optional(encode_policy(report));
                                  });
  log_line(LogLevel::kInfo,
           fmt::format("\"{}\" has set the policy of cluster \"{}\"", by, set.cluster));
  return report;
}

std::optional<Refusal> refuse_policy(const Archive& archive, const SetPolicy& set) {
  try {
    return refuse_unstated(read_policy(archive, set.cluster), set.policy);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged && error.kind() != ErrorKind::kUsage) throw;
    return std::nullopt;
  }
}

std::optional<Refusal> refuse_unstated(const std::optional<PolicyReport>& policy,
                                       const PrunePolicy& order) {
  if (!policy || !order.keep_backups) return std::nullopt;
  const auto is_unstated = [](const auto& kept, const auto& stated) {
    return kept.value_or(0) > 0 && !stated;
  };
  const bool monthly = is_unstated(policy->policy.keep_monthly, order.keep_monthly);
  if (!monthly && !is_unstated(policy->policy.keep_yearly, order.keep_yearly)) return std::nullopt;
  return make_refusal(
      Code::kBadRequest,
      fmt::format("the cluster's policy keeps {0} backups, but this request does not state how "
                  "many {0} backups to keep",
                  monthly ? "monthly" : "yearly"),
      fmt::format("Give --keep-{} as well; 0 keeps none of them. An earlier release of walstow "
                  "does not have this option.",
                  monthly ? "monthly" : "yearly"));
}

bool remove_policy(const Archive& archive, const RemovePolicy& remove) {
  return archive.backend().remove_record(layout::policy_record(remove.cluster));
}

}  // namespace walstow
