#include "store/admin/import/file_owners.h"

#include <algorithm>

#include "proto/files/file_system.h"

namespace walstow {
namespace {

constexpr std::uint32_t kAllTimelines = 0;  // no timeline has this number

}  // namespace

FileOwners::FileOwners(const ArchiveScan& scan) : files_(scan.files) {
  using Kind = Finding::Kind;
  for (const Finding& finding : scan.findings) {
    if (finding.kind == Kind::kUnknownName || finding.kind == Kind::kUnreadable)
      unidentified_.insert(parent_folder(finding.path));
  }
  for (const FoundFile& found : files_) {
    if (!found.system_identifier) {
      if (has_pages(found.file)) unidentified_.insert(parent_folder(found.path));
      continue;
    }
    ++systems_[*found.system_identifier];
    std::string folder = found.path;
    do {
      folder = parent_folder(folder);
      for (const std::uint32_t timeline : {found.file.timeline().value, kAllTimelines})
        by_timeline_[{folder, timeline}].insert(*found.system_identifier);
    } while (folder != ".");
  }
}

std::set<std::uint64_t> FileOwners::owners_of_segment(const FoundFile& backup) const {
  std::set<std::uint64_t> owners;
  const std::string segment = backup.file.segment_text();
  const std::string folder = parent_folder(backup.path);
  // The names are ordered, apart from where the .partial files are.
  const auto begin = std::ranges::lower_bound(
      files_, segment, {}, [](const FoundFile& found) { return found.file.text().substr(0, 24); });
  for (const FoundFile& found : files_.subspan(static_cast<std::size_t>(begin - files_.begin()))) {
    if (!found.file.text().starts_with(segment)) break;
    if (found.system_identifier && parent_folder(found.path) == folder)
      owners.insert(*found.system_identifier);
  }
  return owners;
}

std::set<std::uint64_t> FileOwners::owners_of(const FoundFile& found) const {
  if (found.file.kind() == FileKind::kBackup) {
    if (auto owners = owners_of_segment(found); !owners.empty()) return owners;
  }
  std::string folder = found.path;
  do {
    folder = parent_folder(folder);
    for (const std::uint32_t timeline : {found.file.timeline().value, kAllTimelines}) {
      const auto known = by_timeline_.find({folder, timeline});
      if (known != by_timeline_.end()) return known->second;
    }
    if (unidentified_.contains(folder)) return {kUnidentified};
  } while (folder != ".");
  return {};
}

}  // namespace walstow
