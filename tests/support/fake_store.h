// A store that a test scripts.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "proto/client/store_client.h"

namespace walstow {

// An unexpected call fails the test. Threads: as the functions.
class FakeStore : public StoreClient {
 public:
  std::function<PutDone(const PutFile&, FileContent&)> on_put;
  std::function<GetDone(const GetFile&, const GetSink&)> on_get;
  std::function<std::string(const Command&)> on_ask;

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
