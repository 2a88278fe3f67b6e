#include "proto/codec/zstd_stream.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <memory>

#include "tests/unit/codec/object_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

// All frames in `encoded`, fed in pieces.
Bytes decompress(ByteView encoded, std::uint64_t largest, std::size_t piece = 0,
                 Decompressor::Checksum checksum = Decompressor::Checksum::kCheck) {
  Bytes raw;
  Decompressor decompressor(largest, checksum);
  in_pieces(encoded, piece, [&](ByteView input) {
    while (!input.empty()) {
      input =
          input.subspan(decompressor.write(input, [&raw](ByteView bytes) { append(raw, bytes); }));
    }
  });
  EXPECT_TRUE(decompressor.at_frame_end());
  return raw;
}

std::string damage(ByteView encoded, std::uint64_t largest = kNoLimit, std::size_t piece = 0) {
  return error_of(ErrorKind::kDamaged, [&] { decompress(encoded, largest, piece); });
}

// A frame header by hand (RFC 8878, 3.1.1.1): descriptor, window byte, then one empty last block.
Bytes frame_of(std::uint8_t descriptor, std::uint8_t window) {
  Bytes frame;
  for (const unsigned byte :
       {0x28U, 0xB5U, 0x2FU, 0xFDU, unsigned{descriptor}, unsigned{window}, 0x01U, 0x00U, 0x00U}) {
    frame.push_back(static_cast<std::byte>(byte));
  }
  return frame;
}

constexpr std::uint8_t kWithChecksum = 0x04;
constexpr std::uint8_t kWindow8MiB = 13 << 3;  // 2^(10 + 13)

TEST(ZstdStreamTest, RoundTripsEverySizeAndSplit) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100}, kChunkSize - 1,
                                 kChunkSize, kChunkSize + 1}) {
    const Bytes raw = wal_like(size);
    const Bytes encoded = compress(raw);
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{7}, std::size_t{4096}, kChunkSize}) {
      EXPECT_EQ(decompress(encoded, size, piece), raw) << size << " in pieces of " << piece;
    }
  }
}

TEST(ZstdStreamTest, RoundTripsEveryKindOfLevel) {
  const Bytes raw = wal_like(std::size_t{1} << 20);
  for (const int level : {-5, -1, 1, 3, 19}) {
    EXPECT_EQ(decompress(compress(raw, level), raw.size()), raw) << level;
  }
}

// As a client makes one that does not know the size beforehand.
Bytes frame_without_size(ByteView raw) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  Bytes frame(ZSTD_compressBound(raw.size()));
  ZSTD_outBuffer output{frame.data(), frame.size(), 0};
  ZSTD_inBuffer input{raw.data(), raw.size(), 0};
  ZSTD_compressStream2(context.get(), &output, &input, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(context.get(), &output, &input, ZSTD_e_end), 0U);
  frame.resize(output.pos);
  return frame;
}

TEST(ZstdStreamTest, TakesFramesWithoutAnAnnouncedSize) {
  const Bytes raw = wal_like(100000);
  EXPECT_EQ(decompress(frame_without_size(raw), raw.size()), raw);
}

TEST(ZstdStreamTest, FramesOfOneCompressorDoNotDependOnEachOther) {
  Compressor compressor;
  for (const int level : {1, -50, 3, 1}) {
    const Bytes raw = wal_like(100000);
    Bytes frame(largest_frame(raw.size()));
    frame.resize(compressor.compress(raw, level, frame));
    EXPECT_TRUE(frame == compress(raw, level)) << level;
  }
}

TEST(ZstdStreamTest, StopsAtTheEndOfEachFrame) {
  const Bytes raw = wal_like(1000);
  Bytes encoded = compress(raw);
  const std::size_t frame_size = encoded.size();
  append(encoded, compress(raw));

  Bytes unfolded;
  const ByteSink sink = [&unfolded](ByteView bytes) { append(unfolded, bytes); };
  Decompressor decompressor(2 * raw.size());
  EXPECT_TRUE(decompressor.at_frame_end());
  EXPECT_EQ(decompressor.write(ByteView(encoded).first(3), sink), 3U);
  EXPECT_FALSE(decompressor.at_frame_end());
  EXPECT_EQ(decompressor.write(ByteView(encoded).subspan(3), sink), frame_size - 3);
  EXPECT_TRUE(decompressor.at_frame_end());
  EXPECT_EQ(unfolded, raw);
  EXPECT_EQ(decompressor.write(ByteView(encoded).subspan(frame_size), sink), frame_size);
  EXPECT_TRUE(decompressor.at_frame_end());
  EXPECT_EQ(unfolded.size(), 2 * raw.size());
}

TEST(ZstdStreamTest, NeverUnfoldsBeyondTheLimit) {
  const Bytes zeros(std::size_t{64} << 20);
  std::size_t handed_out = 0;
  const Bytes bomb = compress(zeros);
  EXPECT_LT(bomb.size(), 8192U);
  Decompressor decompressor(1000);
  EXPECT_EQ(
      error_of(ErrorKind::kDamaged,
               [&] { decompressor.write(bomb, [&](ByteView b) { handed_out += b.size(); }); }),
      "zstd frame at byte 0: content is larger than 1000 bytes");
  EXPECT_EQ(handed_out, 0U);
}

TEST(ZstdStreamTest, CountsTheLimitOverAllFramesAndUnannouncedSizes) {
  const Bytes raw = wal_like(1000);
  Bytes two = compress(raw);
  append(two, compress(raw));
  EXPECT_EQ(decompress(two, 2000).size(), 2000U);
  EXPECT_NE(damage(two, 1999).find("content is larger than 1999 bytes"), std::string::npos);

  const Bytes streamed = frame_without_size(raw);
  EXPECT_EQ(decompress(streamed, 1000), raw);
  EXPECT_EQ(damage(streamed, 999), "zstd frame at byte 0: content is larger than 999 bytes");
}

TEST(ZstdStreamTest, RefusesWhatIsNoPlainFrameHoweverItIsSplit) {
  Bytes skippable = bytes_of("\x50\x2A\x4D\x18");
  skippable.resize(8 + 4);
  skippable[4] = std::byte{4};
  Bytes second_skippable = compress(wal_like(10));
  const std::string after = std::to_string(second_skippable.size());
  append(second_skippable, skippable);

  struct {
    const char* title;
    Bytes encoded;
    std::string problem;
  } const cases[] = {
      {"text", bytes_of("not zstd at all"), "zstd frame at byte 0: Unknown frame descriptor"},
      {"skippable", skippable, "zstd frame at byte 0: skippable frame"},
      {"skippable second", second_skippable, "zstd frame at byte " + after + ": skippable frame"},
      {"no checksum", frame_of(0, kWindow8MiB),
       "zstd frame at byte 0: frame without content checksum"},
      {"window", frame_of(kWithChecksum, kWindow8MiB + 1),
       "zstd frame at byte 0: frame needs a window of 9437184 bytes, but only 8388608 are allowed"},
      {"largest window", frame_of(kWithChecksum, 21 << 3),
       "zstd frame at byte 0: frame needs a window of 2147483648 bytes, but only 8388608 are "
       "allowed"},
      {"reserved bit", frame_of(kWithChecksum | 0x08, kWindow8MiB),
       "zstd frame at byte 0: Unsupported frame parameter"},
  };
  for (const auto& test : cases) {
    for (const std::size_t piece : {0U, 1U, 3U, 5U}) {
      EXPECT_EQ(damage(test.encoded, kNoLimit, piece), test.problem)
          << test.title << " in pieces of " << piece;
    }
  }
}

TEST(ZstdStreamTest, TakesAWindowOf8MiB) {
  Bytes frame = frame_of(kWithChecksum, kWindow8MiB);
  append(frame, bytes_of("\x99\xE9\xD8\x51"));  // XXH64 of nothing, low 4 bytes
  EXPECT_EQ(decompress(frame, 0), Bytes{});
}

TEST(ZstdStreamTest, FindsAWrongChecksum) {
  Bytes encoded = compress(wal_like(1000));
  encoded.back() ^= std::byte{1};
  EXPECT_NE(damage(encoded).find("checksum"), std::string::npos);
  EXPECT_EQ(decompress(encoded, 1000, 0, Decompressor::Checksum::kSkip), wal_like(1000));
}

TEST(ZstdStreamTest, TakesCallsWithoutInput) {
  const Bytes encoded = compress(wal_like(1000));
  const ByteSink nowhere = [](ByteView) {};
  Decompressor decompressor(1000);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(decompressor.write({}, nowhere), 0U);
  decompressor.write(ByteView(encoded).first(20), nowhere);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(decompressor.write({}, nowhere), 0U);
  EXPECT_EQ(decompressor.write(ByteView(encoded).subspan(20), nowhere), encoded.size() - 20);
  EXPECT_TRUE(decompressor.at_frame_end());
}

}  // namespace
}  // namespace walstow
