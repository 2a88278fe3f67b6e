#include "tests/support/mounted_file_system.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "tests/support/mounted_file.h"

namespace walstow {
namespace {

constexpr const char* kTemporaryFolder = "_tmp";
constexpr std::string_view kTemporarySuffix = ".tmp";

using FilePointer = std::shared_ptr<DiskFile>;
using FolderPointer = std::shared_ptr<DiskFolder>;

// The parts of a path, except for the root's.
std::vector<std::string> parts_of(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    if (parts.back().empty() || parts.back() == "." || parts.back() == "..") {
      throw Error(ErrorKind::kInvalid, "invalid path \"" + path + "\"");
    }
    begin = end + 1;
  }
  return parts;
}

// Gives `file` an additional name.
void add_name(DiskFolder& folder, const std::string& name, const FilePointer& file) {
  folder.apply({{name, file}});
}

FilePointer* as_file(DiskEntry& entry) {
  return std::get_if<FilePointer>(&entry);
}
FolderPointer* as_folder(DiskEntry& entry) {
  return std::get_if<FolderPointer>(&entry);
}

class MountedLock : public FileLock {
 public:
  MountedLock(std::shared_ptr<Machine> machine, std::shared_ptr<const Process> process,
              FilePointer file)
      : machine_(std::move(machine)), process_(std::move(process)), file_(std::move(file)) {}
  ~MountedLock() override {
    machine_->change_if_alive(*process_, [&] { file_->set_owner(nullptr); });
  }

 private:
  const std::shared_ptr<Machine> machine_;
  const std::shared_ptr<const Process> process_;
  const FilePointer file_;
};

}  // namespace

MountedFileSystem::MountedFileSystem(std::shared_ptr<Machine> machine)
    : machine_(std::move(machine)), process_(machine_->start_process()) {}

std::string MountedFileSystem::describe(const std::string& path) const {
  return path == "." ? "/forgetful" : "/forgetful/" + path;
}

std::string MountedFileSystem::trouble(const char* doing, const std::string& path) const {
  return std::string("could not ") + doing + " \"" + describe(path) + "\"";
}

// --- the tree ---

std::optional<MountedFileSystem::Place> MountedFileSystem::find_place(
    const std::string& path, const std::string& trouble) const {
  auto parts = parts_of(path);
  Place place{machine_->root(), std::move(parts.back())};
  parts.pop_back();
  for (const auto& part : parts) {
    auto entry = place.folder->find(part);
    if (!entry) return std::nullopt;
    auto* folder = as_folder(*entry);
    if (!folder) throw_system_error(trouble, ENOTDIR);
    place.folder = *folder;
  }
  return place;
}

MountedFileSystem::Place MountedFileSystem::place(const std::string& path,
                                                  const std::string& trouble) const {
  auto found = find_place(path, trouble);
  if (!found) throw_system_error(trouble, ENOENT);
  return *std::move(found);
}

std::optional<DiskEntry> MountedFileSystem::find(const std::string& path,
                                                 const std::string& trouble) const {
  if (path == ".") return machine_->root();
  const auto found = find_place(path, trouble);
  return found ? found->folder->find(found->name) : std::nullopt;
}

FilePointer MountedFileSystem::find_or_make_file(const std::string& path,
                                                 const std::string& trouble) {
  const auto make = [&] {
    const Place where = place(path, trouble);
    if (auto entry = where.folder->find(where.name)) {
      if (auto* file = as_file(*entry)) return *file;
      throw_system_error(trouble, EISDIR);
    }
    auto file = std::make_shared<DiskFile>(machine_->next_number());
    add_name(*where.folder, where.name, file);
    return file;
  };
  const bool exists = machine_->look(*process_, [&] { return find(path, trouble).has_value(); });
  return exists ? machine_->look(*process_, make)
                : machine_->change(*process_, "create " + path, make);
}

FolderPointer MountedFileSystem::temporary_folder() {
  auto entry = machine_->root()->find(kTemporaryFolder);
  if (!entry) {
    entry = std::make_shared<DiskFolder>(machine_->next_number());
    machine_->root()->apply({{kTemporaryFolder, *entry}});
  }
  return std::get<FolderPointer>(*entry);
}

// --- reading ---

std::unique_ptr<MountedFile> MountedFileSystem::open(FilePointer file, MountedFile::Access access,
                                                     const std::string& name) const {
  return std::make_unique<MountedFile>(machine_, process_, std::move(file), access, name);
}

std::unique_ptr<File> MountedFileSystem::open_file(const std::string& path) {
  auto file = machine_->look(*process_, [&]() -> FilePointer {
    auto entry = find(path, trouble("open file", path));
    if (!entry) return nullptr;
    if (auto* found = as_file(*entry)) return *found;
    throw_system_error(trouble("open file", path), EISDIR);
  });
  if (!file) return nullptr;
  return open(std::move(file), MountedFile::Access::kRead, path);
}

std::unique_ptr<File> MountedFileSystem::open_or_create(const std::string& path) {
  return open(find_or_make_file(path, trouble("open file", path)), MountedFile::Access::kWrite,
              path);
}

std::optional<FileStatus> MountedFileSystem::status(const std::string& path) {
  return machine_->look(*process_, [&]() -> std::optional<FileStatus> {
    const auto entry = find(path, trouble("stat file", path));
    if (!entry) return std::nullopt;
    return status_of(*entry);
  });
}

std::optional<std::vector<std::string>> MountedFileSystem::list(const std::string& folder) {
  return machine_->look(*process_, [&]() -> std::optional<std::vector<std::string>> {
    auto entry = find(folder, trouble("open folder", folder));
    if (!entry) return std::nullopt;
    const auto* found = as_folder(*entry);
    if (!found) throw_system_error(trouble("open folder", folder), ENOTDIR);
    std::vector<std::string> names;
    for (const auto& [name, below] : (*found)->entries())
      names.push_back(name);
    return names;
  });
}

// --- writing ---

std::unique_ptr<File> MountedFileSystem::create_temporary() {
  FilePointer file;
  std::optional<TemporaryName> name;
  machine_->change(*process_, "create_temporary", [&] {
    file = std::make_shared<DiskFile>(machine_->next_number());
    if (machine_->temporaries() == TemporaryStyle::kNamed) name = name_temporary(file);
  });
  auto opened = open(file, MountedFile::Access::kWrite, "temporary");
  opened->become_temporary(std::move(name));
  return opened;
}

TemporaryName MountedFileSystem::name_temporary(const FilePointer& file) {
  const auto folder = temporary_folder();
  const std::string name = std::to_string(file->inode()).append(kTemporarySuffix);
  add_name(*folder, name, file);
  file->set_owner(process_);
  return {folder, name};
}

LinkResult MountedFileSystem::link_temporary(File& temporary, const std::string& path) {
  auto& mounted = MountedFile::temporary_of(*process_, temporary);
  const auto result = machine_->change(*process_, "link " + path, [&] {
    const Place where = place(path, trouble("link file", path));
    if (where.folder->find(where.name)) return LinkResult::kExists;
    add_name(*where.folder, where.name, mounted.file());
    return LinkResult::kLinked;
  });
  if (result == LinkResult::kExists) return result;
  if (mounted.has_temporary_name()) {
    machine_->change(*process_, "remove temporary name of " + path,
                     [&] { mounted.drop_temporary_name(); });
  }
  mounted.become_published(path);
  return result;
}

void MountedFileSystem::replace_by_temporary(File& temporary, const std::string& path) {
  auto& mounted = MountedFile::temporary_of(*process_, temporary);
  // A rename over another file needs a name.
  if (!mounted.has_temporary_name()) {
    machine_->change(*process_, "make temporary name for " + path,
                     [&] { mounted.become_temporary(name_temporary(mounted.file())); });
  }
  machine_->change(*process_, "replace " + path, [&] {
    const Place where = place(path, trouble("replace file", path));
    auto existing = where.folder->find(where.name);
    if (existing && as_folder(*existing)) throw_system_error(trouble("replace file", path), EISDIR);
    add_name(*where.folder, where.name, mounted.file());
    mounted.drop_temporary_name();
  });
  mounted.become_published(path);
}

bool MountedFileSystem::make_folder(const std::string& path) {
  return machine_->change(*process_, "make_folder " + path, [&] {
    const Place where = place(path, trouble("create folder", path));
    if (auto existing = where.folder->find(where.name)) {
      if (as_folder(*existing)) return false;
      throw_system_error(trouble("create folder", path), ENOTDIR);
    }
    where.folder->apply({{where.name, std::make_shared<DiskFolder>(machine_->next_number())}});
    return true;
  });
}

void MountedFileSystem::rename(const std::string& from, const std::string& to) {
  const std::string message = trouble("rename file", from) + " to \"" + describe(to) + "\"";
  machine_->change(*process_, "rename " + from + " to " + to, [&] {
    const Place source = place(from, message);
    const Place target = place(to, message);
    auto moved = source.folder->find(source.name);
    if (!moved) throw_system_error(message, ENOENT);
    if (as_folder(*moved) && (to + "/").starts_with(from + "/") && to != from) {
      throw_system_error(message, EINVAL);
    }
    if (auto existing = target.folder->find(target.name)) {
      if (*existing == *moved) return;  // two names of one file: POSIX leaves both
      auto* folder = as_folder(*existing);
      if (folder && !as_folder(*moved)) throw_system_error(message, EISDIR);
      if (!folder && as_folder(*moved)) throw_system_error(message, ENOTDIR);
      if (folder && !(*folder)->entries().empty()) throw_system_error(message, ENOTEMPTY);
    }
    if (source.folder == target.folder) {
      source.folder->apply({{source.name, std::nullopt}, {target.name, moved}});
    } else {
      target.folder->apply({{target.name, moved}});
      source.folder->apply({{source.name, std::nullopt}});
    }
  });
}

void MountedFileSystem::set_modified(const std::string& path,
                                     std::chrono::system_clock::time_point modified) {
  const std::string message = trouble("set the time of file", path);
  machine_->change(*process_, "set_modified " + path, [&] {
    const auto entry = find(path, message);
    if (!entry) throw_system_error(message, ENOENT);
    if (const auto* file = std::get_if<std::shared_ptr<DiskFile>>(&*entry)) {
      (*file)->set_modified(modified);
    }
  });
}

bool MountedFileSystem::remove(const std::string& path) {
  return machine_->change(*process_, "remove " + path, [&] {
    const auto where = find_place(path, trouble("remove file", path));
    auto entry = where ? where->folder->find(where->name) : std::nullopt;
    if (!entry) return false;
    const auto* folder = as_folder(*entry);
    if (folder && !(*folder)->entries().empty()) {
      throw_system_error(trouble("remove folder", path), ENOTEMPTY);
    }
    where->folder->apply({{where->name, std::nullopt}});
    return true;
  });
}

void MountedFileSystem::sync_folder(const std::string& folder) {
  const std::string message = trouble("fsync folder", folder);
  FolderPointer found;
  // Operations of others from here to the effect are not durable: they came after the call began.
  const std::uint64_t operations = machine_->look(*process_, [&] {
    auto entry = find(folder, message);
    if (!entry) throw_system_error(message, ENOENT);
    if (!as_folder(*entry)) throw_system_error(message, ENOTDIR);
    found = *as_folder(*entry);
    return found->operations();
  });
  machine_->change(*process_, "sync_folder " + folder, [&] { found->sync(operations); });
}

// --- house-keeping ---

std::unique_ptr<FileLock> MountedFileSystem::lock(
    const std::string& path, std::optional<std::chrono::steady_clock::time_point> deadline) {
  const std::string message = trouble("lock file", path);
  for (;;) {
    const auto file = find_or_make_file(path, message);
    if (!machine_->acquire(process_, *file, deadline)) return nullptr;
    auto lock = std::make_unique<MountedLock>(machine_, process_, file);
    // A lock on a file that has lost its name meanwhile would exclude nobody.
    const auto named = machine_->look(*process_, [&] { return find(path, message); });
    if (named == DiskEntry(file)) return lock;
  }
}

std::size_t MountedFileSystem::remove_dead_temporaries() {
  std::size_t removed = 0;
  for (const auto& name : list(kTemporaryFolder).value_or(std::vector<std::string>{})) {
    if (!name.ends_with(kTemporarySuffix)) continue;
    const std::string path = std::string(kTemporaryFolder) + "/" + name;
    const bool dead = machine_->look(*process_, [&] {
      auto entry = find(path, trouble("lock file", path));
      return entry && as_file(*entry) && !(*as_file(*entry))->locked();
    });
    if (dead && remove(path)) ++removed;
  }
  return removed;
}

}  // namespace walstow
