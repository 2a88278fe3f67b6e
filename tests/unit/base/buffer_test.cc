#include "proto/base/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace walstow {
namespace {

TEST(BufferTest, IsWhatViewsAreMadeOf) {
  Buffer buffer(4);
  std::ranges::copy(as_bytes("abcd"), MutableByteView(buffer).begin());
  EXPECT_EQ(as_text(buffer), "abcd");
  EXPECT_EQ(as_text(std::as_const(buffer).first(2)), "ab");
  EXPECT_EQ(buffer.first(3).size(), 3U);
}

TEST(BufferTest, IsEmptyOnceItWasMoved) {
  Buffer buffer(4);
  const std::byte* const memory = buffer.data();
  Buffer other(std::move(buffer));
  EXPECT_EQ(other.data(), memory);
  EXPECT_EQ(other.size(), 4U);
  EXPECT_TRUE(buffer.empty());  // NOLINT(bugprone-use-after-move): that is the contract
  buffer = std::move(other);
  EXPECT_EQ(buffer.size(), 4U);
  EXPECT_TRUE(other.empty());  // NOLINT(bugprone-use-after-move): the same
  EXPECT_TRUE(Buffer().empty());
}

}  // namespace
}  // namespace walstow
