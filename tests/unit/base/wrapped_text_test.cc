#include "proto/base/wrapped_text.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(WrappedTextTest, LinesEndBetweenWords) {
  EXPECT_EQ(wrapped("one two three four", 9, ""), "one two\nthree\nfour\n");
  EXPECT_EQ(wrapped("one two three four", 10, "  "), "  one two\n  three\n  four\n");
  EXPECT_EQ(wrapped("one two", 7, ""), "one two\n");
}

TEST(WrappedTextTest, ALongerWordHasALineOfItsOwn) {
  EXPECT_EQ(wrapped("a considerably b", 5, ""), "a\nconsiderably\nb\n");
}

TEST(WrappedTextTest, CharactersCountAndNotBytes) {
  EXPECT_EQ(wrapped("äöü äöü", 7, ""), "äöü äöü\n");
}

TEST(WrappedTextTest, ACommandIsNotBroken) {
  EXPECT_EQ(wrapped("run \"walstow status main\" now", 12, ""),
            "run\n\"walstow status main\"\nnow\n");
}

TEST(WrappedTextTest, NothingIsNoLine) {
  EXPECT_EQ(wrapped("", 80, "  "), "");
}

}  // namespace
}  // namespace walstow
