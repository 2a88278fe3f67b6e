// A relay to an HTTP/1.1 service that tampers with its answers.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "proto/base/descriptor.h"

namespace walstow {

class AnswerRelay {
 public:
  enum class Fault {
    // Every third PUT arrives and takes effect, but its sender sees the connection end instead of
    // an answer.
    kLostAfterPut,
    // The head of an answer arrives at once, the rest byte by byte: never silent, never complete.
    kTrickling,
  };
  // `endpoint`: the service's "http://127.0.0.1:PORT".
  AnswerRelay(const std::string& endpoint, Fault fault);
  ~AnswerRelay();
  AnswerRelay(const AnswerRelay&) = delete;
  AnswerRelay& operator=(const AnswerRelay&) = delete;

  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void accept();
  void relay(int client);
  bool trickle(int client, std::string_view answer);

  const std::uint16_t service_port_;
  const Fault fault_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> puts_ = 0;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<std::thread> relays_;  // guarded by mutex_
  std::thread acceptor_;
};

}  // namespace walstow
