#include "store/retention/label_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace walstow {
namespace {

TEST(LabelPatternTest, WorksAsAShells) {
  EXPECT_TRUE(matches_label("nightly*", "nightly 2026-11-22"));
  EXPECT_TRUE(matches_label("n?ghtly [0-9]", "nightly 7"));
  EXPECT_FALSE(matches_label("nightly", "nightly 7"));
  EXPECT_FALSE(matches_label("[!0-9]", "7"));
}

TEST(LabelPatternTest, OneCharacterOfAnyLanguageIsOne) {
  EXPECT_TRUE(matches_label("N\u00E4chtliche*", "N\u00E4chtliche Sicherung \u591C\u9593"));
  EXPECT_TRUE(matches_label("N?chtliche *\u9593", "N\u00E4chtliche Sicherung \u591C\u9593"));
  EXPECT_TRUE(matches_label("??", "\u591C\u9593"));
  EXPECT_FALSE(matches_label("???", "\u591C\u9593"));
  EXPECT_TRUE(matches_label("[\u00E4\u00F6]ffnen", "\u00F6ffnen"));
  EXPECT_TRUE(matches_label("[\u0430-\u044F]*", "\u043D\u043E\u0447\u044C"));
  EXPECT_FALSE(matches_label("[\u0430-\u044F]*", "\u4E2D"));
  EXPECT_FALSE(matches_label("[!\u00E4]", "\u00E4"));
}

TEST(LabelPatternTest, OtherBytesAreMatchedOneByOne) {
  EXPECT_TRUE(matches_label("m?ller", "m\xfcller"));
  EXPECT_FALSE(matches_label("m\u00FCller", "m\xfcller"));
}

TEST(LabelPatternTest, ManyCharactersAreMatchedByTheirBytes) {
  std::string label;
  for (unsigned i = 0; i < 0x40; ++i)
    for (const char* lead : {"\u4E00", "\u4E40", "\u4E80"})
      label += std::string(lead).substr(0, 2) + static_cast<char>(0x80 + i);
  EXPECT_TRUE(matches_label("*", label));
  EXPECT_TRUE(matches_label(label, label));
  EXPECT_FALSE(matches_label(label + "a", label));
}

}  // namespace
}  // namespace walstow
