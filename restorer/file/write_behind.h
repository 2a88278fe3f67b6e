// Writes bytes in a thread of its own, so that whoever makes them (a connection that is decrypted
// and unfolded) need not wait for the kernel to find memory for them. A ring of three chunks is
// between the two: memory that is used again and again, since fresh memory is expensive.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>

#include "proto/base/buffer.h"

namespace walstow {

// From one thread. What `sink` throws is thrown by the next call of write() or finish(); after that
// it can only be destroyed.
class WriteBehind {
 public:
  // `sink` gets all bytes in order: the first chunk in this thread, so that small files need no
  // other, all further ones in the other.
  explicit WriteBehind(ByteSink sink) : sink_(std::move(sink)) {}
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  ~WriteBehind();  // what was not written yet is dropped; the sink is not called any more

  void write(ByteView bytes);
  // All is written on return.
  void finish();

 private:
  static constexpr std::size_t kChunks = 3;

  struct Chunk {
    Buffer bytes;  // kChunkSize of them, once it was used
    std::size_t size = 0;
  };

  void put(ByteView bytes);
  bool start();
  void run();
  void rethrow();

  ByteSink sink_;
  std::size_t written_ = 0;  // in this thread
  std::array<Chunk, kChunks> ring_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // All below under the mutex. A chunk between the two numbers belongs to the thread.
  std::size_t first_ = 0;  // the chunk that is written next
  std::size_t end_ = 0;    // the chunk that is filled next
  std::exception_ptr failure_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace walstow
