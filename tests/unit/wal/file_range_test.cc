#include "proto/wal/file_range.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walstow {
namespace {

WalFileName named(std::string_view text) {
  return WalFileName::parse(text).value();
}

// As a list has them, in the order of names.
const std::vector<std::string>& files() {
  static const std::vector<std::string> names{
      "000000010000000000000009",
      "000000010000000000000009.00000028.backup",
      "00000001000000000000000A",
      "00000001000000000000000A.incomplete.0123456789ab",
      "00000001000000000000000A.partial.0123456789ab",
      "00000002.history",
      "00000002000000000000000A",
      "00000003.history",
      "00000003000000010000000B",
  };
  return names;
}

// Positions of the first and last file that it holds; all in between must be in it, too.
std::pair<std::size_t, std::size_t> held(const FileRange& range) {
  std::size_t first = files().size(), last = 0, count = 0;
  for (std::size_t i = 0; i < files().size(); ++i) {
    if (!range.holds(files()[i])) continue;
    first = std::min(first, i);
    last = i;
    ++count;
  }
  EXPECT_EQ(count, last - first + 1);
  return {first, last};
}

using Held = std::pair<std::size_t, std::size_t>;

TEST(FileRangeTest, WithoutEndsItIsEverything) {
  EXPECT_EQ(held({}), Held(0, 8));
  EXPECT_TRUE(FileRange{}.is_everything());
  EXPECT_FALSE(FileRange{.timeline = Timeline{1}}.is_everything());
}

TEST(FileRangeTest, BothEndsAreInItWithAllThatBelongsToThem) {
  const FileRange one{.from = named("000000010000000000000009"),
                      .to = named("000000010000000000000009")};
  EXPECT_EQ(held(one), Held(0, 1));
  const FileRange with_pieces{.from = named("00000001000000000000000A"),
                              .to = named("00000001000000000000000A")};
  EXPECT_EQ(held(with_pieces), Held(2, 4));
  EXPECT_EQ(held({.from = named("00000001000000000000000A.partial")}), Held(4, 8));
  EXPECT_EQ(held({.to = named("000000010000000000000009.00000028.backup")}), Held(0, 1));
}

TEST(FileRangeTest, GoesOverTimelinesAndTheirHistoryFiles) {
  EXPECT_EQ(held({.from = named("00000002.history")}), Held(5, 8));
  EXPECT_EQ(held({.to = named("00000002.history")}), Held(0, 5));
  EXPECT_EQ(
      held({.from = named("00000001000000000000000B"), .to = named("00000002000000000000000F")}),
      Held(5, 6));
}

TEST(FileRangeTest, ATimelineLeavesOutTheOthers) {
  EXPECT_EQ(held({.timeline = Timeline{2}}), Held(5, 6));
  EXPECT_EQ(held({.timeline = Timeline{1}, .from = named("00000001000000000000000A")}), Held(2, 4));
}

TEST(FileRangeTest, EndsOnlyBehindItsLastFile) {
  const FileRange range{.from = named("00000001000000000000000A"),
                        .to = named("00000001000000000000000A")};
  EXPECT_FALSE(range.ends_before(files()[0]));
  EXPECT_FALSE(range.ends_before(files()[4]));
  EXPECT_TRUE(range.ends_before(files()[5]));
  EXPECT_FALSE(FileRange{}.ends_before(files()[8]));
}

}  // namespace
}  // namespace walstow
