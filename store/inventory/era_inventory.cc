#include "store/inventory/era_inventory.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "proto/wal/backup_history.h"
#include "proto/wal/timeline_history.h"
#include "store/archive/layout.h"
#include "store/backend/entries.h"
#include "store/inventory/log_files.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

// Two changes within the resolution of a file system's clock have the same time. So a folder that
// changed this shortly before it was read is read again next time.
constexpr std::chrono::seconds kClockResolution{3};

// Where the medium does not report when a folder changed (S3), so many folders are read again each
// time. Each costs a request, and this covers a mid-sized archive. In a larger archive older
// folders change rarely; their inventory may be some refreshes old.
constexpr std::size_t kSilentAtOnce = 64;

// One of the two folders that puts change: the newest of its timeline, and the one before.
bool is_growing(const std::vector<Folder>& folders, std::size_t index) {
  constexpr std::size_t kTimelineDigits = 8;
  const auto timeline = [&](std::size_t at) {
    return std::string_view(folders[at].name).substr(0, kTimelineDigits);
  };
  return index + 2 >= folders.size() || timeline(index + 2) != timeline(index);
}

std::optional<std::vector<TimelineSwitch>> ancestry_in(const Archive& archive,
                                                       const std::string& key, Timeline timeline) {
  const auto content = read_small_object(archive.backend(), key, kLargestHistoryFile);
  if (!content) return std::nullopt;
  const TimelineHistoryResult result = parse_timeline_history(timeline, *content);
  if (!result.history) return std::nullopt;
  return result.history->ancestry;
}

// If the file does not contain its stop time in UTC, the time of its put replaces it: the file
// arrived at the backup's end. The header keeps that time in a copy of the archive, too. A content
// that does not match its name counts as an unreadable backup.
BackupReport read_backup(const Archive& archive, const EraName& era, const Entry& entry,
                         const WalFileName& file) {
  BackupReport report{.name = file.text(),
                      .era = to_string(era),
                      .timeline = file.timeline().value,
                      .stopped = entry.modified,
                      .put = entry.modified};
  ObjectHeader header;
  const auto content = read_small_object(archive.backend(), entry.key, kLargestBackupFile, &header);
  if (!content) return report;
  report.put_by = header.client;
  report.put = header.time;
  const SegmentSize size = segment_size_of(era);
  const auto backup = parse_backup_history(*content);
  if (!backup || !compare_with_name(*backup, file, size).empty()) return report;
  report.start = to_string(backup->start);
  report.stop = to_string(backup->stop);
  report.first = first_segment(backup->start_timeline, backup->start, size);
  report.last = last_segment(backup->stop_timeline, backup->start, backup->stop, size);
  report.label = backup->label;
  report.started = backup->started;
  report.stopped = backup->stopped.value_or(header.time);
  return report;
}

void add_run(std::vector<SegmentRun>& runs, SegmentRun run) {
  if (!runs.empty() && runs.back().last() + 1 == run.first) {
    runs.back().count += run.count;
  } else {
    runs.push_back(run);
  }
}

void add_file(KnownTimeline& known, SegmentNumber first, SegmentNumber last) {
  known.first_file = std::min(known.first_file.value_or(first), first);
  known.last_file = std::max(known.last_file.value_or(last), last);
}

}  // namespace

std::string first_segment(Timeline timeline, Lsn start, SegmentSize size) {
  return WalFileName::segment(timeline, segment_of(start, size), size).text();
}

std::string last_segment(Timeline timeline, Lsn start, Lsn stop, SegmentSize size) {
  return WalFileName::segment(timeline, last_segment_between(start, stop, size), size).text();
}

EraInventory::EraInventory(std::string cluster, const EraName& era)
    : cluster_(std::move(cluster)), era_(era), size_(segment_size_of(era)) {}

void EraInventory::refresh(const Archive& archive, const std::stop_token& stop) {
  read_histories(archive);
  const std::string prefix = layout::wal_prefix(cluster_, era_);
  const std::vector<Folder> folders = archive.backend().folders(prefix);
  const std::set<std::string> due = folders_to_read(folders);
  ++refreshes_;
  for (const Folder& folder : folders) {
    if (stop.stop_requested()) return;
    if (!due.contains(folder.name)) continue;
    const auto known = folders_.find(folder.name);
    const Time before = std::chrono::system_clock::now();
    FolderInventory read = read_folder(archive, fmt::format("{}{}/", prefix, folder.name),
                                       known == folders_.end() ? nullptr : &known->second);
    if (folder.changed && *folder.changed + kClockResolution < before) {
      read.changed = folder.changed;
    }
    read.read_at = refreshes_;
    folders_.insert_or_assign(folder.name, std::move(read));
  }
  std::erase_if(folders_, [&folders](const auto& known) {
    return !std::ranges::binary_search(folders, known.first, {}, &Folder::name);
  });
}

std::set<std::string> EraInventory::folders_to_read(const std::vector<Folder>& folders) const {
  std::set<std::string> due;
  std::vector<std::pair<std::uint64_t, std::string>> silent;  // when it was read, and its name
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const Folder& folder = folders[i];
    const auto known = folders_.find(folder.name);
    if (known != folders_.end() && !folder.changed && !is_growing(folders, i)) {
      silent.emplace_back(known->second.read_at, folder.name);
    } else if (known == folders_.end() || !folder.changed ||
               known->second.changed != folder.changed) {
      due.insert(folder.name);
    }
  }
  std::ranges::sort(silent);
  for (std::size_t i = 0; i < std::min(silent.size(), kSilentAtOnce); ++i)
    due.insert(silent[i].second);
  return due;
}

void EraInventory::read_histories(const Archive& archive) {
  const std::string prefix = layout::history_prefix(cluster_, era_);
  std::map<Timeline, Remembered<Ancestry>> read;
  for_each_entry(archive.backend(), prefix, [&](const Entry& entry) {
    const auto stored = layout::parse_object_key(cluster_, entry.key);
    if (!stored) return;
    const Timeline timeline = stored->file.timeline();
    const auto known = histories_.find(timeline);
    const bool same = known != histories_.end() && known->second.size == entry.size &&
                      known->second.modified == entry.modified;
    read[timeline] = {
        .size = entry.size,
        .modified = entry.modified,
        .value = same ? known->second.value : ancestry_in(archive, entry.key, timeline)};
  });
  histories_ = std::move(read);
}

EraInventory::FolderInventory EraInventory::read_folder(const Archive& archive,
                                                        const std::string& prefix,
                                                        const FolderInventory* before) const {
  FolderInventory folder;
  for_each_entry(archive.backend(), prefix,
                 [&](const Entry& entry) { add(folder, archive, entry, before); });
  folder.content.known.runs.shrink_to_fit();
  return folder;
}

void EraInventory::add(FolderInventory& folder, const Archive& archive, const Entry& entry,
                       const FolderInventory* before) const {
  const auto stored = layout::parse_object_key(cluster_, entry.key);
  if (!stored) return;
  const WalFileName& file = stored->file;
  TimelineInventory& content = folder.content;
  content.stored_bytes += entry.size;
  const SegmentNumber number = file.number(size_);
  if (is_of_log(*stored)) add_file(content.known, number, number);
  folder.oldest = folder.files == 0 ? entry.modified : std::min(folder.oldest, entry.modified);
  folder.newest = std::max(folder.newest, entry.modified);
  folder.last = std::max(folder.last, number);
  ++folder.files;
  if (stored->form == layout::StoredName::Form::kIncomplete) {
    ++content.incompletes;
    content.raw_bytes += size_.bytes();
    return;
  }
  switch (file.kind()) {
    case FileKind::kSegment:
      ++content.segments;
      content.raw_bytes += size_.bytes();
      if (!content.newest || entry.modified > *content.newest) content.newest = entry.modified;
      add_run(content.known.runs, {.first = number.value, .count = 1});
      break;
    case FileKind::kPartial:
      ++content.partials;
      content.raw_bytes += size_.bytes();
      break;
    case FileKind::kBackup: {
      Remembered<BackupReport> backup{.size = entry.size, .modified = entry.modified, .value = {}};
      const auto known = before == nullptr ? folder.backups.end() : before->backups.find(entry.key);
      const bool same = before != nullptr && known != before->backups.end() &&
                        known->second.size == entry.size &&
                        known->second.modified == entry.modified;
      backup.value = same ? known->second.value : read_backup(archive, era_, entry, file);
      folder.backups.insert_or_assign(entry.key, std::move(backup));
      break;
    }
    case FileKind::kHistory:
      break;  // is in a folder of its own
  }
}

std::vector<EraInventory::TimelineInventory> EraInventory::timelines() const {
  std::map<Timeline, TimelineInventory> timelines;
  for (const auto& [name, folder] : folders_) {
    const auto timeline = WalFileName::parse(fmt::format("{}.history", name.substr(0, 8)));
    if (!timeline) continue;  // no timeline's folder; no key of an object is in it
    TimelineInventory& one = timelines[timeline->timeline()];
    const TimelineInventory& content = folder.content;
    for (const SegmentRun& run : content.known.runs)
      add_run(one.known.runs, run);
    if (content.known.first_file) {
      add_file(one.known, *content.known.first_file, *content.known.last_file);
    }
    one.segments += content.segments;
    one.raw_bytes += content.raw_bytes;
    one.stored_bytes += content.stored_bytes;
    one.partials += content.partials;
    one.incompletes += content.incompletes;
    one.newest = std::max(one.newest, content.newest);
    one.newest_file = std::max(one.newest_file, folder.newest);
    for (const auto& [key, backup] : folder.backups)
      one.backups.push_back(backup.value);
  }
  for (const auto& [timeline, history] : histories_) {
    TimelineInventory& one = timelines[timeline];
    one.newest_file = std::max(one.newest_file, history.modified);
    one.known.history =
        history.value ? KnownTimeline::History::kRead : KnownTimeline::History::kUnreadable;
    if (history.value) one.known.ancestry = *history.value;
  }
  std::vector<TimelineInventory> all;
  all.reserve(timelines.size());
  for (auto& [timeline, one] : timelines) {
    one.known.timeline = timeline;
    all.push_back(std::move(one));
  }
  return all;
}

KnownLog EraInventory::known_log() const {
  KnownLog log{.size = size_, .timelines = {}, .prunes = {}};
  std::vector<TimelineInventory> all = timelines();
  for (TimelineInventory& one : all) {
    // An empty folder proves nothing.
    const bool is_known =
        one.known.first_file || one.known.history != KnownTimeline::History::kAbsent;
    if (is_known) log.timelines.push_back(std::move(one.known));
  }
  return log;
}

std::vector<EraInventory::LogFolder> EraInventory::folders() const {
  std::vector<LogFolder> all;
  const std::uint64_t in_log = size_.segments_per_log();
  for (const auto& [name, folder] : folders_) {
    const auto first = WalFileName::parse(fmt::format("{}00000000", name));
    if (!first || folder.files == 0) continue;
    const SegmentNumber number = first->number(size_);
    all.push_back({.prefix = fmt::format("{}{}/", layout::wal_prefix(cluster_, era_), name),
                   .timeline = first->timeline(),
                   .first = number,
                   .end = SegmentNumber{number.value + in_log},
                   .files = folder.files,
                   .stored_bytes = folder.content.stored_bytes,
                   .last = folder.last,
                   .oldest = folder.oldest,
                   .newest = folder.newest});
  }
  return all;
}

}  // namespace walstow
