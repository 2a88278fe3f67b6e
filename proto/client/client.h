// A client of a store over one of the links: one call is one question, asked again by the one retry
// policy until it is answered or the time is up. A connection is made when it is needed, kept
// between calls, and replaced when it breaks.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/client/store_client.h"

namespace walstow {

struct ClientOptions;  // client_settings.h; its sockets stay out of whoever only asks

class Client final : public StoreClient {
 public:
  explicit Client(ClientOptions options);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client() override;

  void connect_beside(const std::function<void()>& work, const Patience& patience) override;
  PutDone put(PutFile put, File& raw, const Patience& patience) override;
  GetDone get(GetFile get, const GetSink& sink, const Patience& patience) override;
  std::string ask(const Command& command, const Patience& patience) override;
  std::optional<Time> certificate_until() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
