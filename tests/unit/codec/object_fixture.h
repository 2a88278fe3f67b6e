// Small contents and objects for the tests of the codec.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/error.h"
#include "proto/codec/object.h"
#include "tests/support/digests.h"
#include "tests/support/encoded_object.h"

namespace walstow::fixture {

using Bytes = std::vector<std::byte>;

inline Bytes bytes_of(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

inline void append(Bytes& bytes, ByteView more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

// Something like WAL: a page of repeating records and a page of noise in turn.
inline Bytes wal_like(std::size_t size) {
  Bytes bytes(size);
  std::uint64_t noise = 0x9E3779B97F4A7C15U;
  for (std::size_t i = 0; i < size; ++i) {
    noise ^= noise << 13;
    noise ^= noise >> 7;
    noise ^= noise << 17;
    bytes[i] = static_cast<std::byte>(((i / 8192) % 2 == 0 ? i % 61 : noise) & 0xFFU);
  }
  return bytes;
}

// Calls `take` with the bytes in pieces of `piece`, or all at once for 0.
template <typename Take>
void in_pieces(ByteView bytes, std::size_t piece, const Take& take) {
  while (!bytes.empty()) {
    const std::size_t size = piece == 0 ? bytes.size() : std::min(piece, bytes.size());
    take(bytes.first(size));
    bytes = bytes.subspan(size);
  }
}

// One frame.
inline Bytes compress(ByteView raw, int level = kDefaultCompressionLevel) {
  Bytes frame(largest_frame(raw.size()));
  frame.resize(Compressor().compress(raw, level, frame));
  return frame;
}

inline ObjectHeader header_for(ByteView raw) {
  return {.name = "00000002.history",
          .raw_size = raw.size(),
          .digest = digest_of(raw),
          .system_identifier = 7711084896406890663U,
          .segment_size = 1U << 20,
          .client = "primary1",
          .time = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) +
                  std::chrono::hours(19) + std::chrono::minutes(40)};
}

struct EncodeOptions {
  ObjectEncoder::Input input = ObjectEncoder::Input::kRaw;
  int level = kDefaultCompressionLevel;
  std::size_t piece = 0;
};

// `content` is raw or zstd frames, as the options say.
inline Bytes encode(const ObjectHeader& header, ByteView content, const EncodeOptions& options) {
  Bytes object;
  encode_object(
      header, options.input, options.level, [&object](ByteView bytes) { append(object, bytes); },
      [&](ObjectEncoder& encoder) {
        in_pieces(content, options.piece, [&encoder](ByteView piece) { encoder.write(piece); });
      });
  return object;
}

inline Bytes object_of(ByteView raw) {
  return encode(header_for(raw), raw, {});
}

// An object around any bytes in the place of its zstd frames, with a right trailer.
inline Bytes object_around(const ObjectHeader& header, ByteView frames) {
  return encode(header, frames, {.input = ObjectEncoder::Input::kZstd});
}

struct DecodeOptions {
  std::size_t piece = 0;
  ObjectDecoder::Checks checks = ObjectDecoder::Checks::kAll;
  std::uint64_t largest_raw_size = std::uint64_t{1} << 30;
};

inline Bytes decode(ByteView object, const DecodeOptions& options = {}) {
  Bytes raw;
  ObjectDecoder decoder([&raw](ByteView bytes) { append(raw, bytes); }, options.checks,
                        options.largest_raw_size);
  in_pieces(object, options.piece, [&decoder](ByteView piece) { decoder.write(piece); });
  decoder.finish();
  return raw;
}

// The message of the Error{kind} that `action` throws; another text when it does not.
template <typename Action>
std::string error_of(ErrorKind kind, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.kind() != kind) return "wrong kind: " + std::string(to_string(error.kind()));
    return error.what();
  }
  return "no error";
}

inline std::string damage_of(ByteView object, const DecodeOptions& options = {}) {
  return error_of(ErrorKind::kDamaged, [&] { decode(object, options); });
}

}  // namespace walstow::fixture
