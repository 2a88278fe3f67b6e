#include "store/admin/import/decompressed_file.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/base/error.h"
#include "tests/support/compressed.h"
#include "tests/support/forgetful_file_system.h"
#include "tests/support/thrown.h"

namespace walstow {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

class DecompressedFileTest : public testing::Test {
 protected:
  OpenedContent opened(const std::string& content) {
    write_durably(*files_, "file", content);
    return open_content(files_->open_file("file"));
  }
  static std::string read(FileContent& file, std::uint64_t offset, std::size_t size) {
    std::string text(size, '?');
    text.resize(file.read_at(offset, std::as_writable_bytes(std::span(text))));
    return text;
  }

  ForgetfulDisk disk_;
  std::unique_ptr<FileSystem> files_ = disk_.mount();
};

std::string numbered(std::size_t size) {
  std::string text;
  while (text.size() < size)
    text += std::to_string(text.size()) + "\n";
  text.resize(size);
  return text;
}

TEST_F(DecompressedFileTest, APlainFileIsReadAsItIs) {
  const OpenedContent file = opened("1\t0/A00000\tno recovery target specified\n");
  EXPECT_EQ(file.decompressed, nullptr);
  EXPECT_EQ(read(*file.content, 2, 4), "0/A0");
}

TEST_F(DecompressedFileTest, ReadsAnyPlaceAgainAndAgain) {
  const std::string text = numbered(20 * kMebibyte);  // more than it keeps
  const OpenedContent file = opened(zstd(text));
  for (const std::size_t offset :
       {std::size_t{0}, 19 * kMebibyte, std::size_t{0}, 18 * kMebibyte + 3, 15 * kMebibyte,
        16 * kMebibyte - 5, 3 * kMebibyte, 20 * kMebibyte - 100, std::size_t{1}}) {
    const std::size_t size = std::min(2 * kMebibyte + 7, text.size() - offset);
    EXPECT_TRUE(read(*file.content, offset, 2 * kMebibyte + 7) == text.substr(offset, size))
        << offset;
  }
  EXPECT_EQ(read(*file.content, text.size(), 10), "");
  EXPECT_EQ(read(*file.content, text.size() + 5, 10), "");
}

// Two threads compress a body; each reads a megabyte, from one another's blocks in turn.
TEST_F(DecompressedFileTest, ReadsNearbyPlacesInTurn) {
  const std::string text = numbered(20 * kMebibyte);
  const OpenedContent file = opened(lz4(text));
  for (std::size_t block = 0; block < 20; block += 2) {
    for (const std::size_t at : {block + 1, block}) {
      EXPECT_TRUE(read(*file.content, at * kMebibyte, kMebibyte) ==
                  text.substr(at * kMebibyte, kMebibyte))
          << at;
    }
  }
}

TEST_F(DecompressedFileTest, IsPaddedWithZeros) {
  const OpenedContent file = opened(gzip("abc"));
  file.decompressed->pad_to(6);
  EXPECT_EQ(read(*file.content, 0, 10), std::string("abc\0\0\0", 6));
  EXPECT_EQ(read(*file.content, 4, 1), std::string(1, '\0'));
  EXPECT_EQ(read(*file.content, 6, 1), "");
}

TEST_F(DecompressedFileTest, AFormThatIsNotSupportedIsNamed) {
  const Error error = error_thrown([&] { opened("BZh91AY&SY"); });
  EXPECT_EQ(error.kind(), ErrorKind::kInvalid);
  EXPECT_STREQ(error.what(), "it is compressed with bzip2, which is not supported");
}

}  // namespace
}  // namespace walstow
