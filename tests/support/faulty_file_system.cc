#include "tests/support/faulty_file_system.h"

#include "proto/base/error.h"

namespace walstow {
namespace {

class FaultyFile : public File {
 public:
  FaultyFile(std::unique_ptr<File> file, std::shared_ptr<FaultPlan> plan, std::string path)
      : file_(std::move(file)), plan_(std::move(plan)), path_(std::move(path)) {}

  std::size_t read_at(std::uint64_t offset, MutableByteView out) override {
    if (const auto fault = plan_->count(FileCall::kReadAt, path_)) fail("read", *fault);
    return file_->read_at(offset, out);
  }
  void write_at(std::uint64_t offset, ByteView bytes) override {
    if (const auto fault = plan_->count(FileCall::kWriteAt, path_)) {
      const bool before = fault->moment == FaultMoment::kBefore;
      file_->write_at(offset, before ? bytes.first(bytes.size() / 2) : bytes);
      fail("write", *fault);
    }
    file_->write_at(offset, bytes);
  }
  void sync() override {
    const auto fault = plan_->count(FileCall::kSync, path_);
    if (fault && fault->moment == FaultMoment::kBefore) plan_->lose_changes(file_->status());
    if (!plan_->has_lost_changes(file_->status())) file_->sync();
    if (fault) fail("fsync", *fault);
  }
  FileStatus status() override {
    if (const auto fault = plan_->count(FileCall::kFileStatus, path_)) fail("stat", *fault);
    return file_->status();
  }
  void close() override {
    const auto fault = plan_->count(FileCall::kClose, path_);
    file_->close();
    if (fault) fail("close", *fault);
  }

  File& inner() { return *file_; }

 private:
  [[noreturn]] void fail(const char* doing, const FaultPlan::Fault& fault) const {
    throw_system_error(std::string("could not ") + doing + " file \"" + path_ + "\"",
                       fault.error_number);
  }

  const std::unique_ptr<File> file_;
  const std::shared_ptr<FaultPlan> plan_;
  const std::string path_;
};

class FaultyFileSystem : public FileSystem {
 public:
  FaultyFileSystem(std::unique_ptr<FileSystem> files, std::shared_ptr<FaultPlan> plan)
      : files_(std::move(files)), plan_(std::move(plan)) {}

  std::unique_ptr<File> open_file(const std::string& path) override {
    return call(FileCall::kOpenFile, path, [&] { return wrap(files_->open_file(path), path); });
  }
  std::unique_ptr<File> open_or_create(const std::string& path) override {
    return call(FileCall::kOpenOrCreate, path,
                [&] { return wrap(files_->open_or_create(path), path); });
  }
  std::optional<FileStatus> status(const std::string& path) override {
    return call(FileCall::kStatus, path, [&] { return files_->status(path); });
  }
  std::optional<std::vector<std::string>> list(const std::string& folder) override {
    return call(FileCall::kList, folder, [&] { return files_->list(folder); });
  }
  std::unique_ptr<File> create_temporary() override {
    return call(FileCall::kCreateTemporary, "temporary",
                [&] { return wrap(files_->create_temporary(), "temporary"); });
  }
  LinkResult link_temporary(File& temporary, const std::string& path) override {
    File& inner = dynamic_cast<FaultyFile&>(temporary).inner();
    return call(FileCall::kLinkTemporary, path,
                [&] { return files_->link_temporary(inner, path); });
  }
  void replace_by_temporary(File& temporary, const std::string& path) override {
    File& inner = dynamic_cast<FaultyFile&>(temporary).inner();
    call(FileCall::kReplaceByTemporary, path, [&] { files_->replace_by_temporary(inner, path); });
  }
  bool make_folder(const std::string& path) override {
    return call(FileCall::kMakeFolder, path, [&] { return files_->make_folder(path); });
  }
  void rename(const std::string& from, const std::string& to) override {
    call(FileCall::kRename, from, [&] { files_->rename(from, to); });
  }
  void set_modified(const std::string& path,
                    std::chrono::system_clock::time_point modified) override {
    files_->set_modified(path, modified);
  }
  bool remove(const std::string& path) override {
    return call(FileCall::kRemove, path, [&] { return files_->remove(path); });
  }
  void sync_folder(const std::string& folder) override {
    call(FileCall::kSyncFolder, folder, [&] { files_->sync_folder(folder); });
  }
  std::unique_ptr<FileLock> lock(
      const std::string& path,
      std::optional<std::chrono::steady_clock::time_point> deadline) override {
    return call(FileCall::kLock, path, [&] { return files_->lock(path, deadline); });
  }
  std::size_t remove_dead_temporaries() override {
    return call(FileCall::kRemoveDeadTemporaries, ".",
                [&] { return files_->remove_dead_temporaries(); });
  }
  bool root_in_place() override { return files_->root_in_place(); }
  std::string describe(const std::string& path) const override { return files_->describe(path); }

 private:
  template <class Work>
  auto call(FileCall kind, const std::string& path, Work work) -> decltype(work()) {
    const auto fault = plan_->count(kind, path);
    if (!fault) return work();
    if (fault->moment == FaultMoment::kAfter) static_cast<void>(work());
    fail(kind, path, fault->error_number);
  }

  [[noreturn]] void fail(FileCall kind, const std::string& path, int error_number) const {
    if (kind == FileCall::kSyncFolder) {
      throw Error(ErrorKind::kFatal, "could not fsync folder \"" + describe(path) +
                                         "\": " + system_message(error_number));
    }
    throw_system_error("could not " + to_string(kind) + " \"" + describe(path) + "\"",
                       error_number);
  }

  std::unique_ptr<File> wrap(std::unique_ptr<File> file, const std::string& path) {
    if (!file) return nullptr;
    return std::make_unique<FaultyFile>(std::move(file), plan_, path);
  }

  const std::unique_ptr<FileSystem> files_;
  const std::shared_ptr<FaultPlan> plan_;
};

}  // namespace

std::string to_string(FileCall call) {
  static const std::map<FileCall, std::string> kNames = {
      {FileCall::kOpenFile, "open_file"},
      {FileCall::kOpenOrCreate, "open_or_create"},
      {FileCall::kStatus, "status"},
      {FileCall::kList, "list"},
      {FileCall::kCreateTemporary, "create_temporary"},
      {FileCall::kLinkTemporary, "link_temporary"},
      {FileCall::kReplaceByTemporary, "replace_by_temporary"},
      {FileCall::kMakeFolder, "make_folder"},
      {FileCall::kRename, "rename"},
      {FileCall::kRemove, "remove"},
      {FileCall::kSyncFolder, "sync_folder"},
      {FileCall::kLock, "lock"},
      {FileCall::kRemoveDeadTemporaries, "remove_dead_temporaries"},
      {FileCall::kReadAt, "read_at"},
      {FileCall::kWriteAt, "write_at"},
      {FileCall::kSync, "sync"},
      {FileCall::kFileStatus, "file status"},
      {FileCall::kClose, "close"},
  };
  return kNames.at(call);
}

void FaultPlan::fail_call(std::size_t number, int error_number, FaultMoment moment) {
  const std::lock_guard lock(mutex_);
  failing_call_ = Failure{journal_.size() + number, {error_number, moment}};
}

void FaultPlan::fail_every(FileCall call, int error_number) {
  const std::lock_guard lock(mutex_);
  failing_kinds_[call] = error_number;
}

void FaultPlan::stop_failing() {
  const std::lock_guard lock(mutex_);
  failing_call_.reset();
  failing_kinds_.clear();
}

void FaultPlan::interleave(FileCall call, std::size_t number, std::function<void()> other) {
  const std::lock_guard lock(mutex_);
  interleaving_ = Interleaving{call, number, std::move(other)};
}

// The function to run before this call. Empty: none.
std::function<void()> FaultPlan::take_interleaved(FileCall call) {
  const std::lock_guard lock(mutex_);
  if (!interleaving_ || interleaving_->call != call || --interleaving_->calls_left > 0) return {};
  std::function<void()> other = std::move(interleaving_->other);
  interleaving_.reset();
  return other;
}

std::size_t FaultPlan::calls() const {
  const std::lock_guard lock(mutex_);
  return journal_.size();
}

std::size_t FaultPlan::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::vector<std::string> FaultPlan::journal() const {
  const std::lock_guard lock(mutex_);
  return journal_;
}

std::optional<FaultPlan::Fault> FaultPlan::count(FileCall call, const std::string& path) {
  if (const auto other = take_interleaved(call)) other();
  const std::lock_guard lock(mutex_);
  journal_.push_back(to_string(call) + " " + path);
  std::optional<Fault> fault;
  if (failing_call_ && failing_call_->number == journal_.size()) {
    fault = failing_call_->fault;
  } else if (const auto kind = failing_kinds_.find(call); kind != failing_kinds_.end()) {
    fault = Fault{kind->second, FaultMoment::kBefore};
  }
  if (fault) ++failures_;
  return fault;
}

void FaultPlan::lose_changes(const FileStatus& file) {
  const std::lock_guard lock(mutex_);
  lost_.emplace(file.device, file.inode);
}

bool FaultPlan::has_lost_changes(const FileStatus& file) const {
  const std::lock_guard lock(mutex_);
  return lost_.contains({file.device, file.inode});
}

std::unique_ptr<FileSystem> with_faults(std::unique_ptr<FileSystem> files,
                                        std::shared_ptr<FaultPlan> plan) {
  return std::make_unique<FaultyFileSystem>(std::move(files), std::move(plan));
}

}  // namespace walstow
