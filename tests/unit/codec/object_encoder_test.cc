#include <gtest/gtest.h>

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <unistd.h>

#include "proto/base/filesystem.h"
#include "proto/base/little_endian.h"
#include "proto/codec/object.h"
#include "tests/unit/codec/object_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary

constexpr std::size_t kTrailerSize = 40;

// What the stock tool makes of `object`: its standard output.
Bytes zstd_tool(ByteView object) {
  const fs::path path = fs::path(testing::TempDir()) / fmt::format("codec_test.{}.zst", getpid());
  std::ofstream(path, std::ios::binary) << as_text(object);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      popen(("zstd -dc '" + path.string() + "'").c_str(), "r"), pclose);
  Bytes output;
  Bytes buffer(kChunkSize);
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    append(output, ByteView(buffer).first(size));
  }
  fs::remove(path);
  return output;
}

TEST(ObjectEncoderTest, WritesHeaderFramesAndTrailerInOrder) {
  const Bytes raw = wal_like(10000);
  const ObjectHeader header = header_for(raw);
  const std::string line = encode_object_header(header);
  const Bytes object = object_of(raw);

  EXPECT_EQ(load_little_endian<std::uint32_t>(object, 0), 0x184D2A50U);
  EXPECT_EQ(load_little_endian<std::uint32_t>(object, 4), line.size());
  EXPECT_EQ(as_text(ByteView(object).subspan(8, line.size())), line);

  const ByteView before = ByteView(object).first(object.size() - kTrailerSize);
  const ByteView trailer = ByteView(object).last(kTrailerSize);
  Sha256 sha256;
  sha256.update(before);
  EXPECT_EQ(load_little_endian<std::uint32_t>(trailer, 0), 0x184D2A51U);
  EXPECT_EQ(load_little_endian<std::uint32_t>(trailer, 4), 32U);
  EXPECT_EQ(to_hex(trailer.subspan(8)), to_hex(sha256.finish()));
}

TEST(ObjectEncoderTest, IsReadByTheStockTool) {
  if (!fs::exists("/usr/bin/zstd")) GTEST_SKIP() << "the package zstd is missing";
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{3} << 20}) {
    const Bytes raw = wal_like(size);
    EXPECT_EQ(zstd_tool(object_of(raw)), raw) << size;
  }
}

TEST(ObjectEncoderTest, GivesTheHeaderBeforeAnyContent) {
  Bytes object;
  const ObjectEncoder encoder(header_for({}), ObjectEncoder::Input::kRaw, 1,
                              [&object](ByteView bytes) { append(object, bytes); });
  EXPECT_EQ(object.size(), kFramePrefixSize + encode_object_header(header_for({})).size());
}

TEST(ObjectEncoderTest, PassesZstdFramesOnAsTheyAre) {
  const Bytes raw = wal_like(100000);
  const Bytes frames = compress(raw, 3);
  const Bytes object = object_around(header_for(raw), frames);
  const std::size_t header_size = kFramePrefixSize + encode_object_header(header_for(raw)).size();
  ASSERT_EQ(object.size(), header_size + frames.size() + kTrailerSize);
  EXPECT_TRUE(std::equal(frames.begin(), frames.end(),
                         object.begin() + static_cast<std::ptrdiff_t>(header_size)));
}

TEST(ObjectEncoderTest, RefusesContentOfAnotherSize) {
  const Bytes raw = wal_like(1000);
  for (const std::size_t size : {std::size_t{0}, raw.size() - 1}) {
    EXPECT_EQ(error_of(ErrorKind::kInvalid,
                       [&] { encode(header_for(raw), ByteView(raw).first(size), {}); }),
              "content does not have the 1000 bytes that were announced");
  }
  EXPECT_EQ(
      error_of(ErrorKind::kInvalid, [&] { encode(header_for(ByteView(raw).first(999)), raw, {}); }),
      "content does not have the 999 bytes that were announced");
}

TEST(ObjectEncoderTest, RefusesFramesBeyondTheirBound) {
  const ObjectHeader header = header_for(wal_like(1000));
  const Bytes most(largest_frames_size(1000));
  EXPECT_GT(object_around(header, most).size(), most.size());
  const Bytes more(largest_frames_size(1000) + 1);
  EXPECT_EQ(error_of(ErrorKind::kInvalid, [&] { object_around(header, more); }),
            "zstd frames take more than " + std::to_string(most.size()) + " bytes");
}

TEST(ObjectEncoderTest, KeepsWithinTheBoundWhereNothingCompresses) {
  Bytes noise(std::size_t{1} << 20);
  std::uint64_t state = 1;
  for (std::byte& byte : noise) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::byte>(state >> 56);
  }
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, noise.size()}) {
    const ByteView raw = ByteView(noise).first(size);
    EXPECT_EQ(decode(encode(header_for(raw), raw, {.piece = 4096})), Bytes(raw.begin(), raw.end()));
  }
}

}  // namespace
}  // namespace walstow
