#include "store/backend/space_reserve.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <utility>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/size_text.h"
#include "proto/base/suggestion.h"
#include "store/backend/key_rules.h"

namespace walstow {
namespace {

constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargestReserve = 4 * kMegabyte;
constexpr std::uint64_t kShare = 16;  // of the file system, where that is less
constexpr std::size_t kBlock = std::size_t{64} * 1024;

std::uint64_t reserve_of(const FileSystemSpace& space) {
  return std::min(kLargestReserve, space.size / kShare);
}

// For the reserve and a put. The last free space is not taken: that would only refuse puts.
bool has_room_for_both(const FileSystemSpace& space) {
  return space.available >= 2 * reserve_of(space);
}

}  // namespace

SpaceReserve::SpaceReserve(FileSystem& files, SpaceProbe probe)
    : files_(files), probe_(std::move(probe)) {}

std::optional<FileSystemSpace> SpaceReserve::space() const {
  return probe_ ? probe_() : std::nullopt;
}

void SpaceReserve::make() {
  const auto now = space();
  if (now && has_room_for_both(*now)) make_in(*now);
}

void SpaceReserve::make_in(const FileSystemSpace& space) {
  try {
    make_file(reserve_of(space));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kStorage) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
  }
}

void SpaceReserve::make_file(std::uint64_t size) {
  const std::string path(kReserveFile);
  if (files_.status(path)) return;
  const std::unique_ptr<File> file = files_.create_temporary();
  // Random bytes, so that the file takes its space even where a file system compresses.
  for (std::uint64_t offset = 0; offset < size; offset += kBlock)
    file->write_at(offset, as_bytes(random_hex(kBlock / 2)));
  file->sync();
  if (files_.link_temporary(*file, path) == LinkResult::kLinked) files_.sync_folder(".");
  file->close();
}

bool SpaceReserve::give_up() {
  const auto now = space();
  if (!now || now->available >= reserve_of(*now)) return false;
  if (!files_.remove(std::string(kReserveFile))) return false;
  files_.sync_folder(".");
  log_line(LogLevel::kWarning,
           fmt::format("the file system of \"{}\" is full: \"{}\" was removed, so that an "
                       "administrator can make room",
                       files_.describe("."), kReserveFile));
  return true;
}

void SpaceReserve::check_room() {
  const auto now = space();
  if (!now) return;
  if (has_room_for_both(*now)) {
    make_in(*now);
    return;
  }
  const std::uint64_t reserve = reserve_of(*now);
  // Where no reserve is held, this put must leave room for one.
  const std::uint64_t kept = files_.status(std::string(kReserveFile)) ? reserve : 2 * reserve;
  if (now->available >= kept) return;
  throw Error(
      ErrorKind::kStorage,
      fmt::format("could not put into \"{}\": No space left on device: {} are free, and {} are "
                  "reserved for making room",
                  files_.describe("."), size_text(now->available), size_text(kept)),
      fmt::format("Make room: {} removes WAL that no consumer needs. Or enlarge the file system.",
                  suggestion({"prune", "CLUSTER"})));
}

}  // namespace walstow
