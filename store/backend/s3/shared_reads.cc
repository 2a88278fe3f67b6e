#include "store/backend/s3/shared_reads.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "proto/base/buffer.h"
#include "proto/base/deadline.h"

namespace walstow {
namespace {

// Bytes per fetch: as many as a session sends at once.
constexpr std::size_t kFetchedAtOnce = std::size_t{256} * 1024;

// Bytes that shared objects may still take. Incremented without a lock.
using Room = std::shared_ptr<std::atomic<std::size_t>>;

// An object that is being read into memory.
class SharedRead {
 public:
  SharedRead(std::unique_ptr<ObjectSource> source, Room room)
      : room_(std::move(room)), source_(std::move(source)), bytes_(source_->size()) {
    *room_ -= bytes_.size();
  }
  SharedRead(const SharedRead&) = delete;
  SharedRead& operator=(const SharedRead&) = delete;
  ~SharedRead() { *room_ += bytes_.size(); }

  std::uint64_t size() const { return bytes_.size(); }
  std::size_t read(std::size_t offset, MutableByteView out);
  bool has_failed() {
    const std::lock_guard lock(mutex_);
    return failure_ != nullptr;
  }

 private:
  void fetch(std::unique_lock<std::mutex>& lock);

  const Room room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<ObjectSource> source_;  // used by the thread that set fetching_
  Buffer bytes_;                          // from filled_ on likewise
  std::size_t filled_ = 0;
  bool fetching_ = false;
  bool ended_ = false;  // the source has ended, perhaps early
  std::exception_ptr failure_;
};

std::size_t SharedRead::read(std::size_t offset, MutableByteView out) {
  std::unique_lock lock(mutex_);
  while (offset >= filled_ && !ended_) {
    if (failure_) std::rethrow_exception(failure_);
    if (fetching_) {
      changed_.wait(lock);
    } else {
      fetch(lock);
    }
  }
  const std::size_t size = std::min(out.size(), filled_ - offset);
  lock.unlock();  // filled bytes do not change any more
  std::copy_n(bytes_.begin() + offset, size, out.begin());
  return size;
}

void SharedRead::fetch(std::unique_lock<std::mutex>& lock) {
  fetching_ = true;
  const std::size_t wanted = std::min(kFetchedAtOnce, bytes_.size() - filled_);
  const MutableByteView target(bytes_.data() + filled_, wanted);
  lock.unlock();
  std::size_t size = 0;
  std::exception_ptr failure;
  try {
    size = source_->read(target);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  filled_ += size;
  ended_ = !failure && (size == 0 || filled_ == bytes_.size());
  failure_ = failure;
  if (ended_ || failure_) source_.reset();  // its connection is free for the next request
  fetching_ = false;
  changed_.notify_all();
}

}  // namespace

class SharedReads::Cache {
 public:
  Cache(std::size_t most_bytes, std::chrono::milliseconds joinable)
      : room_(std::make_shared<std::atomic<std::size_t>>(most_bytes)), joinable_(joinable) {}

  std::unique_ptr<ObjectSource> open(const std::string& key, const Open& open);
  void forget(const std::string& key);

 private:
  class Reader;
  struct Opened {
    std::weak_ptr<SharedRead> read;
    Clock::time_point asked;
  };

  std::unique_ptr<ObjectSource> join(const std::string& key);
  std::unique_ptr<ObjectSource> keep(const std::string& key, Clock::time_point asked,
                                     std::unique_ptr<ObjectSource> source);

  std::mutex mutex_;
  std::condition_variable opened_;
  std::map<std::string, Opened> reads_;  // some have finished
  std::set<std::string> opening_;
  std::uint64_t forgotten_ = 0;  // how often forget() was called
  const Room room_;
  const std::chrono::milliseconds joinable_;
};

class SharedReads::Cache::Reader final : public ObjectSource {
 public:
  explicit Reader(std::shared_ptr<SharedRead> read) : read_(std::move(read)) {}

  std::uint64_t size() const override { return read_->size(); }
  void rewind() override { offset_ = 0; }
  std::size_t read(MutableByteView out) override {
    const std::size_t size = read_->read(offset_, out);
    offset_ += size;
    return size;
  }

 private:
  std::shared_ptr<SharedRead> read_;
  std::size_t offset_ = 0;
};

std::unique_ptr<ObjectSource> SharedReads::Cache::open(const std::string& key, const Open& open) {
  std::unique_lock lock(mutex_);
  const bool another_opens = opening_.contains(key);
  if (another_opens) opened_.wait(lock, [&] { return !opening_.contains(key); });
  if (auto joined = join(key)) return joined;
  // A thread that waited without success opens the object alone: each caller needs its own proof of
  // absence.
  if (another_opens) {
    lock.unlock();
    return open();
  }
  opening_.insert(key);
  const Clock::time_point asked = Clock::now();
  const std::uint64_t forgotten = forgotten_;
  lock.unlock();
  std::unique_ptr<ObjectSource> source;
  std::exception_ptr failure;
  try {
    source = open();
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  opening_.erase(key);
  opened_.notify_all();
  if (failure) std::rethrow_exception(failure);
  // If this key was forgotten meanwhile, the source may hold the replaced object: do not share it.
  if (source == nullptr || forgotten != forgotten_) return source;
  return keep(key, asked, std::move(source));
}

void SharedReads::Cache::forget(const std::string& key) {
  const std::lock_guard lock(mutex_);
  ++forgotten_;
  reads_.erase(key);
}

std::unique_ptr<ObjectSource> SharedReads::Cache::join(const std::string& key) {
  const auto now = Clock::now();
  std::erase_if(reads_, [&](const auto& entry) {
    return entry.second.read.expired() || now - entry.second.asked > joinable_;
  });
  const auto found = reads_.find(key);
  if (found == reads_.end()) return nullptr;
  auto read = found->second.read.lock();
  if (!read || read->has_failed()) return nullptr;
  return std::make_unique<Reader>(std::move(read));
}

// Returns `source` unchanged if there is no room for it.
std::unique_ptr<ObjectSource> SharedReads::Cache::keep(const std::string& key,
                                                       Clock::time_point asked,
                                                       std::unique_ptr<ObjectSource> source) {
  if (source->size() > *room_) return source;
  const auto read = std::make_shared<SharedRead>(std::move(source), room_);
  reads_.insert_or_assign(key, Opened{.read = read, .asked = asked});
  return std::make_unique<Reader>(read);
}

SharedReads::SharedReads(std::size_t most_bytes, std::chrono::milliseconds joinable)
    : cache_(std::make_unique<Cache>(most_bytes, joinable)) {}

SharedReads::~SharedReads() = default;

std::unique_ptr<ObjectSource> SharedReads::open(const std::string& key, const Open& open) {
  return cache_->open(key, open);
}

void SharedReads::forget(const std::string& key) {
  cache_->forget(key);
}

}  // namespace walstow
