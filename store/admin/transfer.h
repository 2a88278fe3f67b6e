// Puts the WAL files of a folder into a cluster, in the order of the log, over several connections.
// Shows the progress, and reports at the end. `walstow import` and `walstow backfill` share it. A
// transfer may end at any moment: a further run finds what the store has, and sends only the rest.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/wal/file_range.h"
#include "store/admin/command_context.h"
#include "store/admin/import/import_file.h"
#include "store/admin/progress_line.h"

namespace walstow {

// The options that every command with a transfer has, in addition to those of file_range_options.h.
inline constexpr Option kDryRunOption{"-n,--dry-run", "",
                                      "check all files, and show what would be put; put nothing"};
inline constexpr Option kTransferJobsOption{
    "--jobs", "N",
    "number of connections that put files at the same time (default: the setting "
    "\"archive_connections\")"};

struct TransferPlan {
  std::string_view name;  // "import", for messages
  ImportTarget target;
  std::span<const FoundFile> files;  // in the order of the log; the range of the call selects
  // Reads and checks a unit. Called by several threads at once.
  std::function<Selection(const ImportUnit&)> select;
  // The words with which this run's command line begins: "import CLUSTER DIR", or "backfill
  // --pgdata DIR CLUSTER". If the transfer ends early, the message that shows how to continue it
  // appends the other options of this run.
  Words command;
  std::function<void(const Findings&)> explain;  // writes hints about the findings; may be empty
};

// Writes hints about segments of a pg_wal that are not certain to be whole, and were left out.
void explain_uncertain(const Findings& findings);

class Transfer {
 public:
  explicit Transfer(const CommandContext& call);

  // From now on, a stop signal ends the transfer after the files in progress. Returns the target
  // without its system. Throws Error{kUsage} for a wrong name of a cluster, and Error{kRefused}
  // without the right to put files.
  ImportTarget begin();

  // For the main thread.
  Client& client() { return client_of(0); }
  ProgressLine& line() { return line_; }
  void report(std::vector<Finding> findings);

  // Returns the exit code. Throws the Error that ended the transfer early.
  int run(const TransferPlan& plan);

 private:
  struct Counts {
    std::uint64_t files = 0, read_bytes = 0;  // of the folder, done
    std::uint64_t put = 0, put_bytes = 0;     // bytes of the decompressed files
    std::uint64_t existed = 0;
    std::uint64_t duplicates = 0;
  };

  Client& client_of(std::size_t thread);
  void transfer_unit(const TransferPlan& plan, const ImportUnit& unit, std::size_t thread);
  void would_put(const SoundFile& file);
  void put(const ImportTarget& target, SoundFile& file, StoreClient& store);
  void show_summary(const std::string& next);
  void show_holes(const std::string& cluster);
  void show_way_on(const TransferPlan& plan, const std::string& next, bool has_failed);

  const CommandContext& call_;
  const FileRange range_;
  const std::uint32_t jobs_;
  const bool is_dry_;
  std::vector<std::unique_ptr<Client>> clients_;  // one for each thread, once it needs one

  std::mutex reporting_;  // guards all below
  ProgressLine line_;
  Findings findings_;
  Counts counts_;
};

}  // namespace walstow
