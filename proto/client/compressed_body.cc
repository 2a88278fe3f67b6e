#include "proto/client/compressed_body.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "proto/base/buffer.h"
#include "proto/base/error.h"
#include "proto/client/client_connection.h"
#include "proto/codec/stretch_compressor.h"

namespace walstow {
namespace {

// Frames that are not sent yet, in order, with room for HTTP around each. Their memory is reused:
// new memory is expensive.
class Encoded {
 public:
  // Appends a frame. `compress` writes it, and returns its size.
  template <class Compress>
  void append(Compress compress) {
    Frame frame = fresh();
    frame.size = compress(frame.room());
    filled_.push_back(std::move(frame));
  }
  bool empty() const { return filled_.empty(); }
  // It must not be empty.
  MutableByteView front() { return filled_.front().room().first(filled_.front().size); }
  void pop_front() {
    spare_.push_back(std::move(filled_.front()));
    filled_.pop_front();
  }

 private:
  struct Frame {
    Buffer buffer;
    std::size_t size = 0;

    MutableByteView room() {
      return MutableByteView(buffer).subspan(kRoomBeforeChunk, largest_frame(kStretchSize));
    }
  };

  Frame fresh() {
    if (spare_.empty())
      return {.buffer = Buffer(kRoomBeforeChunk + largest_frame(kStretchSize) + kRoomAfterChunk)};
    Frame frame = std::move(spare_.back());
    spare_.pop_back();
    return frame;
  }

  std::deque<Frame> filled_;
  std::vector<Frame> spare_;
};

// The unit by which the two threads alternate, in bytes of the file. It is large enough that the
// cost of the exchange is negligible, and small enough that neither waits long for the other at the
// end.
constexpr std::uint64_t kBlockSize = 4 * kStretchSize;

// Compresses a block of the file, one stretch at a time.
class Block {
 public:
  Block(FileContent& file, std::mutex& reading) : file_(file), reading_(reading) {}

  void begin(std::uint64_t offset, std::size_t size) {
    offset_ = offset;
    left_ = size;
  }
  // False: that was the end.
  bool step(Encoded& encoded) {
    const auto stretch = stretch_.first(std::min(left_, stretch_.size()));
    {
      const std::lock_guard lock(reading_);
      if (file_.read_at(offset_, stretch) < stretch.size()) {
        throw Error(ErrorKind::kInvalid, "the file became shorter while it was sent");
      }
    }
    encoded.append([&](MutableByteView frame) { return compressor_.compress(stretch, frame); });
    offset_ += stretch.size();
    left_ -= stretch.size();
    return left_ > 0;
  }

 private:
  FileContent& file_;
  std::mutex& reading_;  // only one thread at a time may use a File
  StretchCompressor compressor_;
  Buffer stretch_{kStretchSize};
  std::uint64_t offset_ = 0;
  std::size_t left_ = 0;
};

}  // namespace

class CompressedBody::Work {
 public:
  Work(FileContent& file, std::uint64_t size)
      : file_(file),
        size_(size),
        blocks_(std::max<std::uint64_t>(1, (size + kBlockSize - 1) / kBlockSize)) {
    if (blocks_ > 1) start_other();
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      changed_.notify_all();
    }
    if (other_.joinable()) other_.join();
  }

  MutableByteView next();

 private:
  // What the other thread has compressed: one complete block at a time.
  enum class Slot { kEmpty, kFull };

  void start_other();
  void compress_other();
  void begin(Block& block, std::uint64_t number) const;
  bool fill();
  void take_from_other();

  FileContent& file_;
  const std::uint64_t size_;
  const std::uint64_t blocks_;
  std::mutex reading_;

  // Used by the caller's thread only.
  Block own_{file_, reading_};
  bool in_block_ = false;
  std::uint64_t next_block_ = 0;
  Encoded encoded_;          // to be delivered
  bool handed_out_ = false;  // its front was
  std::array<std::byte, kRoomBeforeChunk + kRoomAfterChunk> end_{};

  std::thread other_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Slot slot_ = Slot::kEmpty;  // guarded by mutex_, like all below
  Encoded others_encoded_;    // only the other thread's while the slot is empty
  std::exception_ptr failure_;
  bool stop_ = false;
};

// The other thread compresses every second block. Without it, the caller's thread compresses all.
void CompressedBody::Work::start_other() {
  try {
    other_ = std::thread([this] { compress_other(); });
  } catch (const std::system_error&) {  // out of threads
  }
}

void CompressedBody::Work::begin(Block& block, std::uint64_t number) const {
  const std::uint64_t offset = number * kBlockSize;
  block.begin(offset,
              static_cast<std::size_t>(std::min<std::uint64_t>(size_ - offset, kBlockSize)));
}

void CompressedBody::Work::compress_other() {
  try {
    Block block(file_, reading_);
    for (std::uint64_t number = 1; number < blocks_; number += 2) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return slot_ == Slot::kEmpty || stop_; });
        if (stop_) return;
      }
      begin(block, number);
      while (block.step(others_encoded_)) {
        const std::lock_guard lock(mutex_);
        if (stop_) return;
      }
      const std::lock_guard lock(mutex_);
      slot_ = Slot::kFull;
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

// Waits only for the processor: the other thread only reads and compresses.
void CompressedBody::Work::take_from_other() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return slot_ == Slot::kFull || failure_; });
  if (failure_) std::rethrow_exception(failure_);
  std::swap(encoded_, others_encoded_);
  slot_ = Slot::kEmpty;
  changed_.notify_all();
}

// False: there is no more.
bool CompressedBody::Work::fill() {
  if (!in_block_) {
    if (next_block_ == blocks_) return false;
    const std::uint64_t number = next_block_++;
    if (other_.joinable() && number % 2 == 1) {
      take_from_other();
      return true;
    }
    begin(own_, number);
  }
  in_block_ = own_.step(encoded_);
  return true;
}

MutableByteView CompressedBody::Work::next() {
  if (std::exchange(handed_out_, false)) encoded_.pop_front();
  while (encoded_.empty()) {
    if (!fill()) return MutableByteView(end_).subspan(kRoomBeforeChunk, 0);
  }
  handed_out_ = true;
  return encoded_.front();
}

CompressedBody::CompressedBody(FileContent& file, std::uint64_t size)
    : work_(std::make_unique<Work>(file, size)) {}
CompressedBody::~CompressedBody() = default;

MutableByteView CompressedBody::next() {
  return work_->next();
}

}  // namespace walstow
