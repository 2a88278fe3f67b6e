// What one era has, read from its folders and remembered: a folder that has not changed since is
// not read again, whoever writes to it. Where the medium does not say whether one has (S3), the two
// newest of each timeline and some others are read again, in turn: what changes further back is
// noticed some refreshes later. So it is for overviews, and an EraInventory that was just made for
// decisions. Blocking; one thread at a time.
//
// It takes 16 bytes for each unbroken run of segments, about 200 for each 4 GB of log, and about 50
// for each line of a history; an era has 1000 histories of 1000 lines at most.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "proto/wal/timeline_history.h"
#include "proto/wire/report.h"
#include "store/archive/archive.h"
#include "store/inventory/absence.h"

namespace walstow {

// The segments that a backup needs, by name. It may stop where the next one would begin: the last
// one holds its last byte.
std::string first_segment(Timeline timeline, Lsn start, SegmentSize size);
std::string last_segment(Timeline timeline, Lsn start, Lsn stop, SegmentSize size);

class EraInventory {
 public:
  EraInventory(std::string cluster, const EraName& era);

  // Reads what has changed. When it is asked to stop, or throws, what it has read stays read.
  void refresh(const Archive& archive, const std::stop_token& stop);

  struct TimelineInventory {
    KnownTimeline known;  // all of it
    std::uint64_t segments = 0;
    std::uint64_t raw_bytes = 0, stored_bytes = 0;
    std::uint64_t partials = 0, incompletes = 0;
    std::optional<Time> newest;         // when the newest segment was put
    std::vector<BackupReport> backups;  // those that left a .backup file; ascending
    Time newest_file;                   // when the newest of all its files was put
  };
  // Ascending; as of the last refresh().
  std::vector<TimelineInventory> timelines() const;
  // What absence.h judges by: without the prunes.
  KnownLog known_log() const;
  // One folder of the log: the files of one timeline in one log number, of every kind.
  struct LogFolder {
    std::string prefix;  // of their keys
    Timeline timeline;
    SegmentNumber first, end;  // what its segments can be
    std::uint64_t files = 0, stored_bytes = 0;
    SegmentNumber last;   // the highest of them
    Time oldest, newest;  // when they were put
  };
  // By timeline and place, those with files; as of the last refresh().
  std::vector<LogFolder> folders() const;
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
    std::optional<Time> changed;                              // nullopt: nobody knows
    std::uint64_t read_at = 0;                                // in refreshes_
    TimelineInventory content;                                // but for the history
    std::map<std::string, Remembered<BackupReport>> backups;  // by key
    std::uint64_t files = 0;
    SegmentNumber last;
    Time oldest, newest;
  };
  using Ancestry = std::optional<std::vector<TimelineSwitch>>;

  std::set<std::string> folders_to_read(const std::vector<Folder>& folders) const;
  void read_histories(const Archive& archive);
  FolderInventory read_folder(const Archive& archive, const std::string& prefix,
                              const FolderInventory* before) const;
  void add(FolderInventory& folder, const Archive& archive, const Entry& entry,
           const FolderInventory* before) const;

  std::string cluster_;
  EraName era_;
  SegmentSize size_;
  std::uint64_t refreshes_ = 0;
  std::map<std::string, FolderInventory> folders_;  // by name: timeline, then log number
  std::map<Timeline, Remembered<Ancestry>> histories_;
};

}  // namespace walstow
