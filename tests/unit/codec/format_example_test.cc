// The worked example of proto/FORMAT.md is an object that this program reads and writes.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "proto/base/filesystem.h"
#include "proto/codec/object.h"
#include "tests/unit/codec/object_fixture.h"

namespace walstow {
namespace {

using namespace fixture;  // NOLINT(google-build-using-namespace): test vocabulary

const fs::path kSource = WALSTOW_SOURCE_DIR;

Bytes content_of(const fs::path& path) {
  std::ifstream file(kSource / path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return bytes_of(text);
}

Bytes raw_example() {
  return content_of("tests/support/vectors/00000002.history");
}
Bytes object_example() {
  return content_of("tests/support/vectors/00000002.history.zst");
}

// The bytes of the lines "00000010  7b 22 ...  |...|" of a document.
Bytes dumped_in(const fs::path& path) {
  std::istringstream document{std::string(as_text(content_of(path)))};
  Bytes bytes;
  for (std::string line; std::getline(document, line);) {
    if (line.size() < 10 || line.find_first_not_of("0123456789abcdef") != 8) continue;
    if (line.substr(8, 2) != "  ") continue;
    EXPECT_EQ(std::stoul(line.substr(0, 8), nullptr, 16), bytes.size()) << line;
    std::istringstream columns(line.substr(10, line.find('|') - 10));
    for (std::string digits; columns >> digits;) {
      bytes.push_back(static_cast<std::byte>(std::stoul(digits, nullptr, 16)));
    }
  }
  return bytes;
}

TEST(FormatExampleTest, IsDumpedInTheDocument) {
  EXPECT_EQ(to_hex(dumped_in("proto/FORMAT.md")), to_hex(object_example()));
}

TEST(FormatExampleTest, IsReadBack) {
  const Bytes object = object_example();
  for (const std::size_t piece : {0U, 1U, 7U})
    EXPECT_EQ(decode(object, {.piece = piece}), raw_example());
}

// All but the zstd frames: another release of zstd may compress otherwise.
TEST(FormatExampleTest, IsWrittenByteForByte) {
  const Bytes object = object_example();
  const Bytes written = object_of(raw_example());
  const std::size_t header_size =
      kFramePrefixSize + encode_object_header(header_for(raw_example())).size();
  ASSERT_GT(object.size(), header_size);
  EXPECT_EQ(as_text(ByteView(written).first(header_size)),
            as_text(ByteView(object).first(header_size)));
  EXPECT_EQ(to_hex(ByteView(written).last(40).first(8)),
            to_hex(ByteView(object).last(40).first(8)));
}

}  // namespace
}  // namespace walstow
