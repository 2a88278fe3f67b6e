// Writes bytes in a separate thread. The producer (a connection that decrypts and decompresses)
// then need not wait while the kernel finds memory for them. The threads share a ring of three
// chunks. Its memory is reused, since new memory is expensive.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>

#include "proto/base/buffer.h"

namespace walstow {

// One thread may use it. The next call of write() or finish() throws what `sink` has thrown; after
// that, it can only be destroyed.
class WriteBehind {
 public:
  // `sink` receives all bytes in order. The first chunk arrives in the calling thread, so that
  // small files need no other; all further ones in the other thread.
  explicit WriteBehind(ByteSink sink) : sink_(std::move(sink)) {}
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  ~WriteBehind();  // drops what was not written yet; the sink is not called any more

  void write(ByteView bytes);
  // Everything is written on return.
  void finish();

 private:
  static constexpr std::size_t kChunks = 3;

  struct Chunk {
    Buffer bytes;  // kChunkSize of them, after its first use
    std::size_t size = 0;
  };

  void put(ByteView bytes);
  bool start();
  void run();
  void rethrow();

  ByteSink sink_;
  std::size_t written_ = 0;  // in the calling thread
  std::array<Chunk, kChunks> ring_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // The mutex guards everything below. A chunk between the two numbers belongs to the thread.
  std::size_t first_ = 0;  // the next chunk to write
  std::size_t end_ = 0;    // the next chunk to fill
  std::exception_ptr failure_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace walstow
