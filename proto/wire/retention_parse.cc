#include "proto/wire/retention_parse.h"

#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/http/text_field.h"
#include "proto/wire/field_reader.h"
#include "proto/wire/query_reader.h"
#include "proto/wire/start_request.h"

namespace walstow {
namespace {

using Parsed = OrRefusal<Command>;

constexpr std::size_t kIdLength = 12;
constexpr std::uint32_t kMostDays = 36500;

template <std::uint32_t most>
std::optional<std::uint32_t> parse_up_to(std::string_view text) {
  const auto number = parse_decimal(text);
  if (!number || *number > most) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}
constexpr auto parse_small_number = parse_up_to<kMostDays>;

std::optional<Timeline> parse_timeline_number(std::string_view text) {
  const auto number = parse_decimal(text);
  if (!number || *number == 0 || *number > UINT32_MAX) return std::nullopt;
  return Timeline{static_cast<std::uint32_t>(*number)};
}

constexpr std::string_view kPlaceText = "the name of a segment, or an LSN";
constexpr std::string_view kDaysText = "a number of days, 0 to 36500";
constexpr FieldForm<LogPosition> kFrom{field::kFrom, LogPosition::parse, kPlaceText};
constexpr FieldForm<LogPosition> kTo{field::kTo, LogPosition::parse, kPlaceText};
constexpr FieldForm<Lsn> kStop{field::kTo, parse_lsn, "an LSN"};
constexpr FieldForm<LogPosition> kBefore{field::kBefore, LogPosition::parse, kPlaceText};
constexpr FieldForm<Lsn> kFloor{field::kFloor, parse_lsn, "an LSN"};
constexpr FieldForm<EraName> kEra{field::kEra, parse_era_name, "the name of an era"};
constexpr FieldForm<std::string> kReason{field::kReason, parse_text_field, kTextForm};
constexpr FieldForm<std::string> kLabel{field::kLabel, parse_text_field, kTextForm};
constexpr FieldForm<Timeline> kTimeline{field::kTimeline, parse_timeline_number,
                                        "the number of a timeline"};
constexpr FieldForm<Time> kStopped{field::kStopped, parse_iso8601,
                                   "a time, such as 2026-11-22T19:40:00Z"};
constexpr FieldForm<std::uint32_t> kKeepBackups{field::kKeepBackups, parse_small_number,
                                                "a number of backups, 0 to 36500"};
constexpr FieldForm<std::uint32_t> kKeepDays{field::kKeepDays, parse_small_number, kDaysText};
constexpr FieldForm<std::uint32_t> kStandbyLimit{field::kStandbyLimit, parse_small_number,
                                                 kDaysText};
constexpr FieldForm<std::uint32_t> kKeepMonthly{"keep_monthly", parse_up_to<kMostMonths>,
                                                "a number of months, 0 to 1200"};
constexpr FieldForm<std::uint32_t> kKeepYearly{"keep_yearly", parse_up_to<kMostYears>,
                                               "a number of years, 0 to 100"};
constexpr FieldForm<std::uint64_t> kQuota{field::kQuota, parse_decimal, "a number of bytes"};

void set_policy(Fields& fields, const PrunePolicy& policy) {
  const auto set_number = [&fields](std::string_view name, const auto& number) {
    if (number) fields.set(name, std::to_string(*number));
  };
  set_number(field::kKeepBackups, policy.keep_backups);
  set_number(field::kKeepDays, policy.keep_days);
  set_number(field::kStandbyLimit, policy.standby_limit_days);
  if (policy.before) fields.set(field::kBefore, policy.before->text());
  if (!policy.backup_label.empty()) fields.set(field::kLabel, to_text_field(policy.backup_label));
  if (policy.timeline) fields.set(field::kTimeline, std::to_string(policy.timeline->value));
}

// These are parameters of the query, because a store of an earlier release refuses a query that it
// does not know. It would ignore a field of the head, and then delete what should be kept.
std::string period_query(const PrunePolicy& policy) {
  std::string query;
  const auto add = [&query](std::string_view name, const std::optional<std::uint32_t>& count) {
    if (count) query += fmt::format("{}{}={}", query.empty() ? '?' : '&', name, *count);
  };
  add(kKeepMonthly.name, policy.keep_monthly);
  add(kKeepYearly.name, policy.keep_yearly);
  return query;
}

void set_era(Fields& fields, const std::optional<EraName>& era) {
  if (era) fields.set(field::kEra, to_string(*era));
}

PrunePolicy read_policy(FieldReader& fields, QueryReader& query) {
  PrunePolicy policy{.keep_backups = fields.optional(kKeepBackups),
                     .keep_days = fields.optional(kKeepDays),
                     .before = fields.optional(kBefore),
                     .backup_label = fields.optional(kLabel).value_or(""),
                     .standby_limit_days = fields.optional(kStandbyLimit),
                     .timeline = fields.optional(kTimeline),
                     .keep_monthly = query.optional(kKeepMonthly),
                     .keep_yearly = query.optional(kKeepYearly)};
  if (auto refused = query.refused()) fields.refuse(*std::move(refused));
  // One without the other keeps less than its author may have expected.
  if (policy.keep_backups.has_value() != policy.keep_days.has_value()) {
    fields.refuse(make_refusal(
        Code::kBadRequest,
        fmt::format("{} and {} must be given together", field::kKeepBackups, field::kKeepDays),
        "For example, 2 and 14 keep the 2 newest backups, all backups younger than 14 days, and "
        "the newest one before those."));
  }
  if ((policy.keep_monthly || policy.keep_yearly) && !policy.keep_backups) {
    fields.refuse(make_refusal(
        Code::kBadRequest,
        fmt::format("{} and {} need {}", kKeepMonthly.name, kKeepYearly.name, field::kKeepBackups),
        "Without it, every backup is kept, and all WAL from the oldest one onward."));
  }
  if (policy.timeline && policy.before) {
    fields.refuse(
        make_refusal(Code::kBadRequest,
                     fmt::format("{} cannot be combined with {}", field::kTimeline, field::kBefore),
                     "A dead branch is deleted as a whole, except for files that are needed."));
  }
  return policy;
}

// Keeping no backup is valid only for a named era: for the newest one, it must be a mistake.
void check_count(FieldReader& fields, const PrunePolicy& policy,
                 const std::optional<EraName>& era) {
  if (era || policy.keep_backups != 0U) return;
  fields.refuse(make_refusal(
      Code::kBadRequest,
      fmt::format("{} may be 0 only together with {}", field::kKeepBackups, field::kEra),
      "At least one backup of the newest era is kept."));
}

bool valid_id(std::string_view id) {
  return id.size() == kIdLength &&
         id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Parsed not_an_id(std::string_view id) {
  return make_refusal(Code::kBadRequest, fmt::format("\"{}\" is not an id", shown(id)),
                      "An id has 12 lower-case hex digits.");
}

Parsed parse_add_hold(const std::string& cluster, const std::string& id, FieldReader& fields) {
  const auto from = fields.required(kFrom);
  const auto to = fields.optional(kTo);
  const auto reason = fields.required(kReason);
  if (fields.refused()) return *fields.refused();
  return AddHold{.cluster = cluster, .id = id, .from = *from, .to = to, .reason = *reason};
}

Parsed parse_add_backup(const std::string& cluster, const std::string& id, FieldReader& fields) {
  const auto from = fields.required(kFrom);
  const auto stop = fields.required(kStop);
  const auto timeline = fields.required(kTimeline);
  const auto stopped = fields.required(kStopped);
  const auto label = fields.required(kLabel);
  if (from && timeline && from->timeline() && *from->timeline() != *timeline) {
    fields.refuse(make_refusal(Code::kBadRequest, fmt::format("\"{}\" is not on timeline {}",
                                                              from->text(), timeline->value)));
  }
  if (fields.refused()) return *fields.refused();
  return AddBackup{.cluster = cluster,
                   .id = id,
                   .start = *from,
                   .stop = *stop,
                   .timeline = *timeline,
                   .stopped = *stopped,
                   .label = *label};
}

std::optional<Parsed> parse_hold(const RequestHead& request, const std::string& cluster,
                                 const Target& target, const std::vector<std::string>& path) {
  if (path.size() == 4 && request.method == Method::kGet)
    return parse_page<ListHolds>(target, {.cluster = cluster});
  if (path.size() != 5) return std::nullopt;
  if (!valid_id(path[4])) return not_an_id(path[4]);
  FieldReader fields(request.fields);
  if (request.method == Method::kPut) return parse_add_hold(cluster, path[4], fields);
  if (request.method == Method::kDelete) return RemoveHold{cluster, path[4]};
  return std::nullopt;
}

std::optional<Parsed> parse_backup(const RequestHead& request, const std::string& cluster,
                                   const Target& target, const std::vector<std::string>& path) {
  if (path.size() == 4 && request.method == Method::kGet)
    return parse_page<ListBackups>(target, {.cluster = cluster});
  if (path.size() != 5) return std::nullopt;
  if (!valid_id(path[4])) return not_an_id(path[4]);
  FieldReader fields(request.fields);
  if (request.method == Method::kPut) return parse_add_backup(cluster, path[4], fields);
  if (request.method == Method::kDelete) return RemoveBackup{cluster, path[4]};
  return std::nullopt;
}

std::optional<Parsed> parse_standby(const RequestHead& request, const std::string& cluster,
                                    const Target& target, const std::vector<std::string>& path) {
  if (path.size() == 4 && request.method == Method::kGet)
    return parse_page<ListStandbys>(target, {.cluster = cluster});
  if (path.size() != 6 || request.method != Method::kDelete) return std::nullopt;
  const bool instance = path[5].size() == 32 &&
                        path[5].find_first_not_of("0123456789abcdef") == std::string_view::npos;
  const std::string hint = "\"walstow standby list\" shows clients and instances.";
  if (!parse_text(path[4])) {
    return make_refusal(Code::kBadRequest, fmt::format("\"{}\" is not a client", shown(path[4])),
                        hint);
  }
  if (!instance) {
    return make_refusal(Code::kBadRequest, fmt::format("\"{}\" is not an instance", shown(path[5])),
                        hint);
  }
  return ForgetStandby{cluster, path[4], path[5]};
}

std::optional<Parsed> parse_prune(const RequestHead& request, const std::string& cluster,
                                  const Target& target, const std::vector<std::string>& path) {
  FieldReader fields(request.fields);
  QueryReader query(target);
  if (path.size() == 4 && request.method == Method::kGet) {
    PlanPrune plan{cluster, read_policy(fields, query), fields.optional(kEra)};
    check_count(fields, plan.policy, plan.era);
    if (fields.refused()) return *fields.refused();
    return plan;
  }
  if (path.size() == 4 && request.method == Method::kPost) {
    BeginPrune begin{cluster, read_policy(fields, query), fields.optional(kFloor),
                     fields.optional(kEra)};
    check_count(fields, begin.policy, begin.era);
    if (fields.refused()) return *fields.refused();
    return begin;
  }
  if (path.size() == 4 && request.method == Method::kDelete) {
    AbandonPrune abandon{cluster, fields.optional(kEra)};
    if (fields.refused()) return *fields.refused();
    return abandon;
  }
  if (path.size() != 5 || request.method != Method::kPost) return std::nullopt;
  const auto number = parse_decimal(path[4]);
  if (!number || *number == 0 || *number > 999999) {
    return make_refusal(Code::kBadRequest,
                        fmt::format("\"{}\" is not the number of a prune", shown(path[4])));
  }
  ContinuePrune go_on{cluster, static_cast<std::uint32_t>(*number), fields.optional(kEra)};
  if (fields.refused()) return *fields.refused();
  return go_on;
}

Parsed parse_set_policy(const std::string& cluster, FieldReader& fields, QueryReader& query) {
  SetPolicy set{cluster, read_policy(fields, query), fields.optional(kQuota)};
  check_count(fields, set.policy, {});
  const bool is_quota_alone = set.quota && set.policy == PrunePolicy();
  if (!set.policy.keep_backups && !is_quota_alone) {
    fields.refuse(make_refusal(
        Code::kBadRequest, fmt::format("{} is missing", field::kKeepBackups),
        "A policy states which backups to keep. Without one, nothing is pruned automatically."));
  }
  if (set.policy.before || set.policy.timeline) {
    fields.refuse(make_refusal(
        Code::kBadRequest,
        fmt::format("a policy cannot contain {} or {}", field::kBefore, field::kTimeline),
        "They apply only to a single prune."));
  }
  if (fields.refused()) return *fields.refused();
  return set;
}

std::optional<Parsed> parse_policy(const RequestHead& request, const std::string& cluster,
                                   const Target& target, const std::vector<std::string>& path) {
  if (path.size() != 4) return std::nullopt;
  FieldReader fields(request.fields);
  QueryReader query(target);
  if (request.method == Method::kPut) return parse_set_policy(cluster, fields, query);
  if (request.method == Method::kGet) return ShowPolicy{cluster};
  if (request.method == Method::kDelete) return RemovePolicy{cluster};
  return std::nullopt;
}

}  // namespace

RequestHead request_for(const AddHold& add) {
  RequestHead request =
      start_in_cluster(Method::kPut, add.cluster, fmt::format("holds/{}", percent_encoded(add.id)));
  request.fields.set(field::kFrom, add.from.text());
  if (add.to) request.fields.set(field::kTo, add.to->text());
  request.fields.set(field::kReason, to_text_field(add.reason));
  return request;
}

RequestHead request_for(const RemoveHold& remove) {
  return start_in_cluster(Method::kDelete, remove.cluster,
                          fmt::format("holds/{}", percent_encoded(remove.id)));
}

RequestHead request_for(const ListHolds& list) {
  return start_in_cluster(Method::kGet, list.cluster, fmt::format("holds{}", to_query(list.page)));
}

RequestHead request_for(const AddBackup& add) {
  RequestHead request = start_in_cluster(Method::kPut, add.cluster,
                                         fmt::format("backups/{}", percent_encoded(add.id)));
  request.fields.set(field::kFrom, add.start.text());
  request.fields.set(field::kTo, to_string(add.stop));
  request.fields.set(field::kTimeline, std::to_string(add.timeline.value));
  request.fields.set(field::kStopped, to_iso8601(add.stopped));
  request.fields.set(field::kLabel, to_text_field(add.label));
  return request;
}

RequestHead request_for(const RemoveBackup& remove) {
  return start_in_cluster(Method::kDelete, remove.cluster,
                          fmt::format("backups/{}", percent_encoded(remove.id)));
}

RequestHead request_for(const ListBackups& list) {
  return start_in_cluster(Method::kGet, list.cluster,
                          fmt::format("backups{}", to_query(list.page)));
}

RequestHead request_for(const ListStandbys& list) {
  return start_in_cluster(Method::kGet, list.cluster,
                          fmt::format("standbys{}", to_query(list.page)));
}

RequestHead request_for(const ForgetStandby& forget) {
  return start_in_cluster(Method::kDelete, forget.cluster,
                          fmt::format("standbys/{}/{}", percent_encoded(forget.client),
                                      percent_encoded(forget.instance)));
}

RequestHead request_for(const SetPolicy& set) {
  RequestHead request = start_in_cluster(Method::kPut, set.cluster,
                                         fmt::format("policy{}", period_query(set.policy)));
  set_policy(request.fields, set.policy);
  if (set.quota) request.fields.set(field::kQuota, std::to_string(*set.quota));
  return request;
}

RequestHead request_for(const ShowPolicy& show) {
  return start_in_cluster(Method::kGet, show.cluster, "policy");
}

RequestHead request_for(const RemovePolicy& remove) {
  return start_in_cluster(Method::kDelete, remove.cluster, "policy");
}

RequestHead request_for(const PlanPrune& plan) {
  RequestHead request = start_in_cluster(Method::kGet, plan.cluster,
                                         fmt::format("prune{}", period_query(plan.policy)));
  set_policy(request.fields, plan.policy);
  set_era(request.fields, plan.era);
  return request;
}

RequestHead request_for(const BeginPrune& begin) {
  RequestHead request = start_in_cluster(Method::kPost, begin.cluster,
                                         fmt::format("prune{}", period_query(begin.policy)));
  set_policy(request.fields, begin.policy);
  if (begin.floor) request.fields.set(field::kFloor, to_string(*begin.floor));
  set_era(request.fields, begin.era);
  return request;
}

RequestHead request_for(const ContinuePrune& go_on) {
  RequestHead request =
      start_in_cluster(Method::kPost, go_on.cluster, fmt::format("prune/{}", go_on.number));
  set_era(request.fields, go_on.era);
  return request;
}

RequestHead request_for(const AbandonPrune& abandon) {
  RequestHead request = start_in_cluster(Method::kDelete, abandon.cluster, "prune");
  set_era(request.fields, abandon.era);
  return request;
}

std::optional<Parsed> parse_retention_request(const RequestHead& request,
                                              const std::string& cluster, const Target& target) {
  const auto& path = target.path;
  if (path.size() < 4) return std::nullopt;
  if (path[3] == "holds") return parse_hold(request, cluster, target, path);
  if (path[3] == "backups") return parse_backup(request, cluster, target, path);
  if (path[3] == "standbys") return parse_standby(request, cluster, target, path);
  if (path[3] == "policy") return parse_policy(request, cluster, target, path);
  if (path[3] == "prune") return parse_prune(request, cluster, target, path);
  return std::nullopt;
}

}  // namespace walstow
