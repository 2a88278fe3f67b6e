#include "proto/codec/stretch_compressor.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

// The trial's part of a stretch. Shorter ones are not worth a trial.
constexpr std::size_t kSample = std::size_t{64} * 1024;
constexpr std::size_t kShortestSample = std::size_t{16} * 1024;

// A stretch is worth its level if that saves at least an eighth.
bool pays(std::size_t compressed, std::size_t raw) {
  return compressed <= raw / 8 * 7;
}

}  // namespace

std::size_t StretchCompressor::compress(ByteView stretch, MutableByteView frame) {
  if (doubtful_ && stretch.size() >= kShortestSample) {
    const ByteView sample = stretch.first(std::min(stretch.size(), kSample));
    const std::size_t size = compressor_.compress(sample, kDefaultCompressionLevel, frame);
    if (!pays(size, sample.size())) return compressor_.compress(stretch, kHastyLevel, frame);
  }
  const std::size_t size = compressor_.compress(stretch, level_, frame);
  doubtful_ = !pays(size, stretch.size());
  return size;
}

void FileCompressor::compress(ByteView stretch, const ByteSink& encoded) {
  const std::size_t most = largest_frame(stretch.size());
  if (frame_.size() < most) frame_ = Buffer(most);
  encoded(frame_.first(stretch_.compress(stretch, frame_)));
}

void FileCompressor::throw_other_size() const {
  throw Error(ErrorKind::kInvalid,
              fmt::format("content does not have the {} bytes that were announced", raw_size_));
}

void FileCompressor::write(ByteView raw, const ByteSink& encoded) {
  if (raw.size() > raw_size_ - taken_) throw_other_size();
  taken_ += raw.size();
  while (!raw.empty()) {
    if (gathered_size_ == 0 && raw.size() >= kStretchSize) {
      compress(raw.first(kStretchSize), encoded);
      raw = raw.subspan(kStretchSize);
      continue;
    }
    if (gathered_.empty()) gathered_ = Buffer(kStretchSize);
    const ByteView more = raw.first(std::min(raw.size(), kStretchSize - gathered_size_));
    std::memcpy(gathered_.data() + gathered_size_, more.data(), more.size());
    gathered_size_ += more.size();
    raw = raw.subspan(more.size());
    if (gathered_size_ < kStretchSize) return;
    compress(gathered_.first(kStretchSize), encoded);
    gathered_size_ = 0;
  }
}

void FileCompressor::finish(const ByteSink& encoded) {
  if (taken_ != raw_size_) throw_other_size();
  if (gathered_size_ == 0 && raw_size_ != 0) return;
  compress(gathered_.first(gathered_size_), encoded);
  gathered_size_ = 0;
}

}  // namespace walstow
