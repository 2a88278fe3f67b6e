// The index of time: the times of the stored segments. A put computes the entry of its segment
// while it proves the segment, and remembers the entry here, in memory. Later write() writes the
// remembered entries to the archive, many at once. So no put waits for the index, and the promise
// of a put does not include it. If the process is killed, the remembered entries are lost; they are
// read again from the objects when a request needs them, and by a deep verification.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/deadline.h"
#include "store/archive/archive.h"
#include "store/inventory/times_record.h"

namespace walstow {

class TimesIndex {
 public:
  // The number of entries that are remembered at one time. Further ones are dropped. An entry has
  // about 400 bytes, and with many restore points at most 20 kB.
  static constexpr std::size_t kMostRemembered = 4096;

  // Requires a `segment` of kind kSegment, and an object in the archive under that name. Never
  // blocks.
  void remember(std::string_view cluster, const EraName& era, const WalFileName& segment,
                TimesEntry entry);

  bool is_empty() const;  // whether nothing is remembered

  // Returns the entries of `segment` and of the other segments in its record. They include the
  // remembered ones. Blocking. Errors: as in store/backend/backend.h; an unreadable record counts
  // as empty.
  TimesEntries entries_near(BackendReader& backend, std::string_view cluster, const EraName& era,
                            const WalFileName& segment) const;

  // Writes the remembered entries; the written ones are durable on return. Blocking. If an update
  // fails, drops the entries of that record, keeps the others for the next call, and logs a line,
  // at most one an hour. Throws only Error{kFatal}.
  void write(const Archive& archive);

 private:
  struct Remembered {
    std::string cluster;
    EraName era;
    TimesEntries entries;
  };

  std::optional<std::pair<std::string, Remembered>> next_after(const std::string& key) const;
  void drop(const std::string& key, const Remembered& written);
  bool may_log();

  mutable std::mutex mutex_;
  std::map<std::string, Remembered> remembered_;  // by the key of the record; guarded by mutex_
  std::size_t count_ = 0;                         // of entries; guarded by mutex_
  std::optional<Clock::time_point> logged_;       // guarded by mutex_
};

}  // namespace walstow
