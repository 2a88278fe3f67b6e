#include "store/retention/quota.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

constexpr int kShareOfTime = 50;  // counting takes one part in so many

struct Usage {
  std::uint64_t stored_bytes = 0;
  Time counted;
  std::chrono::milliseconds took{};

  bool counts_at(Time now) const {
    const auto age = std::max<std::chrono::milliseconds>(kLeastCountAge, kShareOfTime * took);
    return counted <= now && now < counted + age;
  }
};

std::string encode_usage(const Usage& usage) {
  return to_line({{"format", kArchiveFormat},
                  {"stored_bytes", usage.stored_bytes},
                  {"counted", to_iso8601(usage.counted)},
                  {"took_ms", usage.took.count()}});
}

// nullopt: there is none, or it cannot be read; it is made anew then.
std::optional<Usage> decode_usage(const std::optional<std::string>& content,
                                  const std::string& place) {
  if (!content) return std::nullopt;
  try {
    const auto object = parse_record(*content, place);
    const auto bytes = number_member(object, "stored_bytes");
    const auto took = number_member(object, "took_ms");
    const auto text = text_member(object, "counted");
    const auto counted = text ? parse_iso8601(*text) : std::nullopt;
    if (!bytes || !took || !counted) return std::nullopt;
    const std::uint64_t milliseconds = std::min<std::uint64_t>(*took, 1'000'000);
    return Usage{*bytes, *counted, std::chrono::milliseconds(milliseconds)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    return std::nullopt;
  }
}

Usage count_stored(Backend& backend, std::string_view cluster, Time now) {
  const auto begun = Clock::now();
  Usage usage{.counted = now};
  for_each_entry(backend, fmt::format("{}/", cluster),
                 [&usage](const Entry& entry) { usage.stored_bytes += entry.size; });
  usage.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  return usage;
}

// Changes a note. False: not now. Nobody waits for others' records for it, nor fails because a disk
// is full: it lapses by itself.
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

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;
  return bytes < 10 * kMegabyte ? fmt::format("{} kB", bytes / 1024)
                                : fmt::format("{} MB", bytes / kMegabyte);
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

std::uint64_t stored_bytes_of(Backend& backend, std::string_view cluster, Time now) {
  const std::string key = layout::usage_record(cluster);
  const std::string place = record_name(backend, key);
  const auto known = decode_usage(backend.read_record(key), place);
  if (known && known->counts_at(now)) return known->stored_bytes;
  // Who is first counts; for the others what was known counts on meanwhile.
  Usage claim = known.value_or(Usage());
  claim.counted = now;
  bool is_first = false;
  const auto take = [&](const std::optional<std::string>& content) -> std::optional<std::string> {
    const auto there = decode_usage(content, place);
    is_first = !there || !there->counts_at(now);
    if (!is_first) claim.stored_bytes = there->stored_bytes;
    return is_first ? std::optional(encode_usage(claim)) : std::nullopt;
  };
  if (!attempt([&] { backend.update_record(key, take); }) || !is_first) return claim.stored_bytes;
  const Usage counted = count_stored(backend, cluster, now);
  const auto put = [&](const std::optional<std::string>&) {
    return std::optional(encode_usage(counted));
  };
  attempt([&] { backend.update_record(key, put); });
  return counted.stored_bytes;
}

void forget_stored_bytes(Backend& backend, std::string_view cluster) {
  attempt([&] { backend.remove_record(layout::usage_record(cluster)); });
}

std::optional<Refusal> refuse_over_quota(Backend& backend, const std::string& cluster, Time now) {
  const auto quota = read_quota(backend, cluster);
  if (!quota) return std::nullopt;
  const std::uint64_t stored = stored_bytes_of(backend, cluster, now);
  if (stored < *quota) return std::nullopt;
  return make_refusal(
      Code::kOverQuota,
      fmt::format("cluster \"{}\" has {} stored, and a quota of {}", cluster, bytes_text(stored),
                  bytes_text(*quota)),
      fmt::format("Nothing is lost: PostgreSQL keeps its WAL, and tries again. {} removes what "
                  "nobody needs; {} allows more.",
                  suggestion({"prune", cluster}),
                  suggestion({"policy", "set", cluster, "--quota", "SIZE"})));
}

}  // namespace walstow
