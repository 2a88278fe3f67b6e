// The one place that knows every link: from where a store is to a connection with it.
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

// For a call that works for a data directory: a process that the link starts and cannot end is
// noted in `wal_folder`, open_wal_folder() of it (proto/pgdata/left_processes.h). Only the local
// link starts any. nullptr: nothing is noted.
void note_processes_in(Store& store, std::shared_ptr<FileSystem> wal_folder);

// From one thread at a time. What a link needs (certificates, keys) is read when it first connects:
// a command that is answered out of its spool never pays for it.
class Connector {
 public:
  explicit Connector(Store store);

  // Throws Error{kUnavailable} and Error{kTimeout} where the store cannot be reached, and
  // Error{kUsage} where the link's own settings are wrong.
  boost::asio::awaitable<std::unique_ptr<Transport>> connect(boost::asio::any_io_executor executor,
                                                             Deadline deadline);

  // When the certificate of this client ends; nullopt where it has shown none yet.
  std::optional<Time> certificate_until() const;

 private:
  Store store_;
  std::unique_ptr<TlsClient> tls_;
  std::unique_ptr<SshClient> ssh_;
};

}  // namespace walstow
