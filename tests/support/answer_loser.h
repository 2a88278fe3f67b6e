// A relay to a service that speaks HTTP/1.1, which loses some answers: every `every`-th PUT arrives
// and takes effect, and who sent it sees the connection end instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "proto/base/descriptor.h"

namespace walstow {

class AnswerLoser {
 public:
  // `endpoint`: "http://127.0.0.1:PORT" of the service.
  AnswerLoser(const std::string& endpoint, int every);
  ~AnswerLoser();
  AnswerLoser(const AnswerLoser&) = delete;
  AnswerLoser& operator=(const AnswerLoser&) = delete;

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int lost() const { return lost_; }

 private:
  void accept();
  void relay(int client);

  const std::uint16_t service_port_;
  const int every_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> puts_ = 0, lost_ = 0;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<std::thread> relays_;  // guarded by mutex_
  std::thread acceptor_;
};

}  // namespace walstow
