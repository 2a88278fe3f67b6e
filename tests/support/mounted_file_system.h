// One process's view of a ForgetfulDisk.
#pragma once

#include <memory>

#include "proto/files/file_system.h"
#include "tests/support/machine.h"
#include "tests/support/mounted_file.h"

namespace walstow {

class MountedFileSystem : public FileSystem {
 public:
  explicit MountedFileSystem(std::shared_ptr<Machine> machine);

  const Process& process() const { return *process_; }

  std::unique_ptr<File> open_file(const std::string& path) override;
  std::unique_ptr<File> open_or_create(const std::string& path) override;
  std::optional<FileStatus> status(const std::string& path) override;
  std::optional<std::vector<std::string>> list(const std::string& folder) override;
  std::unique_ptr<File> create_temporary() override;
  LinkResult link_temporary(File& temporary, const std::string& path) override;
  void replace_by_temporary(File& temporary, const std::string& path) override;
  bool make_folder(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void set_modified(const std::string& path,
                    std::chrono::system_clock::time_point modified) override;
  bool remove(const std::string& path) override;
  void sync_folder(const std::string& folder) override;
  std::unique_ptr<FileLock> lock(
      const std::string& path,
      std::optional<std::chrono::steady_clock::time_point> deadline) override;
  std::size_t remove_dead_temporaries() override;
  bool root_in_place() override { return true; }
  std::string describe(const std::string& path) const override;

 private:
  // The place of an existing or possible name.
  struct Place {
    std::shared_ptr<DiskFolder> folder;
    std::string name;
  };

  // These touch the tree: call them only inside Machine::look() and change(). `trouble` begins the
  // message.
  std::optional<DiskEntry> find(const std::string& path, const std::string& trouble) const;
  std::optional<Place> find_place(const std::string& path, const std::string& trouble) const;
  Place place(const std::string& path, const std::string& trouble) const;
  std::shared_ptr<DiskFile> find_or_make_file(const std::string& path, const std::string& trouble);
  std::shared_ptr<DiskFolder> temporary_folder();
  TemporaryName name_temporary(const std::shared_ptr<DiskFile>& file);

  std::unique_ptr<MountedFile> open(std::shared_ptr<DiskFile> file, MountedFile::Access access,
                                    const std::string& name) const;
  std::string trouble(const char* doing, const std::string& path) const;

  const std::shared_ptr<Machine> machine_;
  const std::shared_ptr<const Process> process_;
};

}  // namespace walstow
