// Makes a connection to a store over any link. This is the only code that knows every link.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <variant>

#include "proto/base/deadline.h"
#include "proto/link/byte_stream.h"
#include "proto/link/local_store.h"
#include "proto/link/ssh/ssh_client.h"
#include "proto/link/tls/tls_client.h"

namespace walstow {

using Store = std::variant<LocalStore, TlsStore, SshStore>;

// Call it before requests on behalf of a data directory. `wal_folder` is the result of
// open_wal_folder() for that directory. If the link starts a process that it cannot end, it records
// the process in that folder (proto/pgdata/left_processes.h). Only the local link starts processes.
// With nullptr, nothing is recorded.
void note_processes_in(Store& store, std::shared_ptr<FileSystem> wal_folder);

// One thread at a time may use a Connector. It reads the files that a link needs (certificates,
// keys) at the first connection. So a command that needs no connection does not read them.
class Connector {
 public:
  explicit Connector(Store store);

  // Throws Error{kUnavailable} or Error{kTimeout} if the store cannot be reached, and Error{kUsage}
  // if the link's own settings are wrong.
  boost::asio::awaitable<std::unique_ptr<Transport>> connect(boost::asio::any_io_executor executor,
                                                             Deadline deadline);

  // The time at which this client's certificate expires; nullopt if the client has not presented
  // one yet.
  std::optional<Time> certificate_until() const;

 private:
  Store store_;
  std::unique_ptr<TlsClient> tls_;
  std::unique_ptr<SshClient> ssh_;
};

}  // namespace walstow
