// Makes a connection to a store. The only code that knows every link.
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

// For a call on behalf of a data directory. A process that the link starts and cannot end is
// recorded in `wal_folder`, which is open_wal_folder() of that directory
// (proto/pgdata/left_processes.h). Only the local link starts any. nullptr: nothing is recorded.
void note_processes_in(Store& store, std::shared_ptr<FileSystem> wal_folder);

// One thread at a time may use it. It reads a link's files (certificates, keys) at the first
// connection, so a command that its spool answers never pays for that.
class Connector {
 public:
  explicit Connector(Store store);

  // Throws Error{kUnavailable} and Error{kTimeout} where the store cannot be reached, and
  // Error{kUsage} where the link's own settings are wrong.
  boost::asio::awaitable<std::unique_ptr<Transport>> connect(boost::asio::any_io_executor executor,
                                                             Deadline deadline);

  // The expiry of this client's certificate; nullopt: it has presented none yet.
  std::optional<Time> certificate_until() const;

 private:
  Store store_;
  std::unique_ptr<TlsClient> tls_;
  std::unique_ptr<SshClient> ssh_;
};

}  // namespace walstow
