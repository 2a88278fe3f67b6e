// A disk in memory that forgets unsynced changes, as the kernel may: the counterpart of the rules
// in proto/files/file_system.h. Tests run production code on it, cut the power at every crash
// point, and examine the disk afterwards.
//
// The following is durable: content and size after File::sync(); names (made, linked, renamed,
// removed) after sync_folder() of their folder; a new folder, with all below it, only with its own
// name in its parent. A rename within one folder survives whole or not at all. Between two folders
// it is one operation in each, so that a file may be found under both names or none.
//
// Every call that changes something is one crash point, whether or not it succeeds: write_at, sync,
// close of a written file, create_temporary, open_or_create and lock that create, link, replace,
// make_folder, rename, remove (also each one of remove_dead_temporaries), sync_folder. link and
// replace are two crash points where the kernel needs two steps: a named temporary has both names
// for a moment, and a nameless one must be named in "_tmp" before it can replace a file.
//
// Threads: any, also several on one disk. Paths that break the interface's rules, and temporaries
// used against them, throw std::logic_error: they are defects.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/files/file_system.h"
#include "tests/support/power_cut.h"

namespace walstow {

class Machine;

class ForgetfulDisk {
 public:
  // kAutomatic: temporaries have no name; kNamed: they have one in "_tmp", under a lock.
  explicit ForgetfulDisk(TemporaryStyle temporaries = TemporaryStyle::kAutomatic);

  // The disk as one more process sees it. It may outlive this object.
  std::unique_ptr<FileSystem> mount();

  // Kills one process, without a power cut: its locks and nameless temporaries are lost, its later
  // calls throw ProcessKilled, and everything else stays.
  void kill(FileSystem& mounted);

  // Turns the power off at the `point`-th crash point from now on (the next one is 1), on any
  // mounted file system: that call and all later ones throw PowerCut.
  void cut_at(std::size_t point, CutMoment moment = CutMoment::kBefore);
  // Runs `other` just before the `point`-th crash point from now on, in the middle of the call that
  // reached it: the actions of another process. The crash points in `other` count first.
  void interleave_at(std::size_t point, std::function<void()> other);
  bool power_is_off() const;

  // Cuts the power, unless it is off already, and turns it on again. Unsynced changes are lost as
  // `mode` defines, and earlier mounts throw PowerCut for ever. Call mount() again to examine the
  // disk.
  void power_cut(CutMode mode);

  // The number of crash points so far, and their names: "link main/wal/x", "sync_folder main".
  std::size_t crash_points() const;
  std::vector<std::string> journal() const;

 private:
  std::shared_ptr<Machine> machine_;
};

}  // namespace walstow
