#include "proto/pgdata/ready_files.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

namespace walstow {
namespace {

constexpr const char* kStatusFolder = "archive_status";
constexpr std::string_view kReady = ".ready";
constexpr std::string_view kDone = ".done";

bool is_history(const WalFileName& name) {
  return name.kind() == FileKind::kHistory;
}

bool asked_for_before(const WalFileName& one, const WalFileName& other) {
  if (is_history(one) != is_history(other)) return is_history(one);
  return one.text() < other.text();
}

// The files whose status has this suffix, unsorted.
std::vector<WalFileName> files_with(FileSystem& wal_folder, std::string_view suffix) {
  std::vector<WalFileName> files;
  for (const std::string_view name :
       wal_folder.list(kStatusFolder).value_or(std::vector<std::string>())) {
    if (!name.ends_with(suffix)) continue;
    auto file = WalFileName::parse(name.substr(0, name.size() - suffix.size()));
    if (file) files.push_back(*std::move(file));
  }
  return files;
}

}  // namespace

std::vector<WalFileName> ready_files(FileSystem& wal_folder) {
  std::vector<WalFileName> ready = files_with(wal_folder, kReady);
  std::ranges::sort(ready, asked_for_before);
  return ready;
}

std::optional<WalFileName> newest_archived_segment(FileSystem& wal_folder) {
  std::vector<WalFileName> done = files_with(wal_folder, kDone);
  std::erase_if(done, [](const WalFileName& name) { return name.kind() != FileKind::kSegment; });
  const auto newest = std::ranges::max_element(done, {}, &WalFileName::text);
  return newest == done.end() ? std::nullopt : std::optional(*newest);
}

ArchiveBacklog archive_backlog(FileSystem& wal_folder, Time now) {
  const std::vector<WalFileName> ready = ready_files(wal_folder);
  std::vector<std::string> names;
  for (const WalFileName& file : ready)
    names.push_back(fmt::format("{}{}", file.text(), kReady));
  ArchiveBacklog backlog;
  const auto statuses = wal_folder.statuses(kStatusFolder, names);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (!statuses[i]) continue;  // archived meanwhile
    ++backlog.files;
    const Time since = statuses[i]->modified;
    backlog.oldest = std::min(backlog.oldest.value_or(since), since);
    if (ready[i].kind() == FileKind::kSegment && since > now - std::chrono::hours(1)) {
      ++backlog.new_segments;
    }
  }
  return backlog;
}

}  // namespace walstow
