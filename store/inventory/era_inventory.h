// The inventory of one era, read from its folders and remembered. A folder that has not changed is
// not read again, no matter who writes to it. If the medium does not report changes (S3), each
// refresh reads the two newest folders of each timeline, and some of the other folders in turn. So
// an older change becomes visible only after a few refreshes. This is good enough for overviews;
// for decisions, create a new EraInventory. Blocking. Only one thread at a time may use it.
//
// An inventory takes 16 bytes of memory for each unbroken run of segments, about 200 bytes for each
// 4 GB of log, and about 50 bytes for each line of a history. An era has at most 1000 histories of
// 1000 lines.
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

// The names of the first and the last segment that a backup needs. If the backup stops where a
// segment would begin, its last segment is the previous one, which contains the last byte of the
// backup.
std::string first_segment(Timeline timeline, Lsn start, SegmentSize size);
std::string last_segment(Timeline timeline, Lsn start, Lsn stop, SegmentSize size);

class EraInventory {
 public:
  EraInventory(std::string cluster, const EraName& era);

  // Reads all folders that have changed. If `stop` is requested, or if it throws, the folders that
  // it has read are kept.
  void refresh(const Archive& archive, const std::stop_token& stop);

  struct TimelineInventory {
    KnownTimeline known;  // includes files of all folders
    std::uint64_t segments = 0;
    std::uint64_t raw_bytes = 0, stored_bytes = 0;
    std::uint64_t partials = 0, incompletes = 0;
    std::optional<Time> newest;         // when the newest segment was put
    std::vector<BackupReport> backups;  // the backups with a .backup file; ascending
    Time newest_file;                   // when the newest of all files of the timeline was put
  };
  // The timelines, ascending, as of the last refresh().
  std::vector<TimelineInventory> timelines() const;
  // Returns the input of absence.h, without the prunes.
  KnownLog known_log() const;
  // One folder of the log: the files of one timeline in one log number, of every kind.
  struct LogFolder {
    std::string prefix;  // prefix of the keys of these files
    Timeline timeline;
    SegmentNumber first, end;  // the range of segments that the folder can contain
    std::uint64_t files = 0, stored_bytes = 0;
    SegmentNumber last;   // the highest segment in the folder
    Time oldest, newest;  // when its files were put
  };
  // The folders that contain files, by timeline and position, as of the last refresh().
  std::vector<LogFolder> folders() const;
  std::uint64_t histories() const { return histories_.size(); }
  const EraName& era() const { return era_; }

 private:
  // A value that was computed from an object. The object is read once, and read again only after it
  // has changed.
  template <class Value>
  struct Remembered {
    std::uint64_t size = 0;
    Time modified;
    Value value;
  };
  // One folder of the log: the segments of one timeline in one log number.
  struct FolderInventory {
    std::optional<Time> changed;  // nullopt: unknown
    // The number of the refresh that last read the folder, as in refreshes_.
    std::uint64_t read_at = 0;
    TimelineInventory content;                                // everything except the history
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
  // By the folder's name, which consists of timeline and log number.
  std::map<std::string, FolderInventory> folders_;
  std::map<Timeline, Remembered<Ancestry>> histories_;
};

}  // namespace walstow
