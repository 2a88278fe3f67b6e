#include "archiver/choose_ahead.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

const std::string kSegment7 = "000000010000000000000007";
const std::string kSegment8 = "000000010000000000000008";
const std::string kSegment9 = "000000010000000000000009";

std::vector<std::string> texts(const std::vector<WalFileName>& names) {
  std::vector<std::string> texts;
  for (const WalFileName& name : names)
    texts.push_back(name.text());
  return texts;
}

std::vector<WalFileName> names(const std::vector<std::string>& texts) {
  std::vector<WalFileName> names;
  for (const std::string& text : texts)
    names.push_back(WalFileName::parse(text).value());
  return names;
}

using Texts = std::vector<std::string>;

TEST(ChooseAheadTest, NextFilesAreChosen) {
  const auto ready = names({kSegment7, kSegment8, kSegment9});
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 10)), (Texts{kSegment8, kSegment9}));
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 1)), (Texts{kSegment8}));
  EXPECT_EQ(texts(choose_ahead(ready, ready[1], 10)), (Texts{kSegment9}));
  EXPECT_EQ(texts(choose_ahead(ready, ready[2], 10)), Texts());
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 0)), Texts());
}

TEST(ChooseAheadTest, NothingIsChosenForAFileThatTheServerDoesNotAskFor) {
  EXPECT_EQ(texts(choose_ahead(names({kSegment8, kSegment9}), names({kSegment7})[0], 10)), Texts());
  EXPECT_EQ(texts(choose_ahead({}, names({kSegment7})[0], 10)), Texts());
}

TEST(ChooseAheadTest, NothingOvertakesAHistoryFile) {
  const auto ready = names({"00000002.history", kSegment7, kSegment8});
  EXPECT_EQ(texts(choose_ahead(ready, ready[0], 10)), Texts());
  EXPECT_EQ(texts(choose_ahead(ready, ready[1], 10)), Texts());
}

}  // namespace
}  // namespace walstow
