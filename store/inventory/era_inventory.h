// The inventory of one era, read from its folders and remembered. A folder that has not changed
// since is not read again, no matter who writes to it. Where the medium does not report changes
// (S3), the two newest folders of each timeline and some others are read again, in turn: older
// changes show some refreshes later. So it serves overviews; for decisions, create a new
// EraInventory. Blocking; one thread at a time.
//
// It takes 16 bytes for each unbroken run of segments, about 200 for each 4 GB of log, and about 50
// for each line of a history; an era has at most 1000 histories of 1000 lines.
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

// The segments that a backup needs, by name. The backup may stop where the next segment would
// begin: the last segment contains its last byte.
std::string first_segment(Timeline timeline, Lsn start, SegmentSize size);
std::string last_segment(Timeline timeline, Lsn start, Lsn stop, SegmentSize size);

class EraInventory {
 public:
  EraInventory(std::string cluster, const EraName& era);

  // Reads what has changed. If `stop` is requested, or it throws, the folders that it has read stay
  // read.
  void refresh(const Archive& archive, const std::stop_token& stop);

  struct TimelineInventory {
    KnownTimeline known;  // all members
    std::uint64_t segments = 0;
    std::uint64_t raw_bytes = 0, stored_bytes = 0;
    std::uint64_t partials = 0, incompletes = 0;
    std::optional<Time> newest;         // when the newest segment was put
    std::vector<BackupReport> backups;  // those with a .backup file; ascending
    Time newest_file;                   // when the newest of all its files was put
  };
  // Ascending; of the last refresh().
  std::vector<TimelineInventory> timelines() const;
  // The input of absence.h, without the prunes.
  KnownLog known_log() const;
  // One folder of the log: the files of one timeline in one log number, of every kind.
  struct LogFolder {
    std::string prefix;  // of their keys
    Timeline timeline;
    SegmentNumber first, end;  // the range of its possible segments
    std::uint64_t files = 0, stored_bytes = 0;
    SegmentNumber last;   // the highest segment in it
    Time oldest, newest;  // when they were put
  };
  // By timeline and position, those with files; of the last refresh().
  std::vector<LogFolder> folders() const;
  std::uint64_t histories() const { return histories_.size(); }
  const EraName& era() const { return era_; }

 private:
  // The value of an object, read once, and again only when the object has changed.
  template <class Value>
  struct Remembered {
    std::uint64_t size = 0;
    Time modified;
    Value value;
  };
  // One folder of the log: the segments of one timeline in one log number.
  struct FolderInventory {
    std::optional<Time> changed;                              // nullopt: unknown
    std::uint64_t read_at = 0;                                // in refreshes_
    TimelineInventory content;                                // except for the history
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
