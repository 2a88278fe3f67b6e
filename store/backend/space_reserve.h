// Space in an archive's folder that is kept for the archive's own records. An administrator must be
// able to act on a full disk, and a prune or a withdrawal writes a record before it acts.
//
// The reserve is the file kReserveFile, whose content is never read. It takes 4 MiB, or a sixteenth
// of a smaller file system. The store refuses puts while less space than that is free, not counting
// the file itself. If an administrator's command or a prune still finds the disk full, it removes
// the reserve. The store creates it again at the end of a prune or a purge, and before the next put
// for which there is room. Blocking; threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "proto/files/file_system.h"

namespace walstow {

struct FileSystemSpace {
  std::uint64_t size = 0, available = 0;  // bytes; `available` to this process's user
};
// Returns the space of the archive's file system, or nullopt if the file system does not report it.
using SpaceProbe = std::function<std::optional<FileSystemSpace>()>;

class SpaceReserve {
 public:
  // Without `probe`, there is no reserve, and there is always room. `files` must outlive this
  // object.
  SpaceReserve(FileSystem& files, SpaceProbe probe);

  // Creates the reserve if it is missing and there is room for it. A failure is not an error: an
  // archive that is full or mounted read-only still serves its content.
  void make();
  // The removal is durable on return. Returns false if there is no reserve, or if enough space is
  // free.
  bool give_up();
  // Throws Error{kStorage} if too little space is free for a put. Otherwise does the same as
  // make().
  void check_room();

  // Returns nullopt if the space is unknown.
  std::optional<FileSystemSpace> space() const;

 private:
  void make_in(const FileSystemSpace& space);
  void make_file(std::uint64_t size);

  FileSystem& files_;
  SpaceProbe probe_;
};

}  // namespace walstow
