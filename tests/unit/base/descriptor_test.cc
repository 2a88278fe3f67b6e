#include "proto/base/descriptor.h"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <string>
#include <utility>

#include "proto/base/error.h"

namespace walstow {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) != -1;
}

Descriptor open_null() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(DescriptorTest, ClosesAtTheEndOfItsScope) {
  int fd = -1;
  {
    const Descriptor descriptor = open_null();
    fd = descriptor.get();
    ASSERT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(DescriptorTest, MovingHandsTheDescriptorOver) {
  Descriptor from = open_null();
  const int fd = from.get();
  Descriptor to = open_null();
  const int replaced = to.get();
  to = std::move(from);
  EXPECT_EQ(to.get(), fd);
  EXPECT_FALSE(from);  // NOLINT(bugprone-use-after-move): what is left is the point
  EXPECT_TRUE(is_open(fd));
  EXPECT_FALSE(is_open(replaced));
}

TEST(DescriptorTest, ReleasingLeavesItOpen) {
  Descriptor descriptor = open_null();
  const Descriptor owner(descriptor.release());
  EXPECT_FALSE(descriptor);
  EXPECT_TRUE(is_open(owner.get()));
}

TEST(DescriptorTest, CheckedCloseClosesOnce) {
  Descriptor descriptor = open_null();
  const int fd = descriptor.get();
  descriptor.close_checked("file \"x\"");
  EXPECT_FALSE(is_open(fd));
  descriptor.close_checked("file \"x\"");
}

TEST(DescriptorTest, CheckedCloseReportsWhatTheKernelSays) {
  Descriptor descriptor(1'000'000);  // no such descriptor: EBADF
  try {
    descriptor.close_checked("file \"x\"");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kStorage);
    EXPECT_STREQ(error.what(), "could not close file \"x\": Bad file descriptor");
  }
  EXPECT_FALSE(descriptor);
}

}  // namespace
}  // namespace walstow
