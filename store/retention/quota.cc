#include "store/retention/quota.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

constexpr int kShareOfTime = 50;  // counting takes at most one part in so many

// The bytes of a cluster; or a claim: one caller counts, and the previous figure counts meanwhile.
struct Usage {
  std::optional<std::uint64_t> stored_bytes;  // as counted; nullopt: nobody has yet
  std::uint64_t added = 0;                    // by puts since that count, or the one now, began
  std::uint64_t period = 0;                   // how often `added` was reset to zero
  Time counted;                               // the epoch: something was removed since the count
  std::chrono::milliseconds took{};

  // nullopt: nobody has counted yet.
  std::optional<std::uint64_t> known() const {
    return stored_bytes ? std::optional(*stored_bytes + added) : std::nullopt;
  }
  std::uint64_t at_least() const { return stored_bytes.value_or(0) + added; }

  bool counts_at(Time now) const {
    const auto age = std::max<std::chrono::milliseconds>(kLeastCountAge, kShareOfTime * took);
    return counted <= now && now < counted + age;
  }
};

std::string encode_usage(const Usage& usage) {
  return to_line({{"format", kArchiveFormat},
                  {"stored_bytes", number_or_null(usage.stored_bytes)},
                  {"added", usage.added},
                  {"period", usage.period},
                  {"counted", to_iso8601(usage.counted)},
                  {"took_ms", usage.took.count()}});
}

// nullopt: there is no record, or it cannot be read, and is made anew.
std::optional<Usage> decode_usage(const std::optional<std::string>& content,
                                  const std::string& place) {
  if (!content) return std::nullopt;
  try {
    const auto object = parse_record(*content, place);
    const auto bytes = number_member(object, "stored_bytes");
    const auto took = number_member(object, "took_ms");
    const auto counted = time_member(object, "counted");
    if (!took || !counted) return std::nullopt;
    const std::uint64_t milliseconds = std::min<std::uint64_t>(*took, 1'000'000);
    return Usage{.stored_bytes = bytes,
                 .added = number_member(object, "added").value_or(0),
                 .period = number_member(object, "period").value_or(0),
                 .counted = *counted,
                 .took = std::chrono::milliseconds(milliseconds)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    return std::nullopt;
  }
}

// Changes the record. False: not now. A put does not wait for other records for it, and does not
// fail because a disk is full: the record expires on its own.
template <class Step>
bool attempt(const Step& step) {
  try {
    step();
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnavailable && error.kind() != ErrorKind::kStorage) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return false;
  }
}

// Replaces the record with `usage`, but keeps what puts have added meanwhile. If something was
// removed, the next caller counts anew.
void change_usage(Backend& backend, const std::string& key, Usage usage) {
  const std::string place = record_name(backend, key);
  backend.update_record(key, [&](const std::optional<std::string>& content) {
    const auto there = decode_usage(content, place);
    if (there && there->counted == Time()) usage.counted = Time();
    if (there) {
      usage.added = there->added;
      usage.period = there->period;
    }
    return std::optional(encode_usage(usage));
  });
}

// Counts for the owner of `claim`, and renews the claim meanwhile: it is valid for fifty times as
// long as the walk has taken so far. So it lasts until the count replaces it, and expires if its
// owner has ended.
Usage count_stored(Backend& backend, std::string_view cluster, const Usage& claim) {
  const std::string key = layout::usage_record(cluster);
  const auto begun = Clock::now();
  std::chrono::milliseconds took{}, renew_at = kLeastCountAge / 4;
  std::uint64_t bytes = 0;
  for_each_entry(backend, layout::cluster_prefix(cluster), [&](const Entry& entry) {
    bytes += entry.size;
    took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    if (took < renew_at) return;
    renew_at = 2 * took;
    Usage renewed = claim;
    renewed.took = std::max(took, claim.took);
    attempt([&] { change_usage(backend, key, renewed); });
  });
  took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  Usage counted = claim;
  counted.stored_bytes = bytes;
  counted.added = 0;
  counted.took = took;
  return counted;
}

}  // namespace

std::optional<std::uint64_t> read_quota(BackendReader& backend, std::string_view cluster) {
  const std::string key = layout::quota_record(cluster);
  const auto content = backend.read_record(key);
  if (!content) return std::nullopt;
  const std::string place = record_name(backend, key);
  const auto bytes = number_member(parse_record(*content, place), "bytes");
  if (!bytes) throw_damaged_record(place);
  return bytes;
}

void set_quota(Backend& backend, std::string_view cluster, std::uint64_t bytes,
               const std::string& by, Time now) {
  const std::string key = layout::quota_record(cluster);
  if (bytes == 0) {
    backend.remove_record(key);
  } else {
    const std::string content = to_line({{"format", kArchiveFormat},
                                         {"bytes", bytes},
                                         {"by", escaped(by)},
                                         {"set", to_iso8601(now)}});
    backend.update_record(
        key, [&](const std::optional<std::string>&) { return std::optional(content); });
  }
  log_line(LogLevel::kInfo,
           fmt::format("\"{}\" has set the quota of cluster \"{}\": {}", by, cluster,
                       bytes == 0 ? "none" : fmt::format("{} bytes", bytes)));
}

std::optional<std::uint64_t> noted_bytes_of(BackendReader& backend, std::string_view cluster) {
  const std::string key = layout::usage_record(cluster);
  const auto known = decode_usage(backend.read_record(key), record_name(backend, key));
  return known ? known->known() : std::nullopt;
}

std::optional<std::uint64_t> stored_bytes_of(Backend& backend, std::string_view cluster, Time now) {
  const std::string key = layout::usage_record(cluster);
  const std::string place = record_name(backend, key);
  const auto known = decode_usage(backend.read_record(key), place);
  if (known && known->counts_at(now)) return known->known();
  // The first caller counts; for the others the previous figure counts meanwhile.
  Usage claim = known.value_or(Usage());
  bool is_first = false;
  const auto take = [&](const std::optional<std::string>& content) -> std::optional<std::string> {
    const auto there = decode_usage(content, place);
    is_first = !there || !there->counts_at(now);
    claim = there.value_or(Usage());
    if (!is_first) return std::nullopt;
    claim.counted = now;
    // From here on, `added` has the bytes that the count may not see. Before the first count ends,
    // they are all that is known.
    if (claim.stored_bytes) {
      claim.stored_bytes = claim.known();
      claim.added = 0;
      ++claim.period;
    }
    return encode_usage(claim);
  };
  if (!attempt([&] { backend.update_record(key, take); }) || !is_first) return claim.known();
  const Usage counted = count_stored(backend, cluster, claim);
  attempt([&] { change_usage(backend, key, counted); });
  return counted.known();
}

void forget_stored_bytes(Backend& backend, std::string_view cluster) {
  const std::string key = layout::usage_record(cluster);
  const std::string place = record_name(backend, key);
  attempt([&] {
    backend.update_record(key, [&](const std::optional<std::string>& content) {
      auto known = decode_usage(content, place);
      if (!known) return std::optional<std::string>();
      known->counted = Time();
      return std::optional(encode_usage(*known));
    });
  });
}

QuotaUse::QuotaUse(Backend& backend, std::string cluster)
    : backend_(backend), cluster_(std::move(cluster)), quota_(read_quota(backend, cluster_)) {}

std::optional<Refusal> QuotaUse::refusal_at(std::uint64_t stored) const {
  if (stored < *quota_) return std::nullopt;
  return make_refusal(Code::kOverQuota,
                      fmt::format("cluster \"{}\" has {} stored, and a quota of {}", cluster_,
                                  size_text(stored), size_text(*quota_)),
                      fmt::format("Nothing is lost: PostgreSQL keeps its WAL, and tries again. {} "
                                  "removes WAL that no consumer needs; {} raises the quota.",
                                  suggestion({"prune", cluster_}),
                                  suggestion({"policy", "set", cluster_, "--quota", "SIZE"})));
}

std::optional<Refusal> QuotaUse::refuse(Time now) {
  if (!quota_) return std::nullopt;
  const auto stored = stored_bytes_of(backend_, cluster_, now);
  return stored ? refusal_at(*stored) : std::nullopt;
}

std::optional<Refusal> QuotaUse::add(std::uint64_t bytes) {
  if (!quota_) return std::nullopt;
  const std::string key = layout::usage_record(cluster_);
  const std::string place = record_name(backend_, key);
  std::optional<Refusal> refusal;
  backend_.update_record(key, [&](const std::optional<std::string>& content) {
    Usage usage = decode_usage(content, place).value_or(Usage());
    refusal = refusal_at(usage.at_least());
    if (refusal) return std::optional<std::string>();
    usage.added += bytes;
    added_ = bytes;
    period_ = usage.period;
    return std::optional(encode_usage(usage));
  });
  return refusal;
}

void QuotaUse::give_back() {
  if (!quota_) return;
  const std::string key = layout::usage_record(cluster_);
  const std::string place = record_name(backend_, key);
  attempt([&] {
    backend_.update_record(key, [&](const std::optional<std::string>& content) {
      auto usage = decode_usage(content, place);
      // A count that has begun since does not see these bytes, and `added` belongs to other puts.
      if (!usage || usage->period != period_) return std::optional<std::string>();
      usage->added -= std::min(usage->added, added_);
      return std::optional(encode_usage(*usage));
    });
  });
}

}  // namespace walstow
