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

  // The name under which a temporary stands until it is published; nullopt for an anonymous one
  // (and for every other file). Whoever sets it holds the file's lock, so that no cleaner takes it
  // for the remains of a dead writer.
  const std::optional<Location>& temporary_name() const { return temporary_name_; }
  void set_temporary_name(Location name) { temporary_name_ = std::move(name); }
  // The name is gone, or stands for something else now.
  void forget_temporary_name() { temporary_name_.reset(); }
  // Under a further name, replacing nothing. 0, or an errno value.
  int link_to(const Location& to) const;

 private:
  Descriptor fd_;
  std::string label_;
  std::optional<Location> temporary_name_;
};

// As throw_system_error() of a call that would have made a file or folder on the file system of
// `fd`: there may be no room for one more although there is room for bytes.
[[noreturn]] void throw_creation_error(const std::string& what, int error_number, int fd);

// As throw_system_error() of a link_to() that failed: the file system may have no such thing.
[[noreturn]] void throw_link_error(const std::string& what, int error_number);

// The status of an open file; throws Error{kStorage} naming `label`.
FileStatus status_of(int fd, const std::string& label);

FileStatus to_file_status(const struct stat& status);

}  // namespace walstow
