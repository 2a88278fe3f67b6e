// What one era has, read from its folders and remembered: a folder that has not changed since is
// not read again, whoever writes to it. Blocking; one thread at a time.
//
// It takes 16 bytes for each unbroken run of segments, and about 200 for each 4 GB of log.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "proto/wire/report.h"
#include "store/archive.h"
#include "store/holes.h"

namespace walstow {

class EraInventory {
 public:
  EraInventory(std::string cluster, const EraName& era);

  // Reads what has changed. When it is asked to stop, or throws, what it has read stays read.
  void refresh(const Archive& archive, const std::stop_token& stop);

  struct TimelineInventory {
    TimelineRuns runs;
    std::uint64_t segments = 0;
    std::uint64_t raw_bytes = 0, stored_bytes = 0;
    std::uint64_t partials = 0, incompletes = 0;
    std::optional<Time> newest;       // when the newest segment was put
    std::vector<BackupSpan> backups;  // ascending
  };
  // Ascending; as of the last refresh().
  std::vector<TimelineInventory> timelines() const;
  std::uint64_t histories() const { return histories_.size(); }
  const EraName& era() const { return era_; }

 private:
  // An object that was read once, and is read again only when it is another one.
  template <class Value>
  struct Remembered {
    std::uint64_t size = 0;
    Time modified;
    Value value;
  };
  // One folder of the log: the segments of one timeline in one log number.
  struct FolderInventory {
    std::optional<Time> changed;                            // nullopt: read it anew each time
    TimelineInventory content;                              // without `branch`
    std::map<std::string, Remembered<BackupSpan>> backups;  // by key
  };

  void read_histories(const Archive& archive);
  FolderInventory read_folder(const Archive& archive, const std::string& prefix,
                              const FolderInventory* before) const;
  void add(FolderInventory& folder, const Archive& archive, const Entry& entry,
           const FolderInventory* before) const;

  std::string cluster_;
  EraName era_;
  SegmentSize size_;
  std::map<std::string, FolderInventory> folders_;  // by name: timeline, then log number
  std::map<Timeline, Remembered<std::optional<Branch>>> histories_;
};

}  // namespace walstow
