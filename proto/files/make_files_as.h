// Root that works in another user's folder: a file of root's there is one that the folder's owner
// cannot read, replace or remove.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace walstow {

struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
};

// Who owns the open folder `fd`, where this process is root and the owner is not; else nullopt,
// also where this root may not act as others (it says so). Throws Error{kStorage} naming `label`.
std::optional<FileOwner> other_owner(int fd, const std::string& label);

// While it lives, what the calling thread makes belongs to `owner`, with that user's rights and
// group (setfsuid(2), setfsgid(2)); of root's rights those of its supplementary groups remain. No
// moment in which it is root's, and no chown that could be led to another file. Nothing happens for
// nullopt.
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
