// A disk in memory that forgets what was not synced, as the kernel may: the other side of the rules
// in proto/files/file_system.h. Tests run production code on it, cut the power at every crash
// point, and look at what is found afterwards.
//
// Durable is: content and size after File::sync(); names (made, linked, renamed, removed) after
// sync_folder() of their folder; a new folder, with all below it, only with its own name in its
// parent. A rename within one folder survives whole or not at all; between two folders it is one
// operation in each, so that a file may be found under both names or none.
//
// Every call that changes something is one crash point, whether or not it succeeds: write_at, sync,
// close of a written file, create_temporary, open_or_create and lock that create, link, replace,
// make_folder, rename, remove (also each one of remove_dead_temporaries), sync_folder. link and
// replace are two where the kernel needs two steps: a named temporary has both names for a moment,
// a nameless one must be named in "_tmp" before it can replace a file.
//
// Threads: any, also several on one disk. Paths that break the seam's rules, and temporaries used
// in a way it does not allow, throw std::logic_error: they are defects.
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

  // The death of one process, without a power cut: its locks and nameless temporaries go, its later
  // calls throw ProcessKilled, everything else stays as it is.
  void kill(FileSystem& mounted);

  // Turns the power off at the `point`-th crash point from now on (the next one is 1), on whichever
  // mounted file system: that call and all later ones throw PowerCut.
  void cut_at(std::size_t point, CutMoment moment = CutMoment::kBefore);
  // Runs `other` just before the `point`-th crash point from now on, in the middle of the call that
  // reached it: what another process does meanwhile. The crash points in `other` count first.
  void interleave_at(std::size_t point, std::function<void()> other);
  bool power_is_off() const;

  // Cuts the power, unless it is off already, and turns it on again: what was not synced is lost as
  // `mode` says, and what was mounted before throws PowerCut for ever. mount() again to look.
  void power_cut(CutMode mode);

  // Crash points passed so far, and what each of them was: "link main/wal/x", "sync_folder main".
  std::size_t crash_points() const;
  std::vector<std::string> journal() const;

 private:
  std::shared_ptr<Machine> machine_;
};

}  // namespace walstow
