#include "proto/client/compressed_body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "proto/base/error.h"
#include "proto/client/client_connection.h"
#include "proto/codec/stretch_compressor.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

class CompressedBodyTest : public testing::Test {
 protected:
  std::unique_ptr<File> file_of(std::string_view content) {
    write_durably(*files_, "file", content);
    return files_->open_file("file");
  }
  static std::string body_of(File& file, std::uint64_t size) {
    CompressedBody body(file, size);
    std::string encoded;
    for (;;) {
      const MutableByteView piece = body.next();
      std::memset(piece.data() - kRoomBeforeChunk, 'b', kRoomBeforeChunk);
      std::memset(piece.data() + piece.size(), 'a', kRoomAfterChunk);
      if (piece.empty()) return encoded;
      encoded += as_text(piece);
    }
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
};

// Two for each thread, of four stretches each.
constexpr std::size_t kFourBlocks = 16 * kStretchSize;

// Differs from stretch to stretch, so that none can stand in another's place.
std::string content_of(std::size_t size) {
  constexpr std::size_t kRun = 1000;
  std::string content;
  for (std::size_t run = 0; content.size() < size; ++run)
    content.append(std::min(kRun, size - content.size()), static_cast<char>(run % 251));
  return content;
}

TEST_F(CompressedBodyTest, UnfoldsToTheFile) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kStretchSize, kStretchSize + 1, 2 * kStretchSize,
        4 * kStretchSize, 5 * kStretchSize + 7, kFourBlocks, kFourBlocks + 1}) {
    const std::string content = content_of(size);
    const auto file = file_of(content);
    const std::string encoded = body_of(*file, size);
    std::string raw;
    Decompressor decompressor(size);
    for (ByteView rest = as_bytes(encoded); !rest.empty();)
      rest =
          rest.subspan(decompressor.write(rest, [&raw](ByteView bytes) { raw += as_text(bytes); }));
    EXPECT_TRUE(decompressor.at_frame_end()) << size;
    EXPECT_TRUE(raw == content) << size;
  }
}

TEST_F(CompressedBodyTest, FileThatBecameShorterIsAnError) {
  for (const std::size_t there :
       {std::size_t{0}, kStretchSize - 1, kStretchSize, 2 * kStretchSize, 6 * kStretchSize}) {
    const auto file = file_of(content_of(there));
    EXPECT_EQ(kind_thrown([&] { body_of(*file, 7 * kStretchSize); }), ErrorKind::kInvalid) << there;
  }
}

TEST_F(CompressedBodyTest, FailureOfEitherThreadIsTheCallers) {
  const std::string content = content_of(kFourBlocks);
  const auto file = file_of(content);
  for (const std::size_t read : std::vector<std::size_t>{1, 2, 5, 11, 16}) {
    const auto faults = std::make_shared<FaultPlan>();
    const auto failing = with_faults(disk_.mount(), faults);
    const auto failing_file = failing->open_file("file");
    faults->fail_call(read, EIO);
    EXPECT_EQ(kind_thrown([&] { body_of(*failing_file, content.size()); }), ErrorKind::kStorage)
        << read;
  }
}

TEST_F(CompressedBodyTest, CanBeLeftAtAnyPiece) {
  const std::string content = content_of(kFourBlocks);
  const auto file = file_of(content);
  for (int pieces = 0; pieces < 8; ++pieces) {
    CompressedBody body(*file, content.size());
    for (int i = 0; i < pieces; ++i)
      EXPECT_FALSE(body.next().empty());
  }
}

}  // namespace
}  // namespace walstow
