#include "proto/wal/record_across_segments.h"

#include <algorithm>

#include "proto/base/little_endian.h"
#include "proto/wal/crc32c.h"

namespace walstow {
namespace {

std::size_t size_of_first(const RecordPiece& piece) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(piece.size, kRecordHeaderSize));
}

std::uint32_t crc_of(ByteView bytes) {
  Crc32c crc;
  crc.add(bytes);
  return crc.value();
}

// Returns `one` followed by `other`.
RecordPiece joined(const RecordPiece& one, const RecordPiece& other) {
  RecordPiece both = one;
  const std::size_t have = size_of_first(one);
  const std::size_t come = size_of_first(other);
  const std::size_t more = std::min(kRecordHeaderSize - have, come);
  std::copy_n(other.first.begin(), more, both.first.begin() + static_cast<std::ptrdiff_t>(have));
  const ByteView data = ByteView(other.first).first(come).subspan(more);
  both.crc = crc32c_of_both(both.crc, crc_of(data), data.size());
  both.crc = crc32c_of_both(both.crc, other.crc, other.size - come);
  both.size += other.size;
  return both;
}

}  // namespace

bool checksum_agrees(const RecordPiece& record) {
  const ByteView header(record.first);
  Crc32c crc(record.crc);
  crc.add(header.first(kRecordChecksumOffset));
  return crc.value() == load_little_endian<std::uint32_t>(header, kRecordChecksumOffset);
}

std::optional<Lsn> RecordsAcrossSegments::add(const SegmentEdges& edges) {
  const std::optional<Lsn> broken = join(edges);
  if (edges.last) last_ = edges.last;
  using Finish = SegmentEdges::Finish;
  if (edges.finish == Finish::kUnknown || edges.finish == Finish::kEnds) {
    state_ = State::kUnknown;
  } else if (edges.finish == Finish::kWhole) {
    state_ = State::kWhole;
  } else if (edges.finish == Finish::kStops) {
    state_ = State::kStopped;
    stopped_at_ = edges.stops;
  } else if (edges.open) {
    state_ = State::kOpen;
    open_ = *edges.open;
  } else if (broken) {  // of the record that passes through
    state_ = State::kUnknown;
  }
  if (state_ == State::kUnknown) last_.reset();
  return broken;
}

std::optional<Lsn> RecordsAcrossSegments::join(const SegmentEdges& edges) {
  using Start = SegmentEdges::Start;
  if (edges.start == Start::kUnknown) state_ = State::kUnknown;
  // The next record does not name the abandoned one, and the record before that was not remembered.
  if (edges.start == Start::kGivesUp) last_.reset();
  if (state_ == State::kStopped)
    return edges.start == Start::kGivesUp ? std::nullopt : std::optional(stopped_at_);
  if (state_ == State::kOpen && edges.start != Start::kGivesUp) {
    if (edges.start != Start::kContinues || edges.announced != open_.remaining) return open_.start;
    open_.piece = joined(open_.piece, edges.rest);
    open_.remaining -= edges.rest.size;
    if (open_.remaining == 0 && !checksum_agrees(open_.piece)) return open_.start;
  }
  if (state_ == State::kWhole && edges.start == Start::kContinues) return edges.begin;
  const bool other = last_ && edges.first_names && *edges.first_names != *last_;
  if (state_ != State::kUnknown && other) return edges.begin;
  return std::nullopt;
}

}  // namespace walstow
