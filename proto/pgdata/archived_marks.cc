#include "proto/pgdata/archived_marks.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "proto/base/boot_id.h"
#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

// Far longer than the clock tick for files in any kernel (1 to 10 ms).
constexpr std::chrono::milliseconds kClockStep{100};
constexpr std::chrono::seconds kBack{1};

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
      const char* const what =
          kind_ == Kind::kAhead ? "not archiving ahead" : "not noting which segments were restored";
      log_line(LogLevel::kWarning, fmt::format("{}: {}", what, error.what()), error.hint());
    }
    return decltype(work())();
  }
}

ArchivedMarks::ArchivedMarks(FileSystem& wal_folder, SpoolOwner owner, Kind kind)
    : wal_folder_(wal_folder), owner_(std::move(owner)), kind_(kind), boot_(boot_id()) {}

std::string ArchivedMarks::path_of(const WalFileName& name) const {
  return fmt::format("{}/{}", folder(), name.text());
}

// No WAL file has this name.
std::string ArchivedMarks::archive_record() const {
  return fmt::format("{}/archive", folder());
}

SpoolRecord ArchivedMarks::mark_of(const FileStatus& file, const std::string& archive) const {
  SpoolRecord mark{{"store", owner_.store},
                   {"cluster", owner_.cluster},
                   {"system", std::to_string(owner_.system_identifier)},
                   {"boot", boot_},
                   {"archive", archive},
                   {"device", std::to_string(file.device)},
                   {"inode", std::to_string(file.inode)},
                   {"size", std::to_string(file.size)},
                   {"modified", text_of(file.modified)}};
  // PostgreSQL renames a restored file, which changes this time.
  if (kind_ == Kind::kAhead) mark.emplace("changed", text_of(file.changed));
  return mark;
}

std::optional<std::string> ArchivedMarks::current_archive() {
  const auto record = read_record(wal_folder_, archive_record());
  if (!record) return std::nullopt;
  const auto archive = record->find("archive");
  if (archive == record->end()) return std::nullopt;
  return archive->second;
}

bool ArchivedMarks::in_use() {
  return attempt([&] { return wal_folder_.status(in_spool(archive_record())).has_value(); });
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

void ArchivedMarks::add_restored(const WalFileName& name, const std::string& path,
                                 const std::string& archive) {
  if (boot_.empty()) return;
  attempt([&] {
    wal_folder_.set_modified(path, std::chrono::system_clock::now() - kBack);
    const auto file = wal_folder_.status(path);
    if (file) write_passing_record(wal_folder_, path_of(name), mark_of(*file, archive));
  });
}

void ArchivedMarks::answered_by(const std::string& archive) {
  attempt([&] {
    if (current_archive() == archive) return;
    write_passing_record(wal_folder_, archive_record(), {{"archive", archive}});
  });
}

// `is_old` receives the name of a mark's file.
template <class Predicate>
void ArchivedMarks::remove_if(Predicate is_old) {
  attempt([&] {
    const std::string all = in_spool(folder());
    for (const std::string& mark : wal_folder_.list(all).value_or(std::vector<std::string>())) {
      const std::string path = fmt::format("{}/{}", all, mark);
      if (path != in_spool(archive_record()) && is_old(mark)) wal_folder_.remove(path);
    }
  });
}

void ArchivedMarks::keep_only(const std::vector<WalFileName>& names) {
  remove_if([&](const std::string& mark) {
    return std::ranges::find(names, mark, &WalFileName::text) == names.end();
  });
}

void ArchivedMarks::forget_until(const WalFileName& last) {
  remove_if([&](const std::string& mark) { return mark <= last.text(); });
}

}  // namespace walstow
