// Lets root work in another user's folder. The folder's owner could not read, replace or remove a
// file that belongs to root.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace walstow {

struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
};

// Returns the owner of the open folder `fd` if this process is root and the owner is not. nullopt
// otherwise, and where this root may not act as other users (it logs a warning then). Throws
// Error{kStorage} naming `label`.
std::optional<FileOwner> other_owner(int fd, const std::string& label);

// While this object exists, files that the calling thread creates belong to `owner`. The thread has
// that user's rights and group (setfsuid(2), setfsgid(2)); of root's rights it keeps those of its
// supplementary groups. A file never belongs to root first, and no chown could be redirected to
// another file. nullopt: it does nothing.
class MakeFilesAs {
 public:
  explicit MakeFilesAs(const std::optional<FileOwner>& owner);
  MakeFilesAs(const MakeFilesAs&) = delete;
  MakeFilesAs& operator=(const MakeFilesAs&) = delete;
  ~MakeFilesAs();

 private:
  std::optional<FileOwner> before_;
};

}  // namespace walstow
