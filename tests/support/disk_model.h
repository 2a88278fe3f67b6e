// Files and folders in memory, each in its current and in its durable state. Locks, paths and power
// belong to machine.h.
//
// The model is harsher than any real file system, because the archive must be safe on all of them.
// It has no journal that would order the operations of two folders. A file's sync makes no name
// durable, and a folder's sync no content. A rename from one folder to another is two operations,
// and either may survive alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "proto/base/bytes.h"
#include "tests/support/power_cut.h"

namespace walstow {

using Content = std::vector<std::byte>;

// Decides, object by object, which unsynced changes survive a power cut.
class Survival {
 public:
  explicit Survival(CutMode mode) : mode_(mode.kind), die_(mode.seed) {}

  // Whether one operation on a folder survives.
  bool operation();
  // The content of a file after the cut, if its durable content is `old` and its current content is
  // `now`: one of the two, or a mixture by pages, with zeros where a page was allocated but never
  // written.
  Content content(const Content& old, const Content& now);

 private:
  std::size_t throw_die(std::size_t sides) { return die_() % sides; }
  Content torn(const Content& old, const Content& now);

  CutMode::Kind mode_;
  std::mt19937_64 die_;
};

// A process, as a disk knows it: its locks and temporaries end with it.
struct Process {
  enum class State { kAlive, kKilled, kLostPower };
  State state = State::kAlive;
};

class DiskFile {
 public:
  explicit DiskFile(std::uint64_t inode) : inode_(inode) {}

  std::uint64_t inode() const { return inode_; }
  std::uint64_t size() const { return now_.size(); }
  std::chrono::system_clock::time_point modified() const { return modified_; }
  void set_modified(std::chrono::system_clock::time_point modified) { modified_ = modified; }

  std::size_t read_at(std::uint64_t offset, MutableByteView out) const;
  void write_at(std::uint64_t offset, ByteView bytes);
  void sync() { durable_ = now_; }
  void lose_unsynced(Survival& survival);

  // An advisory lock; it ends with its owner.
  bool locked() const { return owner_ && owner_->state == Process::State::kAlive; }
  void set_owner(std::shared_ptr<const Process> owner) { owner_ = std::move(owner); }

 private:
  std::uint64_t inode_;
  Content now_;
  Content durable_;
  std::chrono::system_clock::time_point modified_ = std::chrono::system_clock::now();
  std::shared_ptr<const Process> owner_;
};

class DiskFolder;
using DiskEntry = std::variant<std::shared_ptr<DiskFile>, std::shared_ptr<DiskFolder>>;

class DiskFolder {
 public:
  using Entries = std::map<std::string, DiskEntry>;
  // The effect of one operation on one name. Without an entry: the name is removed.
  struct Change {
    std::string name;
    std::optional<DiskEntry> entry;
  };

  explicit DiskFolder(std::uint64_t inode) : inode_(inode) {}

  std::uint64_t inode() const { return inode_; }
  const Entries& entries() const { return now_; }
  std::optional<DiskEntry> find(const std::string& name) const;

  // One operation: its changes survive together or not at all.
  void apply(std::vector<Change> operation);
  // The number of operations so far.
  std::uint64_t operations() const { return synced_ + unsynced_.size(); }
  // Makes the first `operations` of them durable, and no later ones.
  void sync(std::uint64_t operations);

  // Keeps only what survives, for this folder and all below it. Call it on the root; a folder whose
  // name does not survive is lost with all below it.
  void lose_unsynced(Survival& survival);

 private:
  struct Seen;
  void lose_unsynced(Survival& survival, Seen& seen);

  std::uint64_t inode_;
  Entries now_;
  Entries durable_;
  std::vector<std::vector<Change>> unsynced_;  // in order
  std::uint64_t synced_ = 0;                   // operations that are no longer in unsynced_
};

}  // namespace walstow
