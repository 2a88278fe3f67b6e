#include <gtest/gtest.h>

#include "proto/base/little_endian.h"
#include "proto/codec/object.h"
#include "tests/unit/codec/object_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary
using Checks = ObjectDecoder::Checks;

Bytes skippable_frame(std::uint32_t magic, std::size_t size) {
  Bytes frame(kFramePrefixSize + size);
  store_little_endian(magic, frame, 0);
  store_little_endian(static_cast<std::uint32_t>(size), frame, 4);
  return frame;
}

Bytes joined(const Bytes& first, const Bytes& second) {
  Bytes both = first;
  append(both, second);
  return both;
}

TEST(ObjectDecoderTest, RoundTripsEverySizeAndSplit) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{100}, kChunkSize + 1}) {
    const Bytes raw = wal_like(size);
    for (const std::size_t in : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, kChunkSize}) {
      const Bytes object = encode(header_for(raw), raw, {.piece = in});
      for (const std::size_t out :
           {std::size_t{1}, std::size_t{7}, std::size_t{4096}, kChunkSize}) {
        for (const Checks hash : {Checks::kAll, Checks::kContent}) {
          EXPECT_EQ(decode(object, {.piece = out, .checks = hash}), raw)
              << size << " bytes in pieces of " << in << ", then of " << out;
        }
      }
    }
  }
}

TEST(ObjectDecoderTest, JoinsSeveralFrames) {
  const Bytes raw = wal_like(100000);
  const ByteView view(raw);
  Bytes frames = compress(view.first(40000));
  append(frames, compress({}));
  append(frames, compress(view.subspan(40000)));
  const Bytes object = object_around(header_for(raw), frames);
  for (const std::size_t piece : {0U, 1U, 4096U})
    EXPECT_EQ(decode(object, {.piece = piece}), raw);
}

TEST(ObjectDecoderTest, KnowsTheHeaderOnceItsFrameIsThere) {
  const Bytes raw = wal_like(100);
  const Bytes object = object_of(raw);
  const std::size_t header_size = kFramePrefixSize + encode_object_header(header_for(raw)).size();
  ObjectDecoder decoder([](ByteView) {}, Checks::kAll, raw.size());
  decoder.write(ByteView(object).first(header_size - 1));
  EXPECT_EQ(decoder.header(), nullptr);
  decoder.write(ByteView(object).subspan(header_size - 1, 1));
  ASSERT_NE(decoder.header(), nullptr);
  EXPECT_EQ(decoder.header()->name, "00000002.history");
  EXPECT_EQ(decoder.header()->digest, digest_of(raw));
}

TEST(ObjectDecoderTest, FindsEveryFlippedBit) {
  const Bytes raw = bytes_of("1\t0/A000A0\tno recovery target specified\n");
  const Bytes object = object_of(raw);
  for (std::size_t at = 0; at < object.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes flipped = object;
      flipped[at] ^= static_cast<std::byte>(1U << bit);
      EXPECT_NE(damage_of(flipped), "no error") << "byte " << at << ", bit " << bit;
    }
  }
}

// Damage of the content is found without the other checks, too. What passes: the trailer's hash and
// the frame's checksum themselves, the two bits of a frame header that do not bear on the content
// ("unused" and "single segment", RFC 8878, 3.1.1.1.1), and other values of the header's fields.
TEST(ObjectDecoderTest, FindsEveryFlippedBitOfTheContentByItsDigestAlone) {
  const Bytes raw = bytes_of("1\t0/A000A0\tno recovery target specified\n");
  const Bytes object = object_of(raw);
  const std::size_t line_size = encode_object_header(header_for(raw)).size();
  const std::size_t frame_start = kFramePrefixSize + line_size;
  const std::size_t hash_start = object.size() - 32;
  const std::size_t checksum_start = hash_start - kFramePrefixSize - 4;
  for (std::size_t at = 0; at < object.size(); ++at) {
    const bool in_line = at >= kFramePrefixSize && at < frame_start;
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes flipped = object;
      flipped[at] ^= static_cast<std::byte>(1U << bit);
      const bool in_checksum = at >= checksum_start && at < checksum_start + 4;
      const bool passes =
          at >= hash_start || in_checksum || (at == frame_start + 4 && (bit == 4 || bit == 5));
      const std::string damage = damage_of(flipped, {.checks = Checks::kContent});
      if (!in_line) {
        EXPECT_EQ(damage == "no error", passes) << "byte " << at << ", bit " << bit;
      }
      if (damage == "no error") {
        EXPECT_EQ(decode(flipped, {.checks = Checks::kContent}), raw);
      }
    }
  }
}

TEST(ObjectDecoderTest, FindsEveryTruncation) {
  const Bytes raw = wal_like(300);
  const Bytes object = object_of(raw);
  const std::size_t frame_start = kFramePrefixSize + encode_object_header(header_for(raw)).size();
  const std::size_t magic_end = object.size() - 40 + 4;
  for (std::size_t size = 0; size < object.size(); ++size) {
    const std::string where = size < frame_start ? "header"
                              : size < magic_end ? "zstd frames"
                                                 : "trailer";
    for (const Checks hash : {Checks::kAll, Checks::kContent}) {
      EXPECT_EQ(damage_of(ByteView(object).first(size), {.checks = hash}),
                "object ends in the middle of its " + where + " at byte " + std::to_string(size));
    }
  }
}

TEST(ObjectDecoderTest, FindsWhateverFollows) {
  const Bytes object = object_of(wal_like(300));
  const std::string problem =
      "bytes follow the object's trailer, which ends at byte " + std::to_string(object.size());
  for (const Bytes& more : {Bytes(1), object, compress(wal_like(10))}) {
    for (const std::size_t piece : {0U, 1U}) {
      for (const Checks hash : {Checks::kAll, Checks::kContent}) {
        EXPECT_EQ(damage_of(joined(object, more), {.piece = piece, .checks = hash}), problem);
      }
    }
  }
}

TEST(ObjectDecoderTest, RefusesABombWithoutUnfoldingIt) {
  const Bytes zeros(std::size_t{64} << 20);
  const Bytes frames = compress(zeros);
  const Bytes bomb = object_around(header_for(Bytes(1000)), frames);
  EXPECT_EQ(damage_of(bomb), "zstd frame at byte 0: content is larger than 1000 bytes");
  EXPECT_EQ(damage_of(object_around(header_for(zeros), frames), {.largest_raw_size = 1U << 20}),
            "object header announces 67108864 bytes, but only 1048576 are allowed");
}

TEST(ObjectDecoderTest, RefusesFramesThatUnfoldToNothingForEver) {
  Bytes frames;
  while (frames.size() <= largest_frames_size(0))
    append(frames, compress({}));
  const ObjectHeader header = header_for({});
  Bytes object = skippable_frame(kHeaderFrameMagic, 0);
  const std::string line = encode_object_header(header);
  store_little_endian(static_cast<std::uint32_t>(line.size()), object, 4);
  append(object, as_bytes(line));
  append(object, frames);
  EXPECT_EQ(damage_of(object), "zstd frames take more than 4096 bytes for 0 bytes of content");
}

TEST(ObjectDecoderTest, TakesNothingButPlainFramesBetweenHeaderAndTrailer) {
  const Bytes raw = wal_like(300);
  const Bytes frames = compress(raw);
  const std::size_t frame_start = kFramePrefixSize + encode_object_header(header_for(raw)).size();
  struct {
    const char* title;
    Bytes between;
    std::string problem;
  } const cases[] = {
      {"skippable first", joined(skippable_frame(0x184D2A52, 3), frames), "magic 0x184D2A52"},
      {"header again", joined(frames, skippable_frame(kHeaderFrameMagic, 3)), "magic 0x184D2A50"},
      {"a number", joined(frames, bytes_of("0000")), "magic 0x30303030"},
      {"nothing", {}, "object has no zstd frame between its header and its trailer"},
      {"trailer of another size", joined(frames, skippable_frame(kTrailerFrameMagic, 33)),
       "object's trailer has 33 bytes, not 32"},
      {"trailer of other bytes", joined(frames, skippable_frame(kTrailerFrameMagic, 32)),
       "object's SHA-256 is "},
  };
  for (const auto& test : cases) {
    for (const std::size_t piece : {0U, 1U, 7U}) {
      const std::string damage =
          damage_of(object_around(header_for(raw), test.between), {.piece = piece});
      EXPECT_NE(damage.find(test.problem), std::string::npos) << test.title << ": " << damage;
    }
  }
  EXPECT_EQ(damage_of(object_around(header_for(raw), bytes_of("text"))),
            "neither a zstd frame nor the trailer follows byte " + std::to_string(frame_start) +
                " of the object: magic 0x74786574");
}

TEST(ObjectDecoderTest, RefusesAWindowBeyond8MiB) {
  Bytes frames = compress(wal_like(300));
  // Without the single-segment bit, a window byte follows: 2^(10 + 14).
  Bytes wide = bytes_of("\x28\xB5\x2F\xFD\x04\x70");
  append(wide, frames);
  EXPECT_EQ(
      damage_of(object_around(header_for(wal_like(300)), wide)),
      "zstd frame at byte 0: frame needs a window of 16777216 bytes, but only 8388608 are allowed");
}

TEST(ObjectDecoderTest, ComparesSizeAndDigestWithTheHeader) {
  const Bytes raw = wal_like(300);
  ObjectHeader header = header_for(raw);
  header.raw_size = 301;
  for (const Checks hash : {Checks::kAll, Checks::kContent}) {
    EXPECT_EQ(damage_of(object_around(header, compress(raw)), {.checks = hash}),
              "raw size is 300 bytes, but the object's header contains 301");
  }
  const ObjectHeader other = header_for(Bytes(300));
  for (const Checks hash : {Checks::kAll, Checks::kContent}) {
    EXPECT_EQ(damage_of(object_around(other, compress(raw)), {.checks = hash}),
              "raw digest is " + to_string(digest_of(raw)) + ", but the object's header contains " +
                  to_string(other.digest));
  }
}

TEST(ObjectDecoderTest, RefusesWhatIsNoObject) {
  struct {
    const char* title;
    Bytes bytes;
    std::string problem;
  } const cases[] = {
      {"plain zstd", compress(wal_like(300)),
       "is not a stored object: it starts with magic 0xFD2FB528, not 0x184D2A50"},
      {"empty header", skippable_frame(kHeaderFrameMagic, 0),
       "object header has 0 bytes, but only 1 to 4096 bytes are allowed"},
      {"large header", skippable_frame(kHeaderFrameMagic, 4097),
       "object header has 4097 bytes, but only 1 to 4096 bytes are allowed"},
      {"zeros for a header", skippable_frame(kHeaderFrameMagic, 100),
       "object header: its line does not end"},
      {"nothing", {}, "object ends in the middle of its header at byte 0"},
  };
  for (const auto& test : cases)
    EXPECT_EQ(damage_of(test.bytes), test.problem) << test.title;
}

}  // namespace
}  // namespace walstow
