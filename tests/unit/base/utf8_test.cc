#include "proto/base/utf8.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

TEST(Utf8Test, WordsOfAnyLanguageArePrintable) {
  for (const char* text :
       {"", "nightly ~", "Pr\u00FCfung", "\u591C\u9593", "\u0646\u0633\u062E",
        "\u043D\u043E\u0447\u044C", "\u05D2\u05D9\u05D1\u05D5\u05D9",
        "\u0928\u0915\u094D\u200D\u0937", "\u0645\u06CC\u200C\u062E", "\U0001F418", "\uFFFD"}) {
    EXPECT_TRUE(is_printable(text)) << text;
  }
}

TEST(Utf8Test, WhatControlsALineIsNot) {
  for (const char* text :
       {"\t",     "\n",     "\x1b[0m", "\x7f",   "\u0080",     "\u009B",    "\u061C", "\u200B",
        "\u200E", "\u200F", "\u2028",  "\u2029", "\u202A",     "\u202E",    "\u2060", "\u2066",
        "\u2069", "\uFEFF", "\uFFF9",  "\uFFFF", "\U000E0041", "\U0010FFFF"}) {
    EXPECT_FALSE(is_printable(std::string("a") + text + "b")) << text;
  }
}

TEST(Utf8Test, OtherBytesAreNot) {
  for (const char* text : {"\x80", "\xbf", "\xc3", "\xe5\xa4", "\xf0\x9f\x90", "\xc3(",
                           "\xfcller",          // ISO 8859-1
                           "\xc0\xaf",          // a longer form of "/"
                           "\xe0\x80\xaf",      // a still longer one
                           "\xf0\x80\x80\xaf",  // and another
                           "\xed\xa0\x80",      // a surrogate
                           "\xf4\x90\x80\x80",  // above the last code point
                           "\xf8\x88\x80\x80\x80", "\xfe", "\xff"}) {
    EXPECT_FALSE(is_printable(text));
  }
}

TEST(Utf8Test, TellsTheSizeOfTheFirstCharacter) {
  EXPECT_EQ(first_character("a\u00E4").size, 1U);
  EXPECT_EQ(first_character("\u00E4a").size, 2U);
  EXPECT_EQ(first_character("\u591C\u9593").size, 3U);
  EXPECT_EQ(first_character("\U0001F418!").size, 4U);
  EXPECT_EQ(first_character("\xe5\xa4z").size, 1U);  // only this byte is wrong for sure
}

TEST(Utf8Test, CountsCharacters) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("N\u00E4chte"), 6U);
  EXPECT_EQ(count_characters("\u591C\u9593"), 2U);
  EXPECT_EQ(count_characters("\xff\xfe"), 2U);
}

TEST(Utf8Test, TellsWhatIsNotUtf8) {
  for (const std::string_view text :
       {"", "/mnt/archive\n", "\x01\x7F", "\u00FC", "\u202E", "\U0010FFFF"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const std::string_view text :
       {"\xEF", "a\xFC", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
}

}  // namespace
}  // namespace walstow
