#include "proto/client/precheck.h"

#include <fmt/format.h>
#include <optional>

#include "proto/base/error.h"
#include "proto/base/little_endian.h"
#include "proto/wal/segment_header.h"
#include "proto/wal/timeline_history.h"

namespace walstow {
namespace {

constexpr const char* kDamageHint =
    "The file is damaged, or another program put it there: compare it with a copy, and check the "
    "kernel's log for disk errors.";

constexpr const char* kNoServerHint =
    "Give the data directory with --pgdata, or the system identifier with --system.";

[[noreturn]] void refuse(const std::string& problem, const std::string& hint = kDamageHint) {
  throw Error(ErrorKind::kInvalid, problem, hint);
}

bool has_segment_header(const WalFileName& name) {
  return name.kind() == FileKind::kSegment || name.kind() == FileKind::kPartial;
}

// Returns the remedy for what check_segment_header() has found.
const char* hint_for(const SegmentHeader& header, const ServerIdentity& server) {
  if (server.system_identifier && header.system_identifier != *server.system_identifier) {
    return "The file was written by another cluster; remove it from this cluster's pg_wal.";
  }
  const bool unknown = header.is_newer_release() && !server.system_identifier;
  return unknown ? kNoServerHint : kDamageHint;
}

Checked check_segment(const Candidate& candidate, const ServerIdentity& server) {
  const SegmentHeaderResult result = parse_segment_header(candidate.beginning);
  if (!result.header) {
    refuse(fmt::format("it {}", result.problem), result.hint.empty() ? kDamageHint : result.hint);
  }
  const SegmentHeader& header = *result.header;
  const SegmentExpectation expected{.name = candidate.name,
                                    .file_size = candidate.size,
                                    .system_identifier = server.system_identifier};
  // A flipped bit can turn a known magic into a newer one. The server's own control file reveals
  // this.
  if (header.is_newer_release() && server.is_of_old_release) {
    refuse(
        fmt::format("page magic 0x{:04X} belongs to a release newer than PostgreSQL {}, but the "
                    "server's release is not newer",
                    header.magic, newest_known_release()));
  }
  if (const auto problem = check_segment_header(header, expected)) {
    refuse(*problem, hint_for(header, server));
  }
  return {
      .owner = {.system_identifier = header.system_identifier, .segment_size = header.segment_size},
      .newer = header.is_newer_release() ? std::optional(header) : std::nullopt};
}

void check_history(const Candidate& candidate) {
  const TimelineHistoryResult result =
      parse_timeline_history(candidate.name.timeline(), as_text(candidate.beginning));
  if (!result.history) refuse(fmt::format("it is not a timeline history file: {}", result.problem));
}

void check_backup(const Candidate& candidate) {
  constexpr std::string_view kFirstWords = "START WAL LOCATION: ";
  const std::string_view text = as_text(candidate.beginning);
  if (!text.starts_with(kFirstWords) || text.find('\0') != std::string_view::npos) {
    refuse(fmt::format("it is not a backup history file, a text that begins with \"{}\"",
                       kFirstWords));
  }
}

}  // namespace

WalFileName parse_archive_name(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  if (std::optional<WalFileName> parsed = WalFileName::parse(name)) return *std::move(parsed);
  refuse("its name is not that of a WAL file",
         "Only files that PostgreSQL passes to archive_command can be archived: use \"%p\" there.");
}

std::size_t bytes_to_check(const WalFileName& name, std::uint64_t size) {
  if (has_segment_header(name)) {
    if (SegmentSize::from_bytes(size)) return kSegmentHeaderSize;
    refuse(fmt::format("it has {} bytes, but a segment's size is a power of two from 1MB to 1GB",
                       size));
  }
  const std::size_t limit =
      name.kind() == FileKind::kHistory ? kLargestHistoryFile : kLargestBackupFile;
  if (size == 0) refuse("it is empty");
  if (size > limit) {
    refuse(fmt::format("it has {} bytes, but a {} has at most {}", size, to_string(name.kind()),
                       limit));
  }
  return static_cast<std::size_t>(size);
}

void check_second_page(const SegmentHeader& newer, ByteView second_page) {
  if (second_page.size() < sizeof newer.magic) refuse("it ends within its first page");
  const auto magic = load_little_endian<std::uint16_t>(second_page, 0);
  if (magic == newer.magic || magic == 0) return;  // 0: nothing was written there
  refuse(fmt::format("page magic is 0x{:04X} on its first page and 0x{:04X} on its second",
                     newer.magic, magic));
}

Checked precheck(const Candidate& candidate, const ServerIdentity& server) {
  if (has_segment_header(candidate.name)) return check_segment(candidate, server);
  if (candidate.name.kind() == FileKind::kHistory) {
    check_history(candidate);
  } else {
    check_backup(candidate);
  }
  if (!server.system_identifier) {
    throw Error(ErrorKind::kUsage,
                fmt::format("a {} does not contain a system identifier, and there is no data "
                            "directory that contains one",
                            to_string(candidate.name.kind())),
                kNoServerHint);
  }
  if (server.segment_size && !candidate.name.fits(*server.segment_size)) {
    refuse(fmt::format("with a segment size of {}, no segment has this name",
                       to_string(*server.segment_size)));
  }
  return {.owner = server, .newer = {}};
}

}  // namespace walstow
