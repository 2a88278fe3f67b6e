// Finds the system to which a history or .backup file belongs. Neither contains a system
// identifier, so the segments next to the file decide. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "store/admin/import/archive_scan.h"

namespace walstow {

class FileOwners {
 public:
  // No system has this identifier.
  static constexpr std::uint64_t kUnidentified = 0;

  // `scan` must outlive this object.
  explicit FileOwners(const ArchiveScan& scan);

  // The system identifiers of the segments next to `found`, a history or .backup file. A .backup
  // file's own segment in the same folder decides alone. Otherwise the nearest folder above the
  // file that has segments below it decides: by the segments of the file's timeline, or by all
  // segments if there are none of that timeline. Returns kUnidentified if that folder, or one on
  // the way to it, has segments, but none of them shows its system. Empty: there are no segments.
  // Several: they disagree.
  std::set<std::uint64_t> owners_of(const FoundFile& found) const;

  // The number of segments of each system.
  const std::map<std::uint64_t, std::uint64_t>& systems() const { return systems_; }

 private:
  std::set<std::uint64_t> owners_of_segment(const FoundFile& backup) const;

  std::span<const FoundFile> files_;
  // The identifiers of the segments in or below a folder ("." is the scanned folder), by folder and
  // timeline. Timeline 0 stands for all timelines.
  std::map<std::pair<std::string, std::uint32_t>, std::set<std::uint64_t>> by_timeline_;
  std::map<std::uint64_t, std::uint64_t> systems_;
  std::set<std::string> unidentified_;  // folders with a segment that does not show its system
};

}  // namespace walstow
