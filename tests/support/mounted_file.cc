#include "tests/support/mounted_file.h"

#include <cerrno>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace walstow {

FileStatus status_of(const DiskEntry& entry) {
  FileStatus status;
  status.device = 1;
  status.owner = getuid();
  if (const auto* file = std::get_if<std::shared_ptr<DiskFile>>(&entry)) {
    status.type = FileStatus::Type::kFile;
    status.size = (*file)->size();
    status.inode = (*file)->inode();
    status.mode = 0640;
    status.modified = (*file)->modified();
    status.changed = status.modified;  // changes of names and modes count as changes of content
  } else {
    status.type = FileStatus::Type::kFolder;
    status.inode = std::get<std::shared_ptr<DiskFolder>>(entry)->inode();
    status.mode = 0750;
  }
  return status;
}

MountedFile::MountedFile(std::shared_ptr<Machine> machine, std::shared_ptr<const Process> process,
                         std::shared_ptr<DiskFile> file, Access access, std::string name)
    : machine_(std::move(machine)),
      process_(std::move(process)),
      file_(std::move(file)),
      access_(access),
      name_(std::move(name)) {}

MountedFile::~MountedFile() {
  machine_->change_if_alive(*process_, [&] { drop_temporary_name(); });
}

std::size_t MountedFile::read_at(std::uint64_t offset, MutableByteView out) {
  return machine_->look(*process_, [&] {
    check_open("read");
    return file_->read_at(offset, out);
  });
}

void MountedFile::write_at(std::uint64_t offset, ByteView bytes) {
  const std::string where = std::to_string(offset) + "+" + std::to_string(bytes.size());
  machine_->change(*process_, "write_at " + name_ + " " + where, [&] {
    check_open("write");
    if (access_ != Access::kWrite) {
      throw_system_error("could not write file \"" + name_ + "\"", EBADF);
    }
    file_->write_at(offset, bytes);
    written_ = true;
  });
}

void MountedFile::sync() {
  machine_->change(*process_, "sync " + name_, [&] {
    check_open("fsync");
    file_->sync();
  });
}

FileStatus MountedFile::status() {
  return machine_->look(*process_, [&] {
    check_open("stat");
    return status_of(file_);
  });
}

void MountedFile::close() {
  const auto end = [&] {
    check_open("close");
    if (temporary_) file_->set_owner(nullptr);  // the lock ends now, the name with the object
    closed_ = true;
  };
  if (written_) {
    machine_->change(*process_, "close " + name_, end);
  } else {
    machine_->look(*process_, end);
  }
}

MountedFile& MountedFile::temporary_of(const Process& process, File& file) {
  auto* mounted = dynamic_cast<MountedFile*>(&file);
  if (!mounted || mounted->process_.get() != &process) {
    throw std::logic_error("the temporary was made by another file system");
  }
  if (!mounted->temporary_ || mounted->closed_) {
    throw std::logic_error("\"" + mounted->name_ + "\" is no temporary, or published, or closed");
  }
  return *mounted;
}

void MountedFile::become_temporary(std::optional<TemporaryName> name) {
  temporary_ = true;
  temporary_name_ = std::move(name);
}

void MountedFile::become_published(const std::string& path) {
  temporary_ = false;
  name_ = path;
}

void MountedFile::drop_temporary_name() {
  if (!temporary_name_) return;
  temporary_name_->folder->apply({{temporary_name_->name, std::nullopt}});
  temporary_name_.reset();
  file_->set_owner(nullptr);
}

void MountedFile::check_open(const char* doing) const {
  if (closed_) {
    throw_system_error(std::string("could not ") + doing + " file \"" + name_ + "\"", EBADF);
  }
}

}  // namespace walstow
