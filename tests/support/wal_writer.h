// Writes segments of WAL as PostgreSQL 15 does: pages, records that name the previous one, a
// switch, a recycled file. The contents of most records are noise.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/little_endian.h"
#include "proto/wal/crc32c.h"
#include "proto/wal/file_name.h"
#include "tests/support/wal_samples.h"

namespace walstow::samples {

// One segment of 1 MB with pages of 8 kB.
class WalWriter {
 public:
  static constexpr std::size_t kSize = std::size_t{1} << 20;
  static constexpr std::size_t kPage = 8192;

  // Writes into zeros, or into `recycled`: another segment, which it overwrites from the beginning.
  explicit WalWriter(std::string_view name, std::string recycled = {})
      : content_(std::move(recycled)), timeline_(file(name).timeline().value) {
    const SegmentSize size = *SegmentSize::from_bytes(kSize);
    content_.resize(kSize);
    base_ = start_of(file(name).number(size), size).value;
    previous_ = base_ - kLastRecord;
  }

  // A record of `size` bytes with its header, at least 24; `fill` makes its content unique. The
  // next segment continues a record that does not fit: go_on(). A full segment takes no more.
  WalWriter& record(std::size_t size, char fill = 'r') { return write(size, fill, 0x0A, 0x20); }
  WalWriter& records(std::size_t count, std::size_t size, char fill = 'r') {
    for (std::size_t i = 0; i < count; ++i)
      record(size, fill);
    return *this;
  }
  // Writes up to the segment's last byte; the next segment's first record names the last one here.
  WalWriter& fill(char fill = 'r') {
    constexpr std::size_t kRecord = 200;
    if (at_ == kSize) return *this;
    while (kSize - at_ > kRecord + kLastRecord + 24)
      record(kRecord, fill);
    return record(kSize - at_ - kLastRecord, fill).record(kLastRecord, fill);
  }
  // In an empty segment: continues where `before`, the previous segment, ends.
  WalWriter& go_on(const WalWriter& before) {
    previous_ = before.previous_;
    put(before.rest_);
    return *this;
  }
  // A record of a resource manager, with main data and no block. `before_data`: an origin or a
  // top-level transaction (XLR_BLOCK_ID_ORIGIN, XLR_BLOCK_ID_TOPLEVEL_XID).
  WalWriter& data_record(std::uint8_t manager, std::uint8_t info, std::string_view data,
                         std::string_view before_data = {}) {
    std::string record(24, '\0');
    record += before_data;
    if (data.size() < 256) {
      record += '\xFF';
      record += static_cast<char>(data.size());
    } else {
      record += '\xFE' + little_endian(static_cast<std::uint32_t>(data.size()));
    }
    record += data;
    return write(std::move(record), manager, info);
  }
  // The record of a transaction that ended: `info` is its kind, and perhaps XLOG_XACT_HAS_INFO
  // (0x80). `time` counts microseconds from 2000-01-01.
  WalWriter& transaction(std::uint8_t info, std::int64_t time, std::string_view before_data = {}) {
    return data_record(0x01, info, little_endian(static_cast<std::uint64_t>(time)) + "rest",
                       before_data);
  }
  WalWriter& commit(std::int64_t time) { return transaction(0x00, time); }
  // As pg_create_restore_point().
  WalWriter& restore_point(std::string_view name, std::int64_t time) {
    std::string data = little_endian(static_cast<std::uint64_t>(time)) + std::string(name);
    data.resize(8 + 64);
    return data_record(0x00, 0x70, data);
  }
  WalWriter& checkpoint(std::uint64_t redo, std::uint8_t info = 0x10) {
    return data_record(0x00, info, little_endian(redo) + std::string(80, 'c'));
  }
  // As pg_switch_wal(): zeros follow to the end of the segment, page headers included.
  WalWriter& switch_wal() {
    switch_record();
    std::fill(content_.begin() + static_cast<std::ptrdiff_t>(at_), content_.end(), '\0');
    return *this;
  }
  // The record alone: a crash may leave it.
  WalWriter& switch_record() { return write(24, 'x', 0x00, 0x40); }
  // The server was promoted here: later pages belong to the new timeline.
  WalWriter& change_timeline(std::uint32_t timeline) {
    timeline_ = timeline;
    return *this;
  }
  // After a crash in a record that continues beyond its page: the next page begins anew.
  WalWriter& give_up_record(std::size_t size) {
    const std::uint64_t before = previous_;
    const std::size_t page_end = (at_ / kPage + 1) * kPage;
    record(size);
    std::fill(content_.begin() + static_cast<std::ptrdiff_t>(page_end), content_.end(), '\0');
    at_ = page_end;
    previous_ = before;
    gives_up_ = true;
    return *this;
  }
  // In an empty segment: after a crash in a record that would continue here.
  WalWriter& begin_anew() {
    gives_up_ = true;
    return *this;
  }
  // Clears the rest of the page with zeros. A primary has them in memory, but a standby's file
  // lacks them.
  WalWriter& clear_page() {
    std::fill(content_.begin() + static_cast<std::ptrdiff_t>(at_),
              content_.begin() + static_cast<std::ptrdiff_t>((at_ + kPage - 1) / kPage * kPage),
              '\0');
    return *this;
  }

  std::size_t end() const { return at_; }  // of the last record, where the next one would begin
  const std::string& content() const { return content_; }

 private:
  static WalFileName file(std::string_view name) { return *WalFileName::parse(name); }

  MutableByteView bytes() { return std::as_writable_bytes(std::span(content_)); }

  void begin_page(std::size_t remaining) {
    const bool first = at_ == 0;
    const auto info =
        static_cast<std::uint16_t>((first ? 2 : 0) | (remaining > 0 ? 1 : 0) | (gives_up_ ? 8 : 0));
    gives_up_ = false;
    const auto header = page_header({.info = info,
                                     .timeline = timeline_,
                                     .page_address = base_ + at_,
                                     .system_identifier = kSystem1Mb,
                                     .segment_size = kSize});
    const std::size_t size = first ? 40 : 24;
    std::ranges::copy(as_text(ByteView(header).first(size)),
                      content_.begin() + static_cast<std::ptrdiff_t>(at_));
    store_little_endian(static_cast<std::uint32_t>(remaining), bytes(), at_ + 16);
    at_ += size;
  }

  template <class Number>
  static std::string little_endian(Number number) {
    std::string bytes(sizeof(number), '\0');
    store_little_endian(number, std::as_writable_bytes(std::span(bytes)), 0);
    return bytes;
  }

  WalWriter& write(std::size_t size, char fill, std::uint8_t manager, std::uint8_t info) {
    return write(std::string(size, fill), manager, info);
  }
  // The header's bytes in `record` are replaced.
  WalWriter& write(std::string record, std::uint8_t manager, std::uint8_t info) {
    if (at_ == kSize) return *this;
    const MutableByteView header = std::as_writable_bytes(std::span(record));
    std::fill_n(header.begin(), 24, std::byte{0});
    store_little_endian(static_cast<std::uint32_t>(record.size()), header, 0);
    store_little_endian(previous_, header, 8);
    header[16] = std::byte{info};
    header[17] = std::byte{manager};
    Crc32c crc;
    crc.add(ByteView(header).subspan(24));
    crc.add(ByteView(header).first(20));
    store_little_endian(crc.value(), header, 20);
    if (at_ % kPage == 0) begin_page(0);
    previous_ = base_ + at_;
    put(record);
    return *this;
  }
  // Writes a record, or the rest of one.
  void put(std::string_view bytes) {
    while (!bytes.empty() && at_ < kSize) {
      if (at_ % kPage == 0) begin_page(bytes.size());
      const std::size_t piece = std::min(bytes.size(), kPage - at_ % kPage);
      std::copy_n(bytes.begin(), piece, content_.begin() + static_cast<std::ptrdiff_t>(at_));
      bytes.remove_prefix(piece);
      at_ += piece;
    }
    at_ = (at_ + 7) / 8 * 8;
    rest_ = bytes;
  }

  static constexpr std::size_t kLastRecord = 56;  // the size of the last record that fill() writes

  std::string content_;
  std::string rest_;  // of the last record, for the next segment
  std::uint32_t timeline_;
  std::uint64_t base_ = 0;
  std::uint64_t previous_ = 0;
  std::size_t at_ = 0;
  bool gives_up_ = false;
};

}  // namespace walstow::samples
