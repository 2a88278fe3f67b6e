#include "proto/base/shell_quote.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(ShellQuoteTest, AWordStaysAWord) {
  EXPECT_EQ(shell_quoted("/var/lib/walstow-1_a.b"), "/var/lib/walstow-1_a.b");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("$HOME`x`;\"\\*~"), "'$HOME`x`;\"\\*~'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace walstow
