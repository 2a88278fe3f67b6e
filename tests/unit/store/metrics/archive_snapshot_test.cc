#include "store/metrics/archive_snapshot.h"

#include <gtest/gtest.h>

#include <future>

#include "proto/base/error.h"

namespace walstow {
namespace {

ArchiveSnapshot named(const std::string& cluster) {
  ArchiveSnapshot snapshot;
  snapshot.clusters.push_back({.cluster = cluster, .report = {}});
  return snapshot;
}

TEST(ArchiveSnapshotTest, IsReadOnceForManyScrapes) {
  SnapshotCache cache;
  int reads = 0;
  const auto read = [&] {
    ++reads;
    return named("main");
  };
  const auto first = cache.get(read);
  EXPECT_EQ(cache.get(read), first);
  EXPECT_EQ(reads, 1);
}

TEST(ArchiveSnapshotTest, AFailureIsForgotten) {
  SnapshotCache cache;
  const auto fail = []() -> ArchiveSnapshot {
    throw Error(ErrorKind::kUnavailable, "the archive is away");
  };
  EXPECT_THROW(cache.get(fail), Error);
  EXPECT_EQ(cache.get([] { return named("main"); })->clusters.front().cluster, "main");
}

TEST(ArchiveSnapshotTest, OneThreadReadsAndOthersWaitForTheFirstOne) {
  SnapshotCache cache;
  std::promise<void> reading, go_on;
  auto slow = std::async(std::launch::async, [&] {
    return cache.get([&] {
      reading.set_value();
      go_on.get_future().wait();
      return named("slow");
    });
  });
  reading.get_future().wait();
  auto other =
      std::async(std::launch::async, [&] { return cache.get([] { return named("never read"); }); });
  go_on.set_value();
  EXPECT_EQ(slow.get()->clusters.front().cluster, "slow");
  EXPECT_EQ(other.get()->clusters.front().cluster, "slow");
}

}  // namespace
}  // namespace walstow
