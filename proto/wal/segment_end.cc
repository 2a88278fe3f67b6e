#include "proto/wal/segment_end.h"

#include <algorithm>

#include "proto/base/little_endian.h"

namespace walstow {
namespace {

// XLogPageHeaderData: magic, info, timeline, address as in segment_header.cc, then xlp_rem_len.
constexpr std::size_t kPageInfoOffset = 2;
constexpr std::size_t kPageTimelineOffset = 4;
constexpr std::size_t kAddressOffset = 8;
constexpr std::size_t kRemainingOffset = 16;
constexpr std::size_t kPageHeaderSize = 24;         // MAXALIGN(sizeof(XLogPageHeaderData))
constexpr std::uint16_t kContinuesRecord = 0x0001;  // XLP_FIRST_IS_CONTRECORD
// XLP_FIRST_IS_OVERWRITE_CONTRECORD: after a crash the server started anew here, and abandoned the
// record that would have continued.
constexpr std::uint16_t kGivesUpRecord = 0x0008;

// XLogRecord, since 9.5: xl_tot_len, xl_xid, xl_prev, xl_info, xl_rmid, padding, xl_crc.
constexpr std::uint16_t kFirstMagicWithThisRecord = 0xD087;
constexpr std::size_t kPreviousOffset = 8;
constexpr std::size_t kNeededToKnow = kPreviousOffset + sizeof(std::uint64_t);
constexpr std::size_t kRecordInfoOffset = 16;
constexpr std::size_t kManagerOffset = 17;
constexpr std::byte kSwitchInfo{0x40};      // XLOG_SWITCH
constexpr std::byte kRmgrInfoMask{0xF0};    // XLR_RMGR_INFO_MASK
constexpr std::byte kTransactionLog{0x00};  // RM_XLOG_ID
constexpr std::size_t kAlignment = 8;       // MAXALIGN of every supported server

std::size_t aligned(std::size_t position) {
  return (position + kAlignment - 1) / kAlignment * kAlignment;
}

bool all_zeros(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

}  // namespace

SegmentEndFinder::SegmentEndFinder() {
  page_.reserve(kSegmentHeaderSize);
}

void SegmentEndFinder::add(ByteView raw) {
  while (!raw.empty()) {
    // A complete page is read in place.
    if (page_size_ != 0 && page_.empty() && raw.size() >= page_size_) {
      add_page(raw.first(page_size_));
      raw = raw.subspan(page_size_);
      continue;
    }
    const std::size_t wanted = page_size_ == 0 ? kSegmentHeaderSize : page_size_;
    const std::size_t size = std::min(raw.size(), wanted - page_.size());
    page_.insert(page_.end(), raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(size));
    raw = raw.subspan(size);
    if (page_.size() < wanted) return;
    if (page_size_ == 0) {
      if (!begin(page_)) {
        state_ = State::kUnclear;
        page_size_ = wanted;
      }
      if (page_.size() < page_size_) continue;
    }
    add_page(page_);
    page_.clear();
  }
}

// The first page's header contains the size of pages.
bool SegmentEndFinder::begin(ByteView first_bytes) {
  header_ = parse_segment_header(first_bytes).header;
  if (!has_known_records()) return false;
  page_size_ = load_little_endian<std::uint32_t>(first_bytes, 36);  // xlp_xlog_blcksz, checked
  timeline_ = header_->timeline.value;
  page_.reserve(page_size_);
  return true;
}

bool SegmentEndFinder::has_known_records() const {
  return header_ && header_->magic >= kFirstMagicWithThisRecord && !header_->is_newer_release();
}

void SegmentEndFinder::add_page(ByteView page) {
  switch (state_) {
    case State::kWriting:
      if (is_in_place(page)) {
        walk(page);
      } else {
        // Where a record was to continue, the page before is written to its end, and end_ is there.
        // The exception: so few of the record's bytes are there that they may be stale, too.
        if (record_ && record_->start && record_->header_size < kNeededToKnow) {
          end_ = *record_->start;
          tail_ = SegmentEnd::Tail::kStale;
        }
        add_to_tail(page);
      }
      break;
    case State::kStopped:
    case State::kTail:
      add_to_tail(page);
      break;
    case State::kUnclear:
      if (suspect_ && is_in_place(page)) break_off(*suspect_);
      break;
    case State::kSwitched:
      break;
  }
  offset_ += page.size();
}

bool SegmentEndFinder::is_in_place(ByteView page) const {
  return load_little_endian<std::uint16_t>(page, 0) == header_->magic &&
         load_little_endian<std::uint64_t>(page, kAddressOffset) ==
             header_->page_address.value + offset_ &&
         // A segment of an ended timeline may have been recycled for the same position of the next
         // one.
         load_little_endian<std::uint32_t>(page, kPageTimelineOffset) >= timeline_;
}

void SegmentEndFinder::walk(ByteView page) {
  timeline_ = load_little_endian<std::uint32_t>(page, kPageTimelineOffset);
  std::size_t position = offset_ == 0 ? kSegmentHeaderSize : kPageHeaderSize;
  if (failed_) goes_on_ = true;  // the record failed on an earlier page
  if (!continues_as_announced(page, position)) {
    break_off(reader_ends());
    return;
  }
  while (state_ == State::kWriting) {
    if (record_) {
      pass(page, position);
      if (record_) return;
      continue;
    }
    end_ = offset_ + position;
    if (position == page.size()) return;
    if (!start_record(page, position)) {
      stop(offset_ + position, page.subspan(position));
      return;
    }
  }
}

// Returns whether the page agrees with what the one before announced.
bool SegmentEndFinder::continues_as_announced(ByteView page, std::size_t& position) {
  const auto info = load_little_endian<std::uint16_t>(page, kPageInfoOffset);
  const auto remaining = load_little_endian<std::uint32_t>(page, kRemainingOffset);
  const bool continues = (info & kContinuesRecord) != 0;
  const bool gives_up = (info & kGivesUpRecord) != 0;
  if (offset_ == 0) {
    using Start = SegmentEdges::Start;
    start_ = continues ? Start::kContinues : gives_up ? Start::kGivesUp : Start::kBegins;
    announced_ = remaining;
  }
  // No server sets both: a reader drops the record, and then finds none that begins here.
  if (offset_ == 0 && continues && gives_up) return false;
  if (offset_ == 0 && continues) {
    record_ = Record{.start = std::nullopt, .remaining = remaining};
  } else if (record_ && gives_up) {
    record_.reset();
    return !continues;
  } else if (!record_) {
    return !continues;
  }
  if (!continues || remaining != record_->remaining) return false;
  pass(page, position);
  return state_ == State::kWriting || state_ == State::kSwitched;
}

// Reads on in the current record, at most to the end of the page.
void SegmentEndFinder::pass(ByteView page, std::size_t& position) {
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(record_->remaining, page.size() - position));
  if (!record_->start && record_->passed == 0) times_.begin_rest(page.subspan(position, size));
  const std::size_t more = std::min(size, kRecordHeaderSize - record_->header_size);
  std::copy_n(page.begin() + static_cast<std::ptrdiff_t>(position), more,
              record_->header.begin() + static_cast<std::ptrdiff_t>(record_->header_size));
  record_->header_size += more;
  record_->passed += size;
  const ByteView after_header = page.subspan(position + more, size - more);
  record_->crc.add(after_header);
  if (record_->header_size == kRecordHeaderSize && SegmentTimesCollector::wants(record_->header))
    times_.add(after_header);
  const auto named = more > 0 ? named_by_record() : std::nullopt;
  if (named && !previous_) first_names_ = named;
  if (named && !is_record_before(*named)) {
    const std::uint64_t start = *record_->start;
    if (start < offset_) {
      break_off(start);  // the page after the record's start is in place
    } else {
      stop(start, page.subspan(static_cast<std::size_t>(start - offset_)));
    }
    record_.reset();
    return;
  }
  position += size;
  record_->remaining -= size;
  if (record_->remaining == 0) {
    finish_record(position);
    position = aligned(position);
  } else {
    end_ = offset_ + page.size();
  }
}

// False: no record begins here.
bool SegmentEndFinder::start_record(ByteView page, std::size_t position) {
  // Aligned, so the page's end never splits these four bytes.
  const auto length = load_little_endian<std::uint32_t>(page, position);
  if (length < kRecordHeaderSize) return false;
  record_ = Record{.start = offset_ + position, .remaining = length};
  times_.begin();
  return true;
}

// The address that the current record, if it began here, has for its predecessor; nullopt: not
// known yet.
std::optional<std::uint64_t> SegmentEndFinder::named_by_record() const {
  if (!record_->start || record_->header_size < kNeededToKnow) return std::nullopt;
  return load_little_endian<std::uint64_t>(record_->header, kPreviousOffset);
}

// The predecessor of the first record that begins here is unknown, except that it is earlier.
bool SegmentEndFinder::is_record_before(std::uint64_t address) const {
  const std::uint64_t base = header_->page_address.value;
  return previous_ ? address == base + *previous_ : address < base + *record_->start;
}

void SegmentEndFinder::finish_record(std::size_t position) {
  end_ = offset_ + aligned(position);
  const Record done = *record_;
  record_.reset();
  const std::uint64_t base = header_->page_address.value;
  if (!done.start) {
    rest_ = done.piece();
    times_.finish_rest(Lsn{base + end_});
    return;
  }
  check(done);
  previous_ = done.start;
  if (!failed_) times_.finish(done.header, Lsn{base + *done.start}, Lsn{base + end_});
  if (done.header[kManagerOffset] == kTransactionLog &&
      (done.header[kRecordInfoOffset] & kRmgrInfoMask) == kSwitchInfo) {
    state_ = State::kSwitched;
  }
}

void SegmentEndFinder::check(const Record& record) {
  if (checksum_agrees(record.piece())) {
    if (failed_) goes_on_ = true;
  } else if (!failed_) {
    failed_ = record.start;
  }
}

void SegmentEndFinder::break_off(std::uint64_t offset) {
  state_ = State::kUnclear;
  if (!broken_) broken_ = offset;
}

void SegmentEndFinder::stop(std::uint64_t offset, ByteView remains) {
  state_ = State::kStopped;
  end_ = offset;
  if (!all_zeros(remains)) tail_ = SegmentEnd::Tail::kStale;
}

// After the end there may only be zeros and pages of another position.
void SegmentEndFinder::add_to_tail(ByteView page) {
  state_ = State::kTail;
  if (all_zeros(page)) return;
  if (is_in_place(page)) {
    break_off(reader_ends());
    return;
  }
  if (load_little_endian<std::uint16_t>(page, 0) != header_->magic) {
    state_ = State::kUnclear;
    suspect_ = reader_ends();
    return;
  }
  tail_ = SegmentEnd::Tail::kStale;
}

// Returns the offset at which a reader looks for a record and finds none. That is where a record
// begins whose rest is missing. Otherwise it is where the next one would begin: after the last one,
// and if that filled its page, after the header of the next page.
std::uint64_t SegmentEndFinder::reader_ends() const {
  if (record_ && record_->start) return *record_->start;
  if (page_size_ == 0 || end_ % page_size_ != 0) return end_;
  return end_ + (end_ == 0 ? kSegmentHeaderSize : kPageHeaderSize);
}

SegmentEnd SegmentEndFinder::end() const {
  SegmentEnd end = extent();
  const bool ends_there = end.kind == SegmentEnd::Kind::kUnfinished && !goes_on_;
  if (failed_ && !ends_there) end.broken = failed_;
  if (broken_ && (!end.broken || *broken_ < *end.broken)) end.broken = broken_;
  return end;
}

SegmentEdges SegmentEndFinder::edges() const {
  using Finish = SegmentEdges::Finish;
  if (!header_) return {};
  const std::uint64_t base = header_->page_address.value;
  const SegmentEnd::Kind kind = extent().kind;
  const bool is_read_through = page_.empty() && offset_ == header_->segment_size.bytes();
  SegmentEdges edges{.begin = Lsn{base}, .start = start_, .announced = announced_};
  edges.stops = Lsn{base + reader_ends()};
  if (first_names_) edges.first_names = Lsn{*first_names_};
  if (previous_) edges.last = Lsn{base + *previous_};
  if (kind == SegmentEnd::Kind::kSwitched) {
    edges.finish = Finish::kWhole;
  } else if (kind == SegmentEnd::Kind::kFull) {
    edges.finish = record_ ? Finish::kOpen : Finish::kWhole;
  } else if (kind == SegmentEnd::Kind::kUnfinished && !end().broken) {
    edges.finish = Finish::kEnds;
  } else if (kind == SegmentEnd::Kind::kUnclear && state_ == State::kStopped && is_read_through) {
    edges.finish = Finish::kStops;
  }
  if (edges.finish == Finish::kOpen && record_->start) {
    edges.last = Lsn{base + *record_->start};
    edges.open = SegmentEdges::Open{
        .start = *edges.last, .remaining = record_->remaining, .piece = record_->piece()};
  }
  if (start_ != SegmentEdges::Start::kContinues) return edges;
  if (rest_) {
    edges.rest = *rest_;
  } else if (edges.passes_through()) {
    edges.rest = record_->piece();
  } else {
    edges.start = end().broken ? SegmentEdges::Start::kBreaksOff : SegmentEdges::Start::kUnknown;
  }
  return edges;
}

SegmentTimes SegmentEndFinder::times() const {
  SegmentTimesCollector all = times_;
  const SegmentEnd extent = this->extent();
  const bool is_open =
      record_ && record_->start && !failed_ && extent.kind == SegmentEnd::Kind::kFull;
  if (is_open) {
    all.finish_open(record_->header, record_->header_size,
                    Lsn{header_->page_address.value + *record_->start});
  }
  SegmentTimes times = all.times();
  times.known = has_known_records();
  if (extent.kind == SegmentEnd::Kind::kUnfinished)
    times.unfinished_at = Lsn{header_->page_address.value + extent.offset};
  return times;
}

SegmentEnd SegmentEndFinder::extent() const {
  const std::uint64_t size = offset_ + page_.size();
  const SegmentEnd unclear{
      .kind = SegmentEnd::Kind::kUnclear, .tail = SegmentEnd::Tail::kZeros, .offset = size};
  if (!page_.empty() || !header_ || size != header_->segment_size.bytes()) return unclear;
  switch (state_) {
    case State::kWriting:
      return {.kind = SegmentEnd::Kind::kFull, .tail = SegmentEnd::Tail::kZeros, .offset = size};
    case State::kSwitched:
      return {
          .kind = SegmentEnd::Kind::kSwitched, .tail = SegmentEnd::Tail::kZeros, .offset = end_};
    case State::kStopped:
      // The end is in the last page, where no page address confirms it; only zeros do.
      if (tail_ == SegmentEnd::Tail::kStale) return unclear;
      break;
    case State::kTail:
      break;
    case State::kUnclear:
      return unclear;
  }
  // If no record began here, it is unknown which record the segment's first bytes end: it may have
  // been a switch record.
  if (!previous_) return unclear;
  return {.kind = SegmentEnd::Kind::kUnfinished, .tail = tail_, .offset = end_};
}

SegmentRelation relation_of(const SegmentPair& pair) {
  using Kind = SegmentEnd::Kind;
  const SegmentEnd& existing = pair.existing;
  const SegmentEnd& incoming = pair.incoming;
  const bool equal_in_existing = pair.first_difference >= existing.offset;
  const bool equal_in_incoming = pair.first_difference >= incoming.offset;
  const bool both_end = existing.kind == incoming.kind &&
                        (existing.kind == Kind::kSwitched || existing.kind == Kind::kUnfinished);
  if (both_end && existing.offset == incoming.offset && equal_in_existing) {
    return SegmentRelation::kSame;
  }
  if (incoming.kind == Kind::kUnfinished && equal_in_incoming) {
    return SegmentRelation::kIncomingUnfinished;
  }
  const bool goes_further = existing.kind == Kind::kUnfinished && equal_in_existing &&
                            incoming.kind != Kind::kUnclear && incoming.offset > existing.offset;
  if (!goes_further) return SegmentRelation::kDifferent;
  return may_have_name(incoming) ? SegmentRelation::kExistingUnfinished
                                 : SegmentRelation::kIncomingUnfinished;
}

bool may_have_name(const SegmentEnd& end) {
  return end.kind != SegmentEnd::Kind::kUnfinished || end.tail != SegmentEnd::Tail::kStale;
}

}  // namespace walstow
