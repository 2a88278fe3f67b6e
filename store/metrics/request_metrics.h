// Counts what the store has done since it started: puts, gets, refusals, and how long they took.
// The counts are kept in memory, so they start at 0 after a restart, as Prometheus expects.
//
// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/deadline.h"
#include "proto/base/utc_time.h"
#include "proto/wire/refusal.h"
#include "store/metrics/metric_text.h"
#include "store/metrics/recent_rates.h"

namespace walstow {

// The number of clusters that have counters of their own. Requests in further clusters are counted
// with the label cluster="", like requests that concern no cluster.
inline constexpr std::size_t kMostCountedClusters = 500;

// One request, from the end of its head to the end of its reply.
struct FinishedRequest {
  enum class Kind { kPut, kGet, kOther };
  Kind kind = Kind::kOther;
  // The cluster that the request names, which may not exist.
  std::string cluster;
  int status = 0;               // status of the reply; 0: the connection ended before the reply did
  std::optional<Code> refusal;  // the code of a reply that is a refusal
  Clock::duration duration{0};
  // Bytes of the body: as received for a put, as sent for a get.
  std::uint64_t bytes = 0;
};

// A request, or a connection, that was refused.
struct Refused {
  Code code = Code::kUnavailable;
  Clock::time_point at;
};

class RequestMetrics {
 public:
  explicit RequestMetrics(Time since = std::chrono::system_clock::now()) : since_(since) {}

  void record(const FinishedRequest& request, Clock::time_point now = Clock::now());
  // A connection that was refused after its handshake.
  void record_refused_connection(Code code, Clock::time_point now = Clock::now());
  void record_failed_handshake();

  void write(MetricText& text) const;
  // Returns the requests of the last hours in a cluster, in the form of RecentRates::read(). For
  // "", returns the requests that concern no cluster.
  std::vector<RateSample> recent(std::string_view cluster,
                                 Clock::time_point now = Clock::now()) const;
  // Returns the last refusal in a cluster, or, for "", the last refusal that concerns no cluster.
  // Returns nullopt if there was none.
  std::optional<Refused> last_refused(std::string_view cluster) const;
  std::optional<Refused> last_refused_connection() const;
  Time counts_since() const { return since_; }

 private:
  // Upper bounds of the buckets, in seconds. A segment takes some tens of milliseconds, and a put
  // that waits may take some minutes.
  static constexpr std::array kBounds{0.005, 0.01, 0.025, 0.05, 0.1,  0.25, 0.5,
                                      1.0,   2.5,  5.0,   10.0, 30.0, 120.0};
  struct Histogram {
    std::array<std::uint64_t, kBounds.size()> in_bucket{};  // not cumulative
    std::uint64_t count = 0;
    double sum = 0;  // seconds
    void add(double seconds);
  };
  struct Counts {
    std::uint64_t created = 0, existing = 0;  // puts
    std::uint64_t found = 0, absent = 0;      // gets
    std::uint64_t put_bytes = 0, get_bytes = 0;
    std::uint64_t cut = 0;
    std::map<Code, std::uint64_t> refused;
    Histogram puts, gets;
    RecentRates recent;
    std::optional<Refused> last_refused;
  };
  using Count = std::uint64_t Counts::*;

  Counts& counts_of(const FinishedRequest& request);
  void write_counter(MetricText& text, Count count, const MetricLabels& labels) const;
  void write_histogram(MetricText& text, Histogram Counts::*histogram) const;

  const Time since_;
  mutable std::mutex mutex_;
  std::map<std::string, Counts, std::less<>> clusters_;  // guarded by mutex_, as are all below
  std::map<Code, std::uint64_t> refused_connections_;
  std::optional<Refused> last_refused_connection_;
  std::uint64_t failed_handshakes_ = 0;
};

}  // namespace walstow
