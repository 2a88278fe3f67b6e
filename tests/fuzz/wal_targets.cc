// PostgreSQL's output: names of files, segments, history files, the control file.
#include <array>
#include <fmt/format.h>
#include <vector>

#include "proto/base/log.h"
#include "proto/wal/backup_history.h"
#include "proto/wal/control_file.h"
#include "proto/wal/file_range.h"
#include "proto/wal/log_position.h"
#include "proto/wal/segment_end.h"
#include "proto/wal/segment_header.h"
#include "proto/wal/timeline_history.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/wal_writer.h"

namespace walstow {
namespace {

const SegmentSize kOneMegabyte = *SegmentSize::from_bytes(std::uint64_t{1} << 20);

// --- names and positions ---

void wal_name(ByteView input) {
  const std::string_view text = as_text(input);
  if (const auto lsn = parse_lsn(text)) {
    require(parse_lsn(to_string(*lsn)) == lsn, "an LSN is read as it is printed");
  }
  if (const auto position = LogPosition::parse(text)) {
    require(LogPosition::parse(position->text()) == position, "a position is read as printed");
    position->segment(kOneMegabyte);
  }
  const auto name = WalFileName::parse(text);
  if (!name) return;
  require(name->text() == text, "a name has one spelling");
  require(text.size() <= kLongestFileName, "a name has its longest size");
  require(name->timeline().value > 0, "no name is of timeline 0");
  require(FileRange{.timeline = name->timeline(), .from = *name, .to = *name}.holds(text),
          "a range holds its own ends");
  if (name->kind() == FileKind::kHistory) {
    require(WalFileName::history(name->timeline()) == *name, "a history's name is its timeline's");
    return;
  }
  for (std::uint64_t bytes = std::uint64_t{1} << 20; bytes <= std::uint64_t{1} << 30; bytes *= 2) {
    const SegmentSize size = *SegmentSize::from_bytes(bytes);
    if (!name->fits(size)) continue;
    const SegmentNumber number = name->number(size);
    require(WalFileName::segment(name->timeline(), number, size).text() == name->segment_text(),
            "a segment's number gives its name");
    require(segment_of(start_of(number, size), size) == number, "a segment begins in itself");
  }
}

// --- one segment ---

void segment_header(ByteView input) {
  const SegmentHeaderResult result = parse_segment_header(input);
  require(result.header.has_value() == result.problem.empty(), "a header, or a problem");
  if (!result.header) return;
  const SegmentHeader& header = *result.header;
  const auto name = WalFileName::segment(
      header.timeline, segment_of(header.page_address, header.segment_size), header.segment_size);
  require(!check_segment_header(header, {.name = name,
                                         .file_size = header.segment_size.bytes(),
                                         .system_identifier = header.system_identifier}),
          "a header agrees with the name that it asks for");
}

struct Found {
  SegmentEnd end;
  SegmentEdges edges;
  SegmentTimes times;
  bool operator==(const Found&) const = default;
};

void require_sound(const SegmentTimes& times) {
  require(times.earliest.has_value() == times.latest.has_value(), "both times, or none");
  require(!times.earliest || *times.earliest <= *times.latest, "the earliest is not later");
  require(times.commits == 0 || times.earliest, "a commit has a time");
  require(times.first_record.has_value() == times.last_record.has_value(), "both records, or none");
  require(!times.first_record || *times.first_record <= *times.last_record, "the first is first");
  require(times.restore_points.size() <= kMostRestorePoints, "restore points have a limit");
  require(!times.last_complete || *times.last_complete <= *times.last_record, "it ended before");
  require(!times.open_time || times.last_complete != times.last_record, "a record is open");
  require(!times.open_head || times.last_complete != times.last_record, "a record is open");
  require(!times.open_head || !times.open_time, "its time is known, or its bytes");
  require(!times.rest_end || times.rest_head, "a rest that ends has begun");
  require(!times.unfinished_at || times.last_complete == times.last_record, "no record is open");
  for (const RestorePoint& point : times.restore_points) {
    require(times.first_record && point.end > *times.first_record, "a point ends after its record");
    require(escaped(point.name) == point.name, "a name is printable");
    require(parse_iso8601_micro(to_iso8601(point.time)) == point.time, "a time has a text");
  }
}

void require_sound(const Found& found, std::uint64_t size) {
  require_sound(found.times);
  require(found.end.offset <= size, "the end is within the segment");
  require(!found.end.broken || *found.end.broken <= size, "the break is within the segment");
  require(found.edges.rest.size <= found.edges.announced, "no more came than was announced");
  const auto& open = found.edges.open;
  require(!open || open->remaining > 0, "an open record has bytes to come");
  using Finish = SegmentEdges::Finish;
  if (found.edges.finish == Finish::kEnds || found.edges.finish == Finish::kStops) {
    require(found.edges.stops.value - found.edges.begin.value <= size,
            "a reader ends within the segment");
  }
  const bool complete = found.end.kind == SegmentEnd::Kind::kSwitched ||
                        found.end.kind == SegmentEnd::Kind::kUnfinished;
  const SegmentPair same{.existing = found.end, .incoming = found.end, .first_difference = size};
  require(!complete || relation_of(same) == SegmentRelation::kSame, "a segment is its own equal");
}

// The result does not depend on the pieces.
Found find_ends(ByteView segment, std::size_t longest_piece) {
  SegmentEndFinder whole;
  whole.add(segment);
  const Found found{whole.end(), whole.edges(), whole.times()};
  SegmentEndFinder pieces;
  feed_in_pieces(segment, longest_piece, [&pieces](ByteView piece) { pieces.add(piece); });
  require(found == Found{pieces.end(), pieces.edges(), pieces.times()},
          "pieces of any size give the same");
  require_sound(found, segment.size());
  return found;
}

// Any bytes; or padded with zeros to the segment's size, if that is a small one.
void segment_end(ByteView input) {
  FuzzInput choices(input);
  const std::size_t longest_piece = std::size_t{40} * choices.byte();
  const bool with_zeros = choices.byte() % 2 == 1;
  std::vector<std::byte> segment(choices.rest().begin(), choices.rest().end());
  const auto header = parse_segment_header(segment).header;
  if (with_zeros && header && header->segment_size == kOneMegabyte &&
      segment.size() < kOneMegabyte.bytes()) {
    segment.resize(kOneMegabyte.bytes());
  }
  const Found found = find_ends(segment, longest_piece);
  RecordsAcrossSegments records;
  for (int i = 0; i < 3; ++i)
    records.add(found.edges);
}

// --- segments as a server writes them, then damaged ---

void write_records(samples::WalWriter& writer, std::uint32_t& timeline, FuzzInput& choices) {
  using samples::WalWriter;
  for (int steps = choices.byte() % 32; steps > 0 && writer.end() < WalWriter::kSize; --steps) {
    switch (choices.byte() % 8) {
      case 0:
        writer.fill();
        break;
      case 1:
        writer.switch_wal();
        return;
      case 2:
        writer.switch_record();
        return;
      case 3:
        writer.change_timeline(++timeline);
        break;
      case 4:
        if (writer.end() + 4 * WalWriter::kPage < WalWriter::kSize) {
          writer.give_up_record(WalWriter::kPage + 100);
        }
        break;
      case 5:
        writer.record(24 + choices.number(3) % (3 * WalWriter::kSize));
        break;
      default:
        writer.records(1 + choices.byte(), 24 + choices.number(2) % 9000);
    }
  }
}

void written_segments(ByteView input) {
  FuzzInput choices(input);
  const std::size_t longest_piece = 1000 + std::size_t{40} * choices.byte();
  std::uint32_t timeline = 1;
  samples::WalWriter first("000000010000000000000007");
  write_records(first, timeline, choices);
  samples::WalWriter second("000000010000000000000008");
  second.change_timeline(timeline).go_on(first);
  write_records(second, timeline, choices);

  std::array segments{first.content(), second.content()};
  const bool damaged = !choices.is_empty();
  while (!choices.is_empty()) {
    const std::uint32_t place = choices.number(3);
    segments.at(place % 2)[place / 2 % samples::WalWriter::kSize] =
        static_cast<char>(choices.byte());
  }

  RecordsAcrossSegments records;
  for (const std::string& segment : segments) {
    const Found found = find_ends(as_bytes(segment), longest_piece);
    const auto broken = records.add(found.edges);
    require(damaged || !found.end.broken, "what a server writes is not broken");
    require(damaged || !broken, "nor are two segments, one behind the other");
  }
}

// --- records with times ---

// The times of a segment are those of the transactions that were written into it.
void segment_times(ByteView input) {
  FuzzInput choices(input);
  const std::size_t longest_piece = 1000 + std::size_t{40} * choices.byte();
  samples::WalWriter writer("000000010000000000000007");
  std::optional<std::int64_t> earliest, latest;
  while (!choices.is_empty() && writer.end() + 20000 < samples::WalWriter::kSize) {
    const std::uint8_t kind = choices.byte();
    const auto time = static_cast<std::int64_t>(choices.number(4));
    switch (kind % 6) {
      case 0:
        writer.commit(time);
        earliest = std::min(earliest.value_or(time), time);
        latest = std::max(latest.value_or(time), time);
        break;
      case 1:
        writer.restore_point(as_text(choices.bytes(choices.byte() % 64)), time);
        break;
      case 2:
        writer.checkpoint(choices.number(4));
        break;
      case 3:
        writer.record(24 + choices.number(2) % 9000);
        break;
      case 4:
        // Restore points and checkpoints of any content; of other records, none counts. A switch
        // would end the segment.
        if (const std::uint8_t info = choices.byte(); info / 16 != 4) {
          writer.data_record(0, info, as_text(choices.bytes(choices.byte())));
        }
        break;
      default:
        writer.data_record(static_cast<std::uint8_t>(2 + kind), choices.byte(),
                           as_text(choices.bytes(choices.byte())));
    }
    if (writer.end() == samples::WalWriter::kSize) return;
  }
  const Found found = find_ends(as_bytes(writer.content()), longest_piece);
  const auto count_of = [](TimeMicro time) {
    return (time - std::chrono::sys_days(std::chrono::year(2000) / 1 / 1)).count();
  };
  require(found.times.earliest.has_value() == earliest.has_value(), "each transaction counts");
  require(!earliest || count_of(*found.times.earliest) == *earliest, "the earliest is found");
  require(!latest || count_of(*found.times.latest) == *latest, "the latest is found");
}

// --- small files ---

void timeline_history(ByteView input) {
  FuzzInput choices(input);
  const Timeline own{choices.number(4)};
  const auto [history, problem] = parse_timeline_history(own, as_text(choices.rest()));
  require(history.has_value() == problem.empty(), "a history, or a problem");
  if (!history) return;
  std::string again;
  Timeline before{0};
  for (const TimelineSwitch& ancestor : history->ancestry) {
    require(before < ancestor.parent && ancestor.parent < own, "ancestors ascend");
    before = ancestor.parent;
    again += fmt::format("{}\t{}\t{}\n", ancestor.parent.value, to_string(ancestor.left_at),
                         ancestor.reason);
  }
  // The line gets longer if PostgreSQL would have written it in another way.
  if (again.size() > kLargestHistoryFile) return;
  const auto second = parse_timeline_history(own, again).history;
  require(second && second->ancestry.size() == history->ancestry.size(),
          "a history is read as it is written");
}

void backup_history(ByteView input) {
  const auto backup = parse_backup_history(as_text(input));
  if (!backup) return;
  require(backup->start <= backup->stop, "a backup ends behind its start");
  require(backup->label.size() <= 1024, "a label has its longest size");
  const auto segment = WalFileName::segment(backup->start_timeline,
                                            segment_of(backup->start, kOneMegabyte), kOneMegabyte);
  const auto name = WalFileName::parse(
      fmt::format("{}.{:08X}.backup", segment.text(), backup->start.value % kOneMegabyte.bytes()));
  require(name && compare_with_name(*backup, *name, kOneMegabyte).empty(),
          "a backup agrees with its own name");
}

void control_file(ByteView input) {
  const auto control = parse_control_file(input);
  require(!control || control->system_identifier != 0, "a system identifier is not 0");
  require(!control || !control->timeline || control->timeline->value > 0,
          "a server is on a timeline");
}

constexpr std::array kTargets = {
    FuzzTarget{"wal_name", wal_name},
    FuzzTarget{"segment_header", segment_header},
    FuzzTarget{"segment_end", segment_end},
    FuzzTarget{"written_segments", written_segments},
    FuzzTarget{"segment_times", segment_times},
    FuzzTarget{"timeline_history", timeline_history},
    FuzzTarget{"backup_history", backup_history},
    FuzzTarget{"control_file", control_file},
};

}  // namespace

std::span<const FuzzTarget> wal_targets() {
  return kTargets;
}

}  // namespace walstow
