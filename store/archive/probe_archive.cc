#include "store/archive/probe_archive.h"

#include <chrono>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/read_full.h"
#include "store/backend/key_rules.h"

namespace walstow {
namespace {

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point start) {
  const auto passed = std::chrono::steady_clock::now() - start;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

}  // namespace

CheckReport probe_archive(const Archive& archive, const std::string& cluster) {
  Backend& backend = archive.backend();
  const std::string content = random_hex(kChunkSize / 8);
  const std::string key = probe_key(random_hex(8));
  CheckReport report{.archive = archive.id(), .cluster = cluster};

  auto start = std::chrono::steady_clock::now();
  backend.check_room();
  const auto staged = backend.stage();
  staged->write(as_bytes(content));
  if (backend.publish(*staged, key) != PublishResult::kPublished) {
    throw Error(ErrorKind::kUnavailable, fmt::format("the probe's name \"{}\" is taken", key));
  }
  report.publish_microseconds = microseconds_since(start);

  start = std::chrono::steady_clock::now();
  std::string back(content.size(), '\0');
  if (const auto source = backend.open_object(key)) {
    read_full(*source, std::as_writable_bytes(std::span(back)));
  }
  report.read_microseconds = microseconds_since(start);
  backend.remove_object(key);
  if (back != content) {
    throw Error(ErrorKind::kDamaged,
                "the probe that was read back differs from the one that was written",
                "Check the memory and the disks of the store.");
  }
  const auto eras = archive.eras(cluster);
  if (!eras.empty()) report.newest_era = to_string(eras.back());
  return report;
}

}  // namespace walstow
