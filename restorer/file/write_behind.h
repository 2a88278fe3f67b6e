// Writes bytes in a separate thread. So the producer (a connection that decrypts and decompresses)
// does not wait while the kernel finds memory for the bytes. The threads share a ring of three
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

// Only one thread may use the object. If `sink` throws, the next call of write() or finish()
// rethrows the exception. After that, the object can only be destroyed.
class WriteBehind {
 public:
  // `sink` receives all bytes in order. It receives the first chunk in the calling thread, so that
  // small files need no other thread. It receives all further chunks in the other thread.
  explicit WriteBehind(ByteSink sink) : sink_(std::move(sink)) {}
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  // Drops the bytes that were not written yet. The sink is not called any more.
  ~WriteBehind();

  void write(ByteView bytes);
  // On return, all bytes have been written.
  void finish();

 private:
  static constexpr std::size_t kChunks = 3;

  struct Chunk {
    Buffer bytes;  // kChunkSize bytes after its first use
    std::size_t size = 0;
  };

  void put(ByteView bytes);
  bool start();
  void run();
  void rethrow();

  ByteSink sink_;
  std::size_t written_ = 0;  // bytes that the calling thread has written
  std::array<Chunk, kChunks> ring_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // The mutex guards everything below. Chunks from first_ up to end_ belong to the thread.
  std::size_t first_ = 0;  // the next chunk to write
  std::size_t end_ = 0;    // the next chunk to fill
  std::exception_ptr failure_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace walstow
