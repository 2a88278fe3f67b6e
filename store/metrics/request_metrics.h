// What the store has done since it started: puts, gets, refusals, and how long they took. It counts
// in memory, so a restart begins at 0, which Prometheus expects.
//
// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "proto/base/deadline.h"
#include "proto/wire/refusal.h"
#include "store/metrics/metric_text.h"

namespace walstow {

// The number of clusters with counters of their own. Requests in further ones are counted with the
// label cluster="", as are those that concern no cluster.
inline constexpr std::size_t kMostCountedClusters = 500;

// One request, from the end of its head to the end of its reply.
struct FinishedRequest {
  enum class Kind { kPut, kGet, kOther };
  Kind kind = Kind::kOther;
  std::string cluster;          // as requested; it may not exist
  int status = 0;               // of the reply; 0: the connection ended before the reply did
  std::optional<Code> refusal;  // the code of a reply that is a refusal
  Clock::duration duration{0};
  std::uint64_t bytes = 0;  // of the body: of a put as received, of a get as sent
};

class RequestMetrics {
 public:
  void record(const FinishedRequest& request);
  // A connection that was refused after its handshake.
  void record_refused_connection(Code code);
  void record_failed_handshake();

  void write(MetricText& text) const;

 private:
  // Upper bounds of the buckets, in seconds. A segment takes some tens of milliseconds, and a
  // waiting put up to some minutes.
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
  };
  using Count = std::uint64_t Counts::*;

  Counts& counts_of(const FinishedRequest& request);
  void write_counter(MetricText& text, Count count, const MetricLabels& labels) const;
  void write_histogram(MetricText& text, Histogram Counts::*histogram) const;

  mutable std::mutex mutex_;
  std::map<std::string, Counts, std::less<>> clusters_;  // guarded by mutex_, as are all below
  std::map<Code, std::uint64_t> refused_connections_;
  std::uint64_t failed_handshakes_ = 0;
};

}  // namespace walstow
