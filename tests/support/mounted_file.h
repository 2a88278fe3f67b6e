// An open file of a ForgetfulDisk.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/files/file_system.h"
#include "tests/support/machine.h"

namespace walstow {

// The place of a temporary until it is published.
struct TemporaryName {
  std::shared_ptr<DiskFolder> folder;
  std::string name;
};

class MountedFile : public File {
 public:
  enum class Access { kRead, kWrite };

  // `name` is for messages and the journal.
  MountedFile(std::shared_ptr<Machine> machine, std::shared_ptr<const Process> process,
              std::shared_ptr<DiskFile> file, Access access, std::string name);
  // Removes the name of a temporary that was not published.
  ~MountedFile() override;

  std::size_t read_at(std::uint64_t offset, MutableByteView out) override;
  void write_at(std::uint64_t offset, ByteView bytes) override;
  void sync() override;
  FileStatus status() override;
  void close() override;

  const std::shared_ptr<DiskFile>& file() const { return file_; }

  // --- temporaries: between become_temporary() and become_published() ---
  // The temporary of `process` behind `file`, open and unpublished. Any other file is a defect in
  // the caller and throws std::logic_error.
  static MountedFile& temporary_of(const Process& process, File& file);
  // `name`: the name that it has until its publication, if any, under a lock.
  void become_temporary(std::optional<TemporaryName> name);
  void become_published(const std::string& path);
  bool has_temporary_name() const { return temporary_name_.has_value(); }
  // Call only inside Machine::change().
  void drop_temporary_name();

 private:
  // Runs inside the machine. Throws if the file was closed.
  void check_open(const char* doing) const;

  const std::shared_ptr<Machine> machine_;
  const std::shared_ptr<const Process> process_;
  const std::shared_ptr<DiskFile> file_;
  const Access access_;
  std::string name_;
  bool temporary_ = false;
  std::optional<TemporaryName> temporary_name_;
  bool written_ = false;
  bool closed_ = false;
};

// The status of a file or folder on the disk.
FileStatus status_of(const DiskEntry& entry);

}  // namespace walstow
