#include <gtest/gtest.h>

#include "proto/wire/refusal.h"

namespace walstow {
namespace {

TEST(EraNameTest, IsWrittenAndReadBack) {
  const std::pair<EraName, const char*> names[] = {
      {{1, 7428364926182639101, 16 << 20}, "001-7428364926182639101-16777216"},
      {{999, 1, 1 << 20}, "999-1-1048576"},
      {{1000, 2, 1 << 30}, "1000-2-1073741824"},
      {{4294967295, 18446744073709551615U, 1 << 20}, "4294967295-18446744073709551615-1048576"},
  };
  for (const auto& [era, text] : names) {
    EXPECT_EQ(to_string(era), text);
    EXPECT_EQ(parse_era_name(text), era) << text;
  }
}

TEST(EraNameTest, HasOneSpellingOnly) {
  for (const char* text : {
           "",
           "-",
           "--",
           "001",
           "001-5",
           "001--1048576",
           "1-5-1048576",
           "01-5-1048576",
           "0001-5-1048576",
           "000-5-1048576",
           "001-05-1048576",
           "001-5-01048576",
           "001-0-1048576",
           "001-5-1048577",
           "001-5-524288",
           "001-5-16MB",
           "001-5-1048576-",
           "001-5-1048576 ",
           "+01-5-1048576",
           "001-5-2-1048576",
           "001-18446744073709551616-1048576",
           "4294967296-5-1048576",
       }) {
    EXPECT_EQ(parse_era_name(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace walstow
