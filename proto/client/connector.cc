#include "proto/client/connector.h"

namespace walstow {

void note_processes_in(Store& store, std::shared_ptr<FileSystem> wal_folder) {
  if (auto* local = std::get_if<LocalStore>(&store)) local->wal_folder = std::move(wal_folder);
}

Connector::Connector(Store store) : store_(std::move(store)) {}

boost::asio::awaitable<std::unique_ptr<Transport>> Connector::connect(
    boost::asio::any_io_executor executor, Deadline deadline) {
  if (const auto* local = std::get_if<LocalStore>(&store_)) {
    co_return connect_local(executor, *local);
  }
  if (const auto* ssh = std::get_if<SshStore>(&store_)) {
    if (!ssh_) ssh_ = std::make_unique<SshClient>(*ssh);
    co_return co_await ssh_->connect(executor, deadline);
  }
  if (!tls_) tls_ = std::make_unique<TlsClient>(std::get<TlsStore>(store_));
  co_return co_await tls_->connect(executor, deadline);
}

std::optional<Time> Connector::certificate_until() const {
  if (!tls_) return std::nullopt;
  return tls_->certificate_until();
}

}  // namespace walstow
