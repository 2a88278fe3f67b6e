// The prefetcher: one process for each data directory, in the background of the calls of
// walstow-restore, that keeps the next segments of the timeline that is being read ready in the
// spool (restorer/spool/prefetch_entries.h).
//
// It sleeps until something happens: a call says what PostgreSQL was handed or wants
// (channel.h), a segment has come, the server ends, a signal, or nothing for long. It
// never answers for the store: at the end of the archive, at a hole, a refusal or damage it gets no
// more, and ends once what it has got was handed over; the call that finds nothing ready asks the
// store itself.
//
// It may be killed at any moment: what stands in the spool is whole, and is checked again.
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
  FileSystem* entries = nullptr;  // open_prefetch_folder(); outlives the prefetcher
  std::string tag;                // of the entries
  WalFileName handed;             // the segment that was handed over last
  SegmentSize segment_size;
  PrefetchLimits limits;
  std::function<std::uint64_t()> free_space;  // bytes, where the entries are
  Duration idle{60'000};                      // without a word of any call
  int server = -1;                            // readable when the server has ended; not owned
  int signals = -1;                           // readable when the process is to end; not owned
};

// What it did, for its last line in the log.
struct PrefetchCounts {
  std::uint64_t fetched = 0;
  std::uint64_t handed = 0;  // of those that were ready, or came while a call waited
};

class Prefetcher {
 public:
  // `listener` is the data directory's; what `getter` gives is placed in job.entries by the thread
  // that answers calls, which thus always knows what a call can find, and what to remove at the
  // end.
  Prefetcher(PrefetcherJob job, PrefetchListener listener, AheadGetter getter);

  // Until there is nothing more to do. Why it ended, as a clause.
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
  std::string reason_;   // not empty: it is to end
  std::string no_more_;  // why nothing more is got
  PrefetchCounts counts_;
  PrefetchWorker worker_;
};

}  // namespace walstow
