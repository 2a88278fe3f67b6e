// A client of a store over one of the links. Each call sends one request, except ask_each(). A call
// repeats its request as proto/base/retry.h defines, until the store answers or the time is up. The
// client connects when it first needs a connection, keeps the connection between calls, and
// replaces a broken one.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proto/client/store_client.h"

namespace walstow {

// Defined in client_settings.h. Callers need not include that file, which includes sockets.
struct ClientOptions;

class Client final : public StoreClient {
 public:
  explicit Client(ClientOptions options);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client() override;

  void connect_beside(const std::function<void()>& work, const Patience& patience) override;
  PutDone put(PutFile put, FileContent& raw, const Patience& patience) override;
  GetDone get(GetFile get, const GetSink& sink, const Patience& patience) override;
  std::string ask(const Command& command, const Patience& patience) override;
  std::vector<Answered> ask_each(std::span<const Command> commands,
                                 const Patience& patience) override;
  std::optional<Time> certificate_until() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walstow
