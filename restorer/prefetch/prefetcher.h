// The prefetcher: one background process for each data directory. It fetches the next segments of
// the timeline that PostgreSQL reads, and keeps them ready in the spool
// (restorer/spool/prefetch_entries.h) for the calls of walstow-restore.
//
// It sleeps until something happens: a call reports the segment that PostgreSQL received or wants
// (channel.h), a segment arrives, the server ends, a signal arrives, or nothing has happened for a
// long time. It never decides for the store whether a file exists. At the end of the archive, a
// hole, a refusal or damage it stops fetching, and ends after it has delivered the ready segments.
// If a call finds no ready segment, it asks the store directly.
//
// It may be killed at any moment: each entry in the spool is whole, and is checked again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/descriptor.h"
#include "proto/files/file_system.h"
#include "restorer/prefetch/channel.h"
#include "restorer/prefetch/window.h"
#include "restorer/prefetch/worker.h"
#include "restorer/spool/prefetch_entries.h"

namespace walstow {

struct PrefetcherJob {
  FileSystem* entries = nullptr;  // open_prefetch_folder(); must outlive the prefetcher
  std::string tag;                // the tag of the entries
  WalFileName handed;             // the last segment that was delivered
  SegmentSize segment_size;
  PrefetchLimits limits;
  std::function<std::uint64_t()> free_space;  // free bytes in the file system of the entries
  Duration idle{60'000};                      // how long to wait for a message from any call
  int server = -1;                            // readable when the server has ended; not owned
  int signals = -1;                           // readable when the process should end; not owned
};

// What the process has done, for its last line in the log.
struct PrefetchCounts {
  std::uint64_t fetched = 0;
  // How many of these segments were ready, or arrived while a call waited.
  std::uint64_t handed = 0;
};

class Prefetcher {
 public:
  // `listener` belongs to the data directory. The thread that answers calls also places the
  // segments that `getter` returns in job.entries. So it always knows what a call can find, and
  // what it has to remove at the end.
  Prefetcher(PrefetcherJob job, PrefetchListener listener, AheadGetter getter);

  // Runs until there is nothing more to do. Returns the reason for its end, as a clause.
  std::string run();
  const PrefetchCounts& counts() const { return counts_; }

 private:
  struct PrefetchPeer {
    Descriptor socket;
    std::optional<WalFileName> waits_for;
  };

  void feed();
  bool exhausted() const;
  void wait();
  void accept_calls();
  void handle_message(PrefetchPeer& call, const std::string& text);
  void handle_worker_news();
  void handle_done(PrefetchWorker::Done done);
  Outcome publish(const WalFileName& segment, Fetched fetched);
  void reply_to_waiting(const WalFileName& segment, PrefetchReply reply);
  void drop_unwanted();
  void clean_up();
  bool is_ready(const WalFileName& segment) const;

  PrefetcherJob job_;
  std::optional<PrefetchListener> listener_;
  PrefetchWindow window_;
  std::vector<EntryName> ready_;
  std::vector<PrefetchPeer> calls_;
  Deadline idle_until_;
  std::string reason_;   // if not empty, the process must end
  std::string no_more_;  // why no more segments are fetched
  PrefetchCounts counts_;
  PrefetchWorker worker_;
};

}  // namespace walstow
