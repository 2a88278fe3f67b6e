#include "store/backend/s3/s3_probe.h"

#include <chrono>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/utc_time.h"
#include "proto/codec/digest.h"
#include "proto/files/file_system.h"
#include "proto/wire/json_fields.h"
#include "store/backend/key_rules.h"
#include "store/backend/s3/s3_text.h"

namespace walstow {
namespace {

constexpr std::chrono::hours kRemembered{24};
constexpr std::chrono::hours kStale{24};
constexpr std::size_t kLargestNote = 4096;  // bytes

std::string bucket_text(const S3Options& options) {
  return fmt::format("{} s3://{}/{}", options.endpoint, options.address.bucket,
                     options.address.prefix);
}

std::string note_name(const S3Options& options) {
  Hasher hasher;
  hasher.update(as_bytes(bucket_text(options)));
  return fmt::format("s3-probe-{}.json", to_string(hasher.digest()));
}

std::string note_text(const S3Options& options, std::chrono::system_clock::time_point now) {
  return to_line({{"place", bucket_text(options)}, {"no_fault", to_iso8601(now)}});
}

// False also for any invalid note, and for one from the future.
bool was_probed(FileSystem& files, const S3Options& options,
                std::chrono::system_clock::time_point now) {
  const auto text = read_small_file(files, note_name(options), kLargestNote);
  if (!text) return false;
  const auto note = parse_json_object(*text);
  if (!note) return false;
  const auto place = text_member(*note, "place");
  const auto when = time_member(*note, "no_fault");
  if (place != bucket_text(options)) return false;
  return when.has_value() && *when <= now && now < *when + kRemembered;
}

}  // namespace

// A probe takes seconds: a day's margin is enough, even where the clocks of two hosts differ.
void remove_stale_probes(S3Client& client, std::chrono::system_clock::time_point now) {
  const std::string folder = fmt::format("{}/", parent_folder(probe_key("")));
  const S3List found = client.list(
      {.prefix = client.options().address.prefix + folder, .after = {}, .delimiter = {}});
  std::vector<std::string> stale;
  for (const S3Listed& listed : found.contents) {
    if (listed.modified < now - kStale) stale.push_back(listed.key);
  }
  if (!stale.empty()) client.remove_all(stale);
}

std::string find_fault_with_service(S3Client& client, ConditionalPuts& puts) {
  using PutResult = ConditionalPuts::Result;
  if (client.has_versions()) {
    // Ceph and others then honour no condition: two writers both receive a success.
    return "versioning is or was enabled for the bucket: such a bucket replaces existing objects";
  }
  remove_stale_probes(client, client.options().clock());
  const std::string key = client.options().address.prefix + probe_key(random_hex(8));
  const std::string first_text = "first", second_text = "second", third_text = "third";
  const PutResult first = puts.put_new(key, text_body(first_text));
  const PutResult second = puts.put_new(key, text_body(second_text));
  const auto exists = client.head(key);
  std::string fault;
  if (first != PutResult::kDone) {
    fault = "it refuses a new object";
  } else if (second != PutResult::kOther || !exists || exists->size != first_text.size()) {
    fault = "it replaces an existing object (it ignores If-None-Match)";
  } else if (puts.put_over(key, text_body(second_text), *exists) != PutResult::kDone) {
    fault = "it does not replace an object that was read (it does not know If-Match)";
  } else if (puts.put_over(key, text_body(third_text), *exists) != PutResult::kOther) {
    fault = "it replaces an object that has changed since it was read (it ignores If-Match)";
  }
  client.remove(key);
  return fault;
}

void require_conditional_writes(S3Client& client, ConditionalPuts& puts) {
  const std::string fault = find_fault_with_service(client, puts);
  if (fault.empty()) return;
  const S3Options& options = client.options();
  const std::string what = fmt::format("bucket \"{}\" of {} cannot keep an archive: {}",
                                       options.address.bucket, options.endpoint, fault);
  if (options.probe == S3Options::Probe::kAccept) {
    log_line(LogLevel::kWarning, what,
             "It is used nevertheless, since \"s3.probe\" allows it: two writers may replace each "
             "other's files.");
    return;
  }
  throw Error(ErrorKind::kStorage, what,
              "Use a bucket without versioning, and a service with conditional writes; S3.md names "
              "some. With \"s3.probe = accept\", walstow uses the bucket nevertheless, but its "
              "guarantees do not hold.");
}

void require_conditional_writes_once(S3Client& client, ConditionalPuts& puts) {
  const S3Options& options = client.options();
  const auto files = options.state.empty() ? nullptr : open_posix_file_system(options.state);
  if (files == nullptr || options.probe == S3Options::Probe::kAccept) {
    require_conditional_writes(client, puts);
    return;
  }
  const auto now = std::chrono::system_clock::now();
  if (was_probed(*files, options, now)) return;
  require_conditional_writes(client, puts);
  try {
    write_durably(*files, note_name(options), note_text(options, now));
  } catch (const Error& error) {
    log_line(LogLevel::kDebug, error.what());  // the next process tries again
  }
}

}  // namespace walstow
