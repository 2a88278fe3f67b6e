// A file system that works until a test makes it fail, as a real one does when its disk is full or
// broken. It wraps any other:
//
//   auto faults = std::make_shared<FaultPlan>();
//   auto files = with_faults(disk.mount(), faults);
//   faults->fail_call(3, ENOSPC);
//
// Failures look like the real file system's: Error{kStorage}, but Error{kFatal} from sync_folder. A
// failing call has no effect, with three exceptions that the kernel makes too. A failed write has
// written its first half. A failed close has closed. A file whose sync failed has lost its changes
// permanently: later syncs report success and make nothing durable.
//
// With FaultMoment::kAfter a call takes its full effect, but reports a failure to its caller, as
// over a network file system that lost the answer.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proto/files/file_system.h"

namespace walstow {

enum class FileCall {
  // FileSystem
  kOpenFile,
  kOpenOrCreate,
  kStatus,
  kList,
  kCreateTemporary,
  kLinkTemporary,
  kReplaceByTemporary,
  kMakeFolder,
  kRename,
  kRemove,
  kSyncFolder,
  kLock,
  kRemoveDeadTemporaries,
  // File
  kReadAt,
  kWriteAt,
  kSync,
  kFileStatus,
  kClose,
};

std::string to_string(FileCall call);

enum class FaultMoment { kBefore, kAfter };  // of the effect

// The calls that must fail, and a record of all calls. Threads: any.
class FaultPlan {
 public:
  // The `number`-th call from now on (the next one is 1) fails with `error_number`, an errno value.
  void fail_call(std::size_t number, int error_number, FaultMoment moment = FaultMoment::kBefore);
  // Every call of the kind fails from now on.
  void fail_every(FileCall call, int error_number);
  void stop_failing();
  // Runs `other` before the `number`-th call of the kind from now on: the actions of another
  // process. Once.
  void interleave(FileCall call, std::size_t number, std::function<void()> other);

  std::size_t calls() const;     // so far, failed ones included
  std::size_t failures() const;  // so far
  // All calls so far: "link_temporary main/wal/x".
  std::vector<std::string> journal() const;

  // --- for the file system ---
  struct Fault {
    int error_number;
    FaultMoment moment;
  };
  // Counts a call. Returns its failure. nullopt: it succeeds.
  std::optional<Fault> count(FileCall call, const std::string& path);
  void lose_changes(const FileStatus& file);
  bool has_lost_changes(const FileStatus& file) const;

 private:
  struct Failure {
    std::size_t number;
    Fault fault;
  };

  struct Interleaving {
    FileCall call;
    std::size_t calls_left;
    std::function<void()> other;
  };

  std::function<void()> take_interleaved(FileCall call);

  mutable std::mutex mutex_;
  std::vector<std::string> journal_;
  std::size_t failures_ = 0;
  std::optional<Failure> failing_call_;
  std::map<FileCall, int> failing_kinds_;
  std::optional<Interleaving> interleaving_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> lost_;  // device and inode
};

std::unique_ptr<FileSystem> with_faults(std::unique_ptr<FileSystem> files,
                                        std::shared_ptr<FaultPlan> plan);

}  // namespace walstow
