// How a file becomes part of the archive, step by step, and why.
//
//  1. The backend writes the temporary and fsyncs it. Nobody looks for its name: a crash leaves
//     nothing, or a leftover of a dead writer. A cleaner tells the latter from a live writer's
//     temporary by its lock.
//  2. The backend makes the key's folder, if it is missing, and fsyncs every name on the path to
//     it. That includes folders that already existed: another process may have made one a moment
//     ago and not have fsynced it yet. This precedes the link. So a failure leaves nothing visible
//     under the key, and a visible name is at most one fsync from being durable. It is done once
//     for each folder (DurableFolders).
//  3. linkat() gives the temporary its name. It fails when the name is taken, in one step inside
//     the file system: no race can replace an existing object. rename() would replace it.
//  4. The backend fsyncs the folder, each time and after the link: an fsync that began earlier may
//     have missed it. If this fails, the process must end (kFatal): the kernel has discarded what
//     it could not write, and the next fsync would report success.
//
// A writer that finds the name taken has a duty too. The writer that created it may be between
// steps 3 and 4, and its machine may fail before 4. So a success for "the same content exists"
// needs make_durable() first, which repeats all the steps.
#include "store/backend/directory_backend.h"

#include <atomic>
#include <chrono>
#include <fmt/format.h>
#include <mutex>
#include <set>
#include <unordered_set>
#include <utility>

#include "proto/base/bytes.h"
#include "proto/base/deadline.h"
#include "proto/base/error.h"
#include "proto/base/parallel.h"
#include "store/backend/directory_listing.h"
#include "store/backend/key_rules.h"

namespace walstow {
namespace {

// Far longer than a read, a change and three fsyncs take, and shorter than a client's patience. A
// standby has the shortest patience, and its WAL waits while an update records its position.
constexpr std::chrono::seconds kRecordsPatience{10};
constexpr std::chrono::seconds kUpdatePatience{1};

// When a file's last name is removed, a file system may take milliseconds to free its blocks. It
// does so for several files at once. For a few files, threads would cost more than they save.
constexpr std::size_t kRemovers = 8;
constexpr std::size_t kFewRemovals = 16;

// Makes folders durable and remembers them, since each fsync of a folder flushes the disk. This
// relies on nobody removing folders, and walstow never removes one. If somebody else does, it
// notices, unless another process has made the folder again.
class DurableFolders {
 public:
  explicit DurableFolders(FileSystem& files) : files_(files) {}

  // On return `folder` exists, and its name and those of all folders above it are durable.
  void make(const std::string& folder) {
    if (is_known(folder) && files_.status(folder)) return;
    make_folders_durably(files_, folder);
    remember(folder);
  }

 private:
  // Forgetting a folder costs a few fsyncs and breaks no promise. A known folder takes the memory
  // of a key.
  static constexpr std::size_t kMostKnown = 1024;

  bool is_known(const std::string& folder) {
    const std::lock_guard lock(mutex_);
    return known_.contains(folder);
  }
  void remember(const std::string& folder) {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMostKnown) known_.clear();
    known_.insert(folder);
  }

  FileSystem& files_;
  std::mutex mutex_;
  std::unordered_set<std::string> known_;
};

class FileSource final : public ObjectSource {
 public:
  explicit FileSource(std::shared_ptr<File> file)
      : file_(std::move(file)), status_(file_->status()) {}

  std::uint64_t size() const override { return status_.size; }
  void rewind() override { offset_ = 0; }
  std::size_t read(MutableByteView out) override {
    const std::size_t count = file_->read_at(offset_, out);
    offset_ += count;
    return count;
  }
  std::optional<std::size_t> read_cached(MutableByteView out) override {
    const auto count = file_->read_cached_at(offset_, out);
    offset_ += count.value_or(0);
    return count;
  }
  bool is(const FileStatus& other) const {
    return status_.device == other.device && status_.inode == other.inode;
  }

 private:
  std::shared_ptr<File> file_;  // held open, so that its inode number stays its own
  FileStatus status_;
  std::uint64_t offset_ = 0;
};

class StagedFile final : public StagedObject {
 public:
  explicit StagedFile(std::unique_ptr<File> file) : file_(std::move(file)) {}

  void write(ByteView bytes) override {
    file_->write_at(size_, bytes);
    size_ += bytes.size();
  }
  std::uint64_t size() const override { return size_; }
  std::unique_ptr<ObjectSource> read_back() override { return std::make_unique<FileSource>(file_); }
  File& file() { return *file_; }

 private:
  std::shared_ptr<File> file_;
  std::uint64_t size_ = 0;
};

class DirectoryBackend final : public Backend {
 public:
  DirectoryBackend(std::unique_ptr<FileSystem> files, SpaceProbe space)
      : files_(std::move(files)), reserve_(*files_, std::move(space)) {}

  std::unique_ptr<StagedObject> stage() override;
  PublishResult publish(StagedObject& object, const std::string& key) override;
  std::unique_ptr<ObjectSource> open_object(const std::string& key) override;
  bool make_durable(const std::string& key) override;
  bool set_aside(const std::string& key, const ObjectSource& damaged) override;
  bool replace_object(StagedObject& successor, const std::string& key,
                      const ObjectSource& existing) override;
  bool remove_object(const std::string& key) override { return remove_objects({key}) != 0; }
  std::size_t remove_objects(const std::vector<std::string>& keys) override;
  std::vector<Entry> list_after(const std::string& prefix, const std::string& after,
                                std::size_t limit) override {
    check_prefix(prefix);
    return list_directory(*files_, prefix, after, limit);
  }

  std::vector<Folder> folders(const std::string& prefix) override {
    check_folder_prefix(prefix);
    return list_folders(*files_, prefix);
  }

  std::optional<std::string> read_record(const std::string& key) override {
    check_key(key);
    return read_small_file(*files_, key, kLargestRecord);
  }
  bool create_record(const std::string& key, std::string_view content) override;
  void update_record(const std::string& key, const Change& change) override;
  bool remove_record(const std::string& key) override { return remove_objects({key}) != 0; }

  bool give_up_reserve() override { return reserve_.give_up(); }
  void hold_reserve() override { reserve_.make(); }
  void check_room() override { reserve_.check_room(); }

  void verify_in_place() override;

  MediumStatus medium_status() override {
    const auto space = reserve_.space();
    if (!space) return {};
    return {.size = space->size, .available = space->available};
  }

  std::string describe() const override {
    return fmt::format("archive \"{}\"", files_->describe("."));
  }

 private:
  void prepare();
  std::unique_ptr<FileLock> lock_records(Duration patience);

  std::unique_ptr<FileSystem> files_;
  SpaceReserve reserve_;
  DurableFolders folders_{*files_};
  std::mutex preparing_;
  bool prepared_ = false;  // guarded by preparing_
};

// --- objects ---

// Runs before the first object, not when the archive is opened: on a full or read-only file system
// it fails, and such an archive must still serve its content.
void DirectoryBackend::prepare() {
  // Not std::call_once: with a static libgcc, an exception does not pass through it.
  const std::lock_guard lock(preparing_);
  if (prepared_) return;
  probe_directory(*files_);
  files_->remove_dead_temporaries();
  prepared_ = true;
}

std::unique_ptr<StagedObject> DirectoryBackend::stage() {
  prepare();
  return std::make_unique<StagedFile>(files_->create_temporary());
}

PublishResult DirectoryBackend::publish(StagedObject& object, const std::string& key) {
  check_key(key);
  File& file = dynamic_cast<StagedFile&>(object).file();
  const std::string folder = parent_folder(key);
  file.sync();
  folders_.make(folder);
  if (files_->link_temporary(file, key) == LinkResult::kExists) return PublishResult::kExists;
  files_->sync_folder(folder);
  file.close();
  return PublishResult::kPublished;
}

std::unique_ptr<ObjectSource> DirectoryBackend::open_object(const std::string& key) {
  check_key(key);
  std::unique_ptr<File> file = files_->open_file(key);
  if (file == nullptr) return nullptr;
  return std::make_unique<FileSource>(std::move(file));
}

bool DirectoryBackend::make_durable(const std::string& key) {
  check_key(key);
  const std::unique_ptr<File> file = files_->open_file(key);
  if (file == nullptr) return false;
  const std::string folder = parent_folder(key);
  file->sync();
  folders_.make(folder);
  files_->sync_folder(folder);
  file->close();
  return true;
}

bool DirectoryBackend::set_aside(const std::string& key, const ObjectSource& damaged) {
  check_key(key);
  // Publishing never replaces, so under this lock the key cannot get another object between the
  // check and the rename.
  const std::unique_ptr<FileLock> lock = lock_records(kRecordsPatience);
  const std::optional<FileStatus> status = files_->status(key);
  if (!status || !dynamic_cast<const FileSource&>(damaged).is(*status)) return false;
  const std::string aside = aside_key(key, random_hex(4));
  folders_.make(parent_folder(aside));
  files_->rename(key, aside);
  // The new name first: where a rename is not one step on the disk, two names are better than none.
  files_->sync_folder(parent_folder(aside));
  files_->sync_folder(parent_folder(key));
  return true;
}

// Renames over the existing object: before and after it, and after a crash, a reader finds a whole
// object. The rename removes the temporary's own name, which needs no fsync: if a crash brings it
// back, a cleaner removes it.
bool DirectoryBackend::replace_object(StagedObject& successor, const std::string& key,
                                      const ObjectSource& existing) {
  check_key(key);
  File& file = dynamic_cast<StagedFile&>(successor).file();
  const std::string folder = parent_folder(key);
  file.sync();
  folders_.make(folder);
  // As in set_aside(): under this lock nobody else takes the existing object from its key.
  const std::unique_ptr<FileLock> lock = lock_records(kRecordsPatience);
  const std::optional<FileStatus> status = files_->status(key);
  if (!status || !dynamic_cast<const FileSource&>(existing).is(*status)) return false;
  files_->replace_by_temporary(file, key);
  files_->sync_folder(folder);
  file.close();
  return true;
}

// --- records ---

// Every replacement, move or removal takes this lock, one at a time over all processes. Reading,
// publishing and creating need no lock: their link fails when a name is taken, even where locks do
// not reach another host.
std::unique_ptr<FileLock> DirectoryBackend::lock_records(Duration patience) {
  std::unique_ptr<FileLock> lock = files_->lock(std::string(kRecordsLock), Clock::now() + patience);
  if (lock != nullptr) return lock;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("records of {} are locked by another process", describe()),
              "Look for a walstow or walstowd process that hangs, perhaps on a file system that "
              "does not answer.");
}

bool DirectoryBackend::create_record(const std::string& key, std::string_view content) {
  check_key(key);
  check_record(key, content);
  folders_.make(parent_folder(key));
  if (create_durably(*files_, key, content) == LinkResult::kLinked) return true;
  if (make_durable(key)) return false;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("record \"{}\" was removed while it was created", files_->describe(key)));
}

void DirectoryBackend::update_record(const std::string& key, const Change& change) {
  check_key(key);
  const std::unique_ptr<FileLock> lock = lock_records(kUpdatePatience);
  for (;;) {
    const std::optional<std::string> existing = read_record(key);
    const std::optional<std::string> content = change(existing);
    if (!content) {
      // A process that died before its fsync may have written the content that `change` relied on.
      make_durable(key);
      return;
    }
    check_record(key, *content);
    folders_.make(parent_folder(key));
    if (existing) {
      write_durably(*files_, key, *content);
      return;
    }
    if (create_durably(*files_, key, *content) == LinkResult::kLinked) return;
    // Another process has created it since. Under the lock it cannot be removed again: the next
    // round ends this loop.
  }
}

std::size_t DirectoryBackend::remove_objects(const std::vector<std::string>& keys) {
  check_removals(keys);
  const std::unique_ptr<FileLock> lock = lock_records(kRecordsPatience);
  std::atomic<std::size_t> removed = 0;
  const auto remove = [&](std::size_t index) {
    const std::optional<FileStatus> status = files_->status(keys[index]);
    // A folder is not an object: it stays even if it is empty (DurableFolders).
    if (!status || status->type != FileStatus::Type::kFile) return;
    if (files_->remove(keys[index])) ++removed;
  };
  run_in_parallel(keys.size(), keys.size() <= kFewRemovals ? 1 : kRemovers, remove);
  std::set<std::string> folders;
  for (const std::string& key : keys)
    folders.insert(parent_folder(key));
  // Sync even if the object was already absent: the process that removed it may have died before
  // that was durable, and our caller relies on it from now on.
  for (const std::string& folder : folders) {
    if (files_->status(folder)) files_->sync_folder(folder);
  }
  return removed;
}

void DirectoryBackend::verify_in_place() {
  if (files_->root_in_place()) return;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("{} is no longer there: its folder was moved or unmounted", describe()),
              "Move it back, or mount it again.");
}

// --- probe ---

std::unique_ptr<File> make_probe(FileSystem& files, std::string_view content) {
  std::unique_ptr<File> file = files.create_temporary();
  file->write_at(0, as_bytes(content));
  return file;
}

// Removes the probes of processes that were killed. A probe takes milliseconds: a day's margin is
// enough, even where the clocks of two hosts differ.
void remove_stale_probes(FileSystem& files, const std::string& folder) {
  const auto old = std::chrono::system_clock::now() - std::chrono::hours(24);
  const auto names = files.list(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    const std::string path = fmt::format("{}/{}", folder, name);
    const auto status = files.status(path);
    if (status && status->modified < old) files.remove(path);
  }
}

}  // namespace

std::unique_ptr<Backend> make_directory_backend(std::unique_ptr<FileSystem> files,
                                                SpaceProbe space) {
  return std::make_unique<DirectoryBackend>(std::move(files), std::move(space));
}

void probe_directory(FileSystem& files) {
  constexpr std::string_view kFirst = "first";
  constexpr std::string_view kSecond = "second";
  const std::string path = probe_key(random_hex(8));
  const std::unique_ptr<File> first = make_probe(files, kFirst);
  const std::unique_ptr<File> second = make_probe(files, kSecond);
  files.make_folder(parent_folder(path));
  remove_stale_probes(files, parent_folder(path));
  const LinkResult once = files.link_temporary(*first, path);
  const LinkResult twice = files.link_temporary(*second, path);
  const std::optional<std::string> existing = read_small_file(files, path, kSecond.size());
  files.remove(path);
  if (once == LinkResult::kLinked && twice == LinkResult::kExists && existing == kFirst) return;
  throw Error(ErrorKind::kStorage,
              fmt::format("on the file system of \"{}\", a link can replace an existing file",
                          files.describe(".")),
              "An archive needs a file system that refuses a link whose name is taken; "
              "STORAGE.md names some.");
}

}  // namespace walstow
