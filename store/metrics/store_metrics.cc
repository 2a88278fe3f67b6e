#include "store/metrics/store_metrics.h"

namespace walstow {
namespace {

using enum MetricType;

// The newest clients of the registry are left out beyond this number.
constexpr std::size_t kMostClients = 1000;

void gauge(MetricText& text, std::string_view name, std::string_view help, double value) {
  text.family(name, kGauge, help);
  text.sample({}, value);
}

void write_daemon(MetricText& text, const DaemonState& daemon) {
  text.family("walstow_connections", kGauge, "Open connections, by state.");
  text.sample({{"state", "handshake"}}, static_cast<double>(daemon.handshaking));
  text.sample({{"state", "served"}}, static_cast<double>(daemon.served));
  text.sample({{"state", "refused"}}, static_cast<double>(daemon.turned_away));
  if (!daemon.certificate_until) return;
  gauge(text, "walstow_server_certificate_expiry_timestamp_seconds",
        "When the store's own certificate expires.", seconds_since_1970(*daemon.certificate_until));
}

void write_medium(MetricText& text, const MediumStatus& medium) {
  const auto bytes = [&](std::string_view name, std::string_view help,
                         const std::optional<std::uint64_t>& value) {
    if (value) gauge(text, name, help, static_cast<double>(*value));
  };
  bytes("walstow_archive_filesystem_size_bytes", "Size of the archive's file system.", medium.size);
  bytes("walstow_archive_filesystem_avail_bytes",
        "Free space of the archive's file system, for the store's user.", medium.available);
  const auto counter = [&](std::string_view name, std::string_view help,
                           const std::optional<std::uint64_t>& value) {
    if (!value) return;
    text.family(name, kCounter, help);
    text.sample({}, static_cast<double>(*value));
  };
  counter("walstow_s3_requests_total", "Requests to the S3 service.", medium.requests);
  counter("walstow_s3_failed_requests_total",
          "Requests that the S3 service did not answer, or asked to send again.",
          medium.failed_requests);
}

void write_clients(MetricText& text, const std::vector<ClientReport>& clients) {
  gauge(text, "walstow_clients", "Clients in the registry.", static_cast<double>(clients.size()));
  text.family("walstow_client_certificate_expiry_timestamp_seconds", kGauge,
              "When the client's newest certificate expires.");
  for (std::size_t i = 0; i < std::min(clients.size(), kMostClients); ++i) {
    const ClientReport& client = clients[i];
    if (!client.certificate_until) continue;
    text.sample({{"client", client.client}}, seconds_since_1970(*client.certificate_until));
  }
}

}  // namespace

std::string store_metrics_text(const RequestMetrics& requests, const DaemonState* daemon,
                               const ArchiveSnapshot* snapshot) {
  MetricText text;
  text.family("walstow_build_info", kGauge, "1; the label \"version\" is the store's release.");
  text.sample({{"version", WALSTOW_VERSION}}, 1);
  gauge(text, "walstow_archive_available", "1 if the store can read its archive, else 0.",
        snapshot == nullptr ? 0 : 1);
  if (daemon != nullptr) write_daemon(text, *daemon);
  requests.write(text);
  if (snapshot == nullptr) return text.take();
  gauge(text, "walstow_snapshot_timestamp_seconds",
        "When the store read the state of the archive that this scrape shows.",
        seconds_since_1970(snapshot->taken));
  gauge(text, "walstow_snapshot_duration_seconds", "How long it took to read that state.",
        std::chrono::duration<double>(snapshot->took).count());
  write_medium(text, snapshot->medium);
  write_clients(text, snapshot->clients);
  write_cluster_metrics(text, snapshot->clusters);
  return text.take();
}

}  // namespace walstow
