// The space that an archive in a folder holds for its own records. An administrator must be able to
// act on a full disk, and a prune or a withdrawal writes a record before it acts.
//
// The reserve is a meaningless file, kReserveFile, of 4 MiB, or of a sixteenth of a smaller file
// system. The store refuses puts while less than that is free in addition. An administrator's
// command or a prune that meets a full disk all the same removes the file. The end of a prune or a
// purge, and the next put for which there is room, make it again. Blocking; threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "proto/files/file_system.h"

namespace walstow {

struct FileSystemSpace {
  std::uint64_t size = 0, available = 0;  // bytes; `available` to this user
};
// The space of the archive's file system. nullopt: the file system does not report it.
using SpaceProbe = std::function<std::optional<FileSystemSpace>()>;

class SpaceReserve {
 public:
  // Without a `probe` there is no reserve, and there is always room. `files` outlives it.
  SpaceReserve(FileSystem& files, SpaceProbe probe);

  // Makes the file if it is missing and there is room for it. A failure is no error: an archive
  // that is full or mounted read-only still serves its content.
  void make();
  // Durable on return. False: there is no reserve, or enough space is free.
  bool give_up();
  // Throws Error{kStorage} while too little is free for a put; else as make().
  void check_room();

  // nullopt: unknown.
  std::optional<FileSystemSpace> space() const;

 private:
  void make_in(const FileSystemSpace& space);
  void make_file(std::uint64_t size);

  FileSystem& files_;
  SpaceProbe probe_;
};

}  // namespace walstow
