#include "archiver/archived_marks.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "proto/base/boot_id.h"
#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

constexpr const char* kFolder = "archived";
// No WAL file has this name.
constexpr const char* kArchiveRecord = "archived/archive";

// Far longer than the clock tick for files in any kernel (1 to 10 ms).
constexpr std::chrono::milliseconds kClockStep{100};

std::string path_of(const WalFileName& name) {
  return fmt::format("{}/{}", kFolder, name.text());
}

std::string text_of(std::chrono::system_clock::time_point time) {
  return std::to_string(time.time_since_epoch().count());
}

}  // namespace

bool changes_would_show(const FileStatus& file, std::chrono::system_clock::time_point now) {
  return file.changed + kClockStep < now && file.modified + kClockStep < now;
}

// Returns the result of `work`, or an empty one if it fails.
template <class Work>
auto ArchivedMarks::attempt(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const Error& error) {
    if (!told_.exchange(true)) {
      log_line(LogLevel::kWarning, fmt::format("not archiving ahead: {}", error.what()),
               error.hint());
    }
    return decltype(work())();
  }
}

ArchivedMarks::ArchivedMarks(FileSystem& wal_folder, SpoolOwner owner)
    : wal_folder_(wal_folder), owner_(std::move(owner)), boot_(boot_id()) {}

SpoolRecord ArchivedMarks::mark_of(const FileStatus& file, const std::string& archive) const {
  return {{"store", owner_.store},
          {"cluster", owner_.cluster},
          {"system", std::to_string(owner_.system_identifier)},
          {"boot", boot_},
          {"archive", archive},
          {"device", std::to_string(file.device)},
          {"inode", std::to_string(file.inode)},
          {"size", std::to_string(file.size)},
          {"modified", text_of(file.modified)},
          {"changed", text_of(file.changed)}};
}

std::optional<std::string> ArchivedMarks::current_archive() {
  const auto record = read_record(wal_folder_, kArchiveRecord);
  if (!record) return std::nullopt;
  const auto archive = record->find("archive");
  if (archive == record->end()) return std::nullopt;
  return archive->second;
}

bool ArchivedMarks::has(const WalFileName& name, const FileStatus& file) {
  if (boot_.empty()) return false;
  return attempt([&] {
    const auto mark = read_record(wal_folder_, path_of(name));
    if (!mark) return false;
    const auto archive = current_archive();
    return archive && *mark == mark_of(file, *archive);
  });
}

void ArchivedMarks::add(const WalFileName& name, const FileStatus& file,
                        const std::string& archive) {
  if (boot_.empty()) return;
  attempt([&] {
    if (wal_folder_.status(name.text()) != file) return;
    write_passing_record(wal_folder_, path_of(name), mark_of(file, archive));
  });
}

void ArchivedMarks::answered_by(const std::string& archive) {
  attempt([&] {
    if (current_archive() == archive) return;
    write_passing_record(wal_folder_, kArchiveRecord, {{"archive", archive}});
  });
}

void ArchivedMarks::keep_only(const std::vector<WalFileName>& names) {
  attempt([&] {
    const std::string folder = in_spool(kFolder);
    for (const std::string& mark : wal_folder_.list(folder).value_or(std::vector<std::string>())) {
      const std::string path = fmt::format("{}/{}", folder, mark);
      if (path == in_spool(kArchiveRecord)) continue;
      if (std::ranges::find(names, mark, &WalFileName::text) == names.end()) {
        wal_folder_.remove(path);
      }
    }
  });
}

}  // namespace walstow
