// One open file of the POSIX file system. Internal to proto/files.
#pragma once

#include <optional>
#include <string>

#include "proto/base/descriptor.h"
#include "proto/files/file_system.h"
#include "proto/files/posix_folder.h"

struct stat;

namespace walstow {

class PosixFile final : public File {
 public:
  // `label` names the file in messages: `file "a/b"`, `temporary file in "a"`.
  PosixFile(Descriptor fd, std::string label);
  // Removes the temporary name, if there is one.
  ~PosixFile() override;

  std::size_t read_at(std::uint64_t offset, MutableByteView out) override;
  std::optional<std::size_t> read_cached_at(std::uint64_t offset, MutableByteView out) override;
  void write_at(std::uint64_t offset, ByteView bytes) override;
  void sync() override;
  FileStatus status() override;
  void close() override;

  int fd() const { return fd_.get(); }
  const std::string& label() const { return label_; }

  // The name of a temporary file until it is published; nullopt for an anonymous temporary file,
  // and for every other file. The caller of set_temporary_name() holds the file's lock, so
  // remove_dead_temporaries() does not remove the file.
  const std::optional<Location>& temporary_name() const { return temporary_name_; }
  void set_temporary_name(Location name) { temporary_name_ = std::move(name); }
  // Call it after the name was removed, or now belongs to another file.
  void forget_temporary_name() { temporary_name_.reset(); }
  // Adds a name for the file. Never replaces an existing name. Returns 0, or an errno value.
  int link_to(const Location& to) const;

 private:
  Descriptor fd_;
  std::string label_;
  std::optional<Location> temporary_name_;
};

// Like throw_system_error(), but for a file or folder that could not be created on the file system
// of `fd`. That file system may have no inodes left although it has free space.
[[noreturn]] void throw_creation_error(const std::string& what, int error_number, int fd);

// Like throw_system_error(), but for a link_to() that failed: the file system may not support hard
// links.
[[noreturn]] void throw_link_error(const std::string& what, int error_number);

// Returns the status of an open file. Throws Error{kStorage} with a message that names `label`.
FileStatus status_of(int fd, const std::string& label);

FileStatus to_file_status(const struct stat& status);

}  // namespace walstow
