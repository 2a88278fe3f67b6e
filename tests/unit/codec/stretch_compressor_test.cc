#include "proto/codec/stretch_compressor.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "proto/base/error.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string text(size, '\0');
  for (char& byte : text)
    byte = static_cast<char>(random());
  return text;
}

// Compresses `raw` in pieces of `piece` bytes.
std::string compress(std::string_view raw, std::size_t piece, int level = 1) {
  std::string encoded;
  const ByteSink sink = [&encoded](ByteView bytes) { encoded += as_text(bytes); };
  FileCompressor compressor(level, raw.size());
  for (std::size_t at = 0; at < raw.size(); at += piece)
    compressor.write(as_bytes(raw.substr(at, piece)), sink);
  compressor.finish(sink);
  return encoded;
}

struct Unfolded {
  std::string raw;
  std::size_t frames = 0;
};

Unfolded unfold(std::string_view encoded) {
  Unfolded unfolded;
  Decompressor decompressor(std::uint64_t{1} << 30U);
  const ByteSink sink = [&unfolded](ByteView bytes) { unfolded.raw += as_text(bytes); };
  while (!encoded.empty()) {
    encoded.remove_prefix(decompressor.write(as_bytes(encoded), sink));
    EXPECT_TRUE(decompressor.at_frame_end());
    ++unfolded.frames;
  }
  return unfolded;
}

TEST(StretchCompressorTest, FramesAreOfOneStretchEach) {
  for (const auto& [size, frames] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 1}, {1, 1}, {kStretchSize, 1}, {kStretchSize + 1, 2}, {4 * kStretchSize, 4}}) {
    const std::string raw(size, 'w');
    const Unfolded unfolded = unfold(compress(raw, 100'000));
    EXPECT_EQ(unfolded.frames, frames) << size;
    EXPECT_TRUE(unfolded.raw == raw) << size;
  }
}

TEST(StretchCompressorTest, PiecesOfAnySizeMakeTheSameFrames) {
  const std::string raw(kStretchSize + 1000, 'w');
  EXPECT_TRUE(compress(raw, raw.size()) == compress(raw, 77'777));
}

TEST(StretchCompressorTest, OtherSizesThanAnnouncedAreRefused) {
  const ByteSink nowhere = [](ByteView) {};
  const std::string raw(kStretchSize, 'w');
  for (const std::size_t announced : {std::size_t{0}, raw.size() - 1}) {
    FileCompressor shorter(1, announced);
    EXPECT_EQ(kind_thrown([&] { shorter.write(as_bytes(raw), nowhere); }), ErrorKind::kInvalid);
  }
  for (const std::size_t announced : {raw.size() + 1, 2 * raw.size()}) {
    FileCompressor longer(1, announced);
    longer.write(as_bytes(raw), nowhere);
    EXPECT_EQ(kind_thrown([&] { longer.finish(nowhere); }), ErrorKind::kInvalid);
  }
}

// Matches that a level which hardly looks overlooks.
std::string with_short_matches(std::size_t size) {
  const std::string random = noise(size);
  std::string text;
  for (std::size_t at = 0; text.size() < size; at += 16)
    text += random.substr(at, 16) + "the same sixteen";
  return text;
}

TEST(StretchCompressorTest, StretchThatBeginsWithNoiseIsNotTriedHard) {
  constexpr std::size_t kSample = std::size_t{64} * 1024;
  const std::string matches = with_short_matches(kStretchSize - kSample);
  const std::size_t tried = compress(std::string(kSample, 'w') + matches, 100'000).size();
  const std::size_t not_tried = compress(noise(kSample) + matches, 100'000).size() - kSample;
  EXPECT_LT(tried, matches.size() * 7 / 10);
  EXPECT_GT(not_tried, matches.size() * 3 / 4);
}

// Behind one that saved little each beginning decides; behind one that shrank nobody looks.
TEST(StretchCompressorTest, OneThatSavedLittleMakesTheNextOneDoubtful) {
  const std::string bad = noise(kStretchSize);
  const std::string good(kStretchSize, 'w');
  EXPECT_LT(compress(bad + good, 100'000).size(), kStretchSize + 10'000);
  // Its first 64 kB are noise, and what follows would shrink.
  const std::string half = noise(kStretchSize / 4) + with_short_matches(kStretchSize / 4 * 3);
  const std::size_t tried = compress(good + half, 100'000).size();
  const std::size_t not_tried = compress(bad + half, 100'000).size() - kStretchSize;
  EXPECT_LT(tried + kStretchSize / 20, not_tried);
}

}  // namespace
}  // namespace walstow
