#include "store/metrics/request_metrics.h"

#include <algorithm>
#include <fmt/format.h>

namespace walstow {
namespace {

// The usual answers at the end of a log and before its beginning. The other proofs of absence (a
// hole, a pruned file) count as refusals.
bool is_usual_absence(Code code) {
  return code == Code::kAbsentEnd || code == Code::kAbsentBefore;
}

double seconds_of(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void RequestMetrics::Histogram::add(double seconds) {
  const auto* bucket = std::ranges::lower_bound(kBounds, seconds);
  if (bucket != kBounds.end()) ++in_bucket[static_cast<std::size_t>(bucket - kBounds.begin())];
  ++count;
  sum += seconds;
}

// Call under the lock. Only a successful request proves that its cluster exists, so nobody can make
// labels by asking.
RequestMetrics::Counts& RequestMetrics::counts_of(const FinishedRequest& request) {
  const auto known = clusters_.find(request.cluster);
  if (known != clusters_.end()) return known->second;
  const bool exists = !request.refusal && request.status >= 200 && request.status < 300;
  const bool has_room = clusters_.size() < kMostCountedClusters;
  return clusters_[exists && has_room ? request.cluster : std::string()];
}

void RequestMetrics::record(const FinishedRequest& request, Clock::time_point now) {
  using Kind = FinishedRequest::Kind;
  const std::lock_guard lock(mutex_);
  Counts& counts = counts_of(request);
  if (request.status == 0) {
    ++counts.cut;
    return;
  }
  const bool absent = request.refusal && is_usual_absence(*request.refusal);
  if (request.refusal && !absent) {
    ++counts.refused[*request.refusal];
    counts.recent.add(now, {.refusals = 1});
    counts.last_refused = Refused{.code = *request.refusal, .at = now};
    return;
  }
  if (request.kind == Kind::kPut) {
    ++(request.status == 201 ? counts.created : counts.existing);
    counts.put_bytes += request.bytes;
    counts.puts.add(seconds_of(request.duration));
    counts.recent.add(now, {.put_bytes = request.bytes, .puts = 1});
  } else if (request.kind == Kind::kGet) {
    ++(absent ? counts.absent : counts.found);
    counts.get_bytes += request.bytes;
    counts.gets.add(seconds_of(request.duration));
    counts.recent.add(now, {.get_bytes = request.bytes, .gets = 1});
  }
}

std::vector<RateSample> RequestMetrics::recent(std::string_view cluster,
                                               Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  const auto known = clusters_.find(cluster);
  return known == clusters_.end() ? RecentRates().read(now) : known->second.recent.read(now);
}

std::optional<Refused> RequestMetrics::last_refused(std::string_view cluster) const {
  const std::lock_guard lock(mutex_);
  const auto known = clusters_.find(cluster);
  return known == clusters_.end() ? std::nullopt : known->second.last_refused;
}

std::optional<Refused> RequestMetrics::last_refused_connection() const {
  const std::lock_guard lock(mutex_);
  return last_refused_connection_;
}

void RequestMetrics::record_refused_connection(Code code, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  ++refused_connections_[code];
  last_refused_connection_ = Refused{.code = code, .at = now};
}

void RequestMetrics::record_failed_handshake() {
  const std::lock_guard lock(mutex_);
  ++failed_handshakes_;
}

void RequestMetrics::write_counter(MetricText& text, Count count,
                                   const MetricLabels& labels) const {
  for (const auto& [cluster, counts] : clusters_) {
    MetricLabels all{{"cluster", cluster}};
    all.insert(all.end(), labels.begin(), labels.end());
    text.sample(all, static_cast<double>(counts.*count));
  }
}

void RequestMetrics::write_histogram(MetricText& text, Histogram Counts::*histogram) const {
  for (const auto& [cluster, counts] : clusters_) {
    const Histogram& one = counts.*histogram;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBounds.size(); ++i) {
      sum += one.in_bucket[i];
      const std::string bound = fmt::format("{}", kBounds[i]);
      text.sample("_bucket", {{"cluster", cluster}, {"le", bound}}, static_cast<double>(sum));
    }
    const auto count = static_cast<double>(one.count);
    text.sample("_bucket", {{"cluster", cluster}, {"le", "+Inf"}}, count);
    text.sample("_sum", {{"cluster", cluster}}, one.sum);
    text.sample("_count", {{"cluster", cluster}}, count);
  }
}

void RequestMetrics::write(MetricText& text) const {
  using enum MetricType;
  const std::lock_guard lock(mutex_);
  text.family("walstow_puts_total", kCounter, "Puts that succeeded, by result.");
  write_counter(text, &Counts::created, {{"result", "created"}});
  write_counter(text, &Counts::existing, {{"result", "existing"}});
  text.family("walstow_gets_total", kCounter, "Gets that succeeded, by result.");
  write_counter(text, &Counts::found, {{"result", "found"}});
  write_counter(text, &Counts::absent, {{"result", "absent"}});
  text.family("walstow_put_bytes_total", kCounter, "Bytes of files that were put, uncompressed.");
  write_counter(text, &Counts::put_bytes, {});
  text.family("walstow_get_bytes_total", kCounter, "Bytes that gets sent, as stored.");
  write_counter(text, &Counts::get_bytes, {});
  text.family("walstow_cut_requests_total", kCounter,
              "Requests whose connection ended before their reply did.");
  write_counter(text, &Counts::cut, {});
  text.family("walstow_refusals_total", kCounter, "Requests that were refused, by code.");
  for (const auto& [cluster, counts] : clusters_) {
    for (const auto& [code, count] : counts.refused) {
      text.sample({{"cluster", cluster}, {"code", info_of(code).text}}, static_cast<double>(count));
    }
  }
  text.family("walstow_put_duration_seconds", kHistogram,
              "Time of a put that succeeded, from its head to its reply.");
  write_histogram(text, &Counts::puts);
  text.family("walstow_get_duration_seconds", kHistogram,
              "Time of a get that succeeded, from its head to the end of its reply.");
  write_histogram(text, &Counts::gets);
  text.family("walstow_refused_connections_total", kCounter,
              "Connections that were refused after their handshake, by code.");
  for (const auto& [code, count] : refused_connections_)
    text.sample({{"code", info_of(code).text}}, static_cast<double>(count));
  text.family("walstow_failed_handshakes_total", kCounter,
              "Connections that ended before the peer had proved its identity.");
  text.sample({}, static_cast<double>(failed_handshakes_));
}

}  // namespace walstow
