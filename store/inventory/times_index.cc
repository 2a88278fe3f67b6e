#include "store/inventory/times_index.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

constexpr std::chrono::hours kLogAgain{1};

// Entries of an unreadable record are read again from their objects.
TimesEntries decode_readable(const std::optional<std::string>& content, const std::string& record) {
  if (!content) return {};
  try {
    return decode_times(*content, record);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kDamaged) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return {};
  }
}

void write_record(const Archive& archive, const std::string& cluster, const EraName& era,
                  const std::string& key, const TimesEntries& added) {
  Backend& backend = archive.backend();
  // An update would make a folder for the record in an archive that has no such era.
  archive.verify_era(cluster, era);
  backend.update_record(
      key, [&](const std::optional<std::string>& before) -> std::optional<std::string> {
        TimesEntries entries = decode_readable(before, record_name(backend, key));
        for (const auto& [name, entry] : added)
          entries.insert_or_assign(name, entry);
        std::string text = encode_times(std::move(entries));
        return text == before ? std::nullopt : std::optional(std::move(text));
      });
}

}  // namespace

void TimesIndex::remember(std::string_view cluster, const EraName& era, const WalFileName& segment,
                          TimesEntry entry) {
  const std::lock_guard lock(mutex_);
  if (count_ == kMostRemembered) return;
  Remembered& record = remembered_[layout::times_record(cluster, era, segment)];
  record.cluster = cluster;
  record.era = era;
  if (record.entries.insert_or_assign(segment.text(), std::move(entry)).second) ++count_;
}

bool TimesIndex::is_empty() const {
  const std::lock_guard lock(mutex_);
  return count_ == 0;
}

TimesEntries TimesIndex::entries_near(BackendReader& backend, std::string_view cluster,
                                      const EraName& era, const WalFileName& segment) const {
  const std::string key = layout::times_record(cluster, era, segment);
  TimesEntries entries;
  // Before the record: entries that are written meanwhile are in the record.
  std::unique_lock lock(mutex_);
  if (const auto found = remembered_.find(key); found != remembered_.end())
    entries = found->second.entries;
  lock.unlock();
  try {
    if (const auto content = backend.read_record(key))
      entries.merge(decode_times(*content, record_name(backend, key)));
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
  }
  return entries;
}

std::optional<std::pair<std::string, TimesIndex::Remembered>> TimesIndex::next_after(
    const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto next = remembered_.upper_bound(key);
  if (next == remembered_.end()) return std::nullopt;
  return *next;
}

// Keeps entries that were remembered meanwhile.
void TimesIndex::drop(const std::string& key, const Remembered& written) {
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(key);
  if (found == remembered_.end()) return;
  TimesEntries& entries = found->second.entries;
  count_ -= std::erase_if(entries, [&written](const auto& one) {
    const auto same = written.entries.find(one.first);
    return same != written.entries.end() && same->second == one.second;
  });
  if (entries.empty()) remembered_.erase(found);
}

bool TimesIndex::may_log() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (logged_ && now < *logged_ + kLogAgain) return false;
  logged_ = now;
  return true;
}

void TimesIndex::write(const Archive& archive) {
  std::string key;
  while (const auto next = next_after(key)) {
    key = next->first;
    try {
      write_record(archive, next->second.cluster, next->second.era, key, next->second.entries);
      drop(key, next->second);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      drop(key, next->second);
      if (may_log()) {
        log_line(LogLevel::kWarning,
                 fmt::format("could not write the index of time: {}", error.what()), error.hint());
      }
      return;
    }
  }
}

}  // namespace walstow
