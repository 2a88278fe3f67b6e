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

// Returns the owner of the open folder `fd` if this process is root and the owner is not. Returns
// nullopt otherwise. If root has no right to act as other users here (as in some containers), logs
// a warning and returns nullopt. Throws Error{kStorage} with a message that names `label`.
std::optional<FileOwner> other_owner(int fd, const std::string& label);

// While this object exists, files that the calling thread creates belong to `owner`. The thread has
// that user's rights and group (setfsuid(2), setfsgid(2)). Of root's own rights, it keeps only the
// supplementary groups. So no file belongs to root even for a moment, and there is no chown that an
// attacker could redirect to another file. With nullopt, the object does nothing.
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
