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

  // The name of a temporary until it is published; nullopt for an anonymous one (and for every
  // other file). The caller of set_temporary_name() holds the file's lock, so that no cleaner
  // mistakes the file for one of a dead writer.
  const std::optional<Location>& temporary_name() const { return temporary_name_; }
  void set_temporary_name(Location name) { temporary_name_ = std::move(name); }
  // The name has been removed, or now belongs to another file.
  void forget_temporary_name() { temporary_name_.reset(); }
  // Adds a name, and replaces nothing. Returns 0, or an errno value.
  int link_to(const Location& to) const;

 private:
  Descriptor fd_;
  std::string label_;
  std::optional<Location> temporary_name_;
};

// As throw_system_error(), for a call that would have made a file or folder on the file system of
// `fd`. That may have no room for one more file although it has room for bytes.
[[noreturn]] void throw_creation_error(const std::string& what, int error_number, int fd);

// As throw_system_error(), for a link_to() that failed: the file system may not support links.
[[noreturn]] void throw_link_error(const std::string& what, int error_number);

// Returns the status of an open file. Throws Error{kStorage} naming `label`.
FileStatus status_of(int fd, const std::string& label);

FileStatus to_file_status(const struct stat& status);

}  // namespace walstow
