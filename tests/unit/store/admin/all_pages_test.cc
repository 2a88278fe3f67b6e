#include "store/admin/all_pages.h"

#include <gtest/gtest.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

TEST(AllPagesTest, EachPageLeadsToTheNext) {
  std::string after;
  EXPECT_TRUE(next_page(after, "a"));
  EXPECT_EQ(after, "a");
  EXPECT_TRUE(next_page(after, "b"));
  EXPECT_FALSE(next_page(after, ""));
  EXPECT_EQ(after, "");
}

TEST(AllPagesTest, APageThatLeadsToItselfIsAnError) {
  std::string after = "a";
  EXPECT_THROW(next_page(after, "a"), Error);
  EXPECT_EQ(after, "a");
}

}  // namespace
}  // namespace walstow
