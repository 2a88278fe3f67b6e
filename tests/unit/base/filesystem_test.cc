#include "proto/base/filesystem.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(FilesystemTest, APathHasOneNormalForm) {
  for (const char* const text :
       {"/mnt/archive", "/mnt/archive/", "/mnt/archive//", "//mnt/archive", "///mnt/archive/.",
        "/./mnt//archive/./", "/mnt/x/../archive", "/../mnt/archive/x/..", "//mnt/.//archive//."}) {
    EXPECT_EQ(normalized(text), "/mnt/archive") << text;
  }
  for (const char* const text : {"/", "//", "///", "/.", "/..", "/x/.."}) {
    EXPECT_EQ(normalized(text), "/") << text;
  }
  EXPECT_EQ(normalized("/mnt/arch\xEFve /\n/"), "/mnt/arch\xEFve /\n");
  EXPECT_EQ(normalized("/mnt/..."), "/mnt/...");
  EXPECT_EQ(normalized("/mnt/.a"), "/mnt/.a");
}

TEST(FilesystemTest, WhatIsNoAbsolutePathIsAsItWas) {
  for (const char* const text : {"", "a//b/", "s3://bucket/./prefix/"}) {
    EXPECT_EQ(normalized(text), text);
  }
}

}  // namespace
}  // namespace walstow
