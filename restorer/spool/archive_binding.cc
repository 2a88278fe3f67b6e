#include "restorer/spool/archive_binding.h"

#include <algorithm>
#include <cctype>

#include "proto/pgdata/spool_folder.h"

namespace walstow {
namespace {

constexpr std::string_view kArchiveRecord = "archive";
constexpr std::size_t kLongestArchiveId = 64;

SpoolRecord record_of(const StoreKey& key, const std::string& archive) {
  return {{"store", key.store},
          {"cluster", key.cluster},
          {"system", std::to_string(key.system_identifier)},
          {"archive", archive}};
}

}  // namespace

bool valid_archive_id(std::string_view id) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
  };
  return !id.empty() && id.size() <= kLongestArchiveId && std::ranges::all_of(id, allowed);
}

std::optional<std::string> bound_archive(FileSystem& wal_folder, const StoreKey& key) {
  const std::optional<SpoolRecord> record = read_record(wal_folder, kArchiveRecord);
  if (!record) return std::nullopt;
  const auto archive = record->find("archive");
  if (archive == record->end() || !valid_archive_id(archive->second)) return std::nullopt;
  if (*record != record_of(key, archive->second)) return std::nullopt;
  return archive->second;
}

void bind_archive(FileSystem& wal_folder, const StoreKey& key, const std::string& archive) {
  write_record(wal_folder, kArchiveRecord, record_of(key, archive));
}

std::string describe_binding(const FileSystem& wal_folder) {
  return wal_folder.describe(in_spool(kArchiveRecord));
}

}  // namespace walstow
