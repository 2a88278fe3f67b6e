#include "proto/codec/stretch_compressor.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

// Of a stretch's beginning; shorter ones are not worth a trial.
constexpr std::size_t kSample = std::size_t{64} * 1024;
constexpr std::size_t kShortestSample = std::size_t{16} * 1024;

// A stretch is worth its level when that takes away at least an eighth.
bool pays(ByteView sample) {
  return compressed_size(sample, kDefaultCompressionLevel) <= sample.size() / 8 * 7;
}

}  // namespace

StretchCompressor::StretchCompressor(int level) : level_(level), compressor_(level) {}

void StretchCompressor::begin(std::size_t raw_size) {
  decided_ = false;
  compressor_.set_raw_size(raw_size);
}

void StretchCompressor::write(ByteView raw, const ByteSink& encoded) {
  if (!decided_) {
    decided_ = true;
    const ByteView sample = raw.first(std::min(raw.size(), kSample));
    const bool hasty = sample.size() >= kShortestSample && !pays(sample);
    compressor_.set_level(hasty ? kHastyLevel : level_);
  }
  compressor_.write(raw, encoded);
}

void StretchCompressor::finish(const ByteSink& encoded) {
  compressor_.finish(encoded);
}

FileCompressor::FileCompressor(int level, std::uint64_t raw_size)
    : stretch_(level), raw_size_(raw_size) {
  begin_next();
}

void FileCompressor::begin_next() {
  stretch_left_ =
      static_cast<std::size_t>(std::min<std::uint64_t>(raw_size_ - begun_, kStretchSize));
  begun_ += stretch_left_;
  stretch_.begin(stretch_left_);
}

void FileCompressor::write(ByteView raw, const ByteSink& encoded) {
  while (!raw.empty()) {
    if (stretch_left_ == 0) {
      if (begun_ == raw_size_) {
        throw Error(ErrorKind::kInvalid,
                    fmt::format("content is not of the {} bytes that were announced", raw_size_));
      }
      stretch_.finish(encoded);
      begin_next();
    }
    const ByteView piece = raw.first(std::min(raw.size(), stretch_left_));
    stretch_.write(piece, encoded);
    stretch_left_ -= piece.size();
    raw = raw.subspan(piece.size());
  }
}

void FileCompressor::finish(const ByteSink& encoded) {
  if (begun_ != raw_size_ || stretch_left_ != 0) {
    throw Error(ErrorKind::kInvalid,
                fmt::format("content is not of the {} bytes that were announced", raw_size_));
  }
  stretch_.finish(encoded);
}

}  // namespace walstow
