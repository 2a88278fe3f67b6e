// Space that an archive in a folder holds for its own records: an administrator must get out of a
// full disk, and a prune or a withdrawal writes what it is about to do before it does it.
//
// It is a file without meaning, kReserveFile, of 4 MiB, or of a sixteenth of a smaller file system.
// Nothing is put while less than that is free besides. An administrator's command or a prune that
// meets a full disk all the same gives the file up; the end of a prune or a purge, and the next put
// for which there is room, make it anew. Blocking; threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "proto/files/file_system.h"

namespace walstow {

struct FileSystemSpace {
  std::uint64_t size = 0, available = 0;  // bytes; `available` to this user
};
// Of the file system that the archive is on; nullopt: it does not say.
using SpaceProbe = std::function<std::optional<FileSystemSpace>()>;

class SpaceReserve {
 public:
  // Without a `probe` there is no reserve, and there is always room. `files` outlives it.
  SpaceReserve(FileSystem& files, SpaceProbe probe);

  // Makes the file where it is missing and there is room for it. One that cannot be made is no
  // error: an archive that is full or mounted read-only still serves what it has.
  void make();
  // Durable on return. False: there is none, or enough is free.
  bool give_up();
  // Throws Error{kStorage} while too little is free for a put; else as make().
  void check_room();

 private:
  std::optional<FileSystemSpace> space() const;
  void make_in(const FileSystemSpace& space);
  void make_file(std::uint64_t size);

  FileSystem& files_;
  SpaceProbe probe_;
};

}  // namespace walstow
