// A store that a test scripts.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "proto/base/retry.h"
#include "proto/client/store_client.h"

namespace walstow {

// An unexpected call fails the test. Threads: as the functions.
class FakeStore : public StoreClient {
 public:
  std::function<PutDone(const PutFile&, FileContent&)> on_put;
  std::function<GetDone(const GetFile&, const GetSink&)> on_get;
  std::function<std::string(const Command&)> on_ask;
  std::function<void(std::size_t commands)> on_round_trip;  // before those of ask_each(); optional

  void connect_beside(const std::function<void()>& work, const Patience&) override { work(); }
  PutDone put(PutFile put, FileContent& raw, const Patience&) override {
    return expected(on_put)(put, raw);
  }
  GetDone get(GetFile get, const GetSink& sink, const Patience&) override {
    return expected(on_get)(get, sink);
  }
  std::string ask(const Command& command, const Patience&) override {
    return expected(on_ask)(command);
  }
  std::vector<Answered> ask_each(std::span<const Command> commands, const Patience&) override {
    if (on_round_trip) on_round_trip(commands.size());
    std::vector<Answered> answers;
    for (const Command& command : commands) {
      try {
        answers.emplace_back(expected(on_ask)(command));
      } catch (const Error& error) {
        if (worth_retrying(error.kind())) throw;
        answers.emplace_back(error);
      }
    }
    return answers;
  }
  std::optional<Time> certificate_until() const override { return std::nullopt; }

 private:
  template <class Function>
  static const Function& expected(const Function& function) {
    if (function) return function;
    ADD_FAILURE() << "the store was asked";
    throw Error(ErrorKind::kUsage, "a question that the test does not expect");
  }
};

}  // namespace walstow
