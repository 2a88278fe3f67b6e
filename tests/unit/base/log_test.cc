#include "proto/base/log.h"

#include <gtest/gtest.h>

namespace walstow {
namespace {

// What a call writes to standard error.
template <class Call>
std::string written_by(Call call) {
  testing::internal::CaptureStderr();
  call();
  return testing::internal::GetCapturedStderr();
}

TEST(LogTest, LinesHaveProgramAndLevel) {
  start_log("walstow-test", LogLevel::kDebug);
  EXPECT_EQ(written_by([] { log_line(LogLevel::kDebug, "a"); }), "walstow-test: debug: a\n");
  EXPECT_EQ(written_by([] { log_line(LogLevel::kInfo, "b"); }), "walstow-test: info: b\n");
  EXPECT_EQ(written_by([] { log_line(LogLevel::kWarning, "c"); }), "walstow-test: warning: c\n");
  EXPECT_EQ(written_by([] { log_line(LogLevel::kError, "d"); }), "walstow-test: error: d\n");
}

TEST(LogTest, AHintMakesASecondLine) {
  start_log("walstow-test", LogLevel::kInfo);
  const Error error(ErrorKind::kStorage, "could not {} 100%", "Do \"this\".");
  EXPECT_EQ(written_by([&] { log_error(error); }),
            "walstow-test: error: could not {} 100%\nwalstow-test: hint: Do \"this\".\n");
}

TEST(LogTest, AHintNamesCommandsThatCanBePasted) {
  start_log("walstow-test", LogLevel::kInfo);
  complete_hints({.folder = "", .options = {"--store", "/srv/w al"}, .cluster = ""});
  EXPECT_EQ(
      written_by([] { log_line(LogLevel::kInfo, "a \"walstow b\"", "See \"walstow status\"."); }),
      "walstow-test: info: a \"walstow b\"\n"
      "walstow-test: hint: See \"walstow --store '/srv/w al' status\".\n");
  complete_hints({});
}

TEST(LogTest, LinesBelowTheLevelAreDropped) {
  start_log("walstow-test", LogLevel::kWarning);
  EXPECT_EQ(written_by([] { log_line(LogLevel::kInfo, "a"); }), "");
  EXPECT_EQ(written_by([] { log_line(LogLevel::kWarning, "b"); }), "walstow-test: warning: b\n");
}

TEST(LogTest, ForeignTextCannotForgeALine) {
  start_log("walstow-test", LogLevel::kInfo);
  EXPECT_EQ(written_by([] { log_line(LogLevel::kError, "a\nb: error: c", "d\r\x1b[0m"); }),
            "walstow-test: error: a\\x0ab: error: c\nwalstow-test: hint: d\\x0d\\x1b[0m\n");
}

TEST(LogTest, EscapesWhatIsNotPrintable) {
  EXPECT_EQ(escaped(""), "");
  EXPECT_EQ(escaped("plain ~ text\\"), "plain ~ text\\");
  EXPECT_EQ(escaped("Pr\u00FCfung \u591C\u9593"), "Pr\u00FCfung \u591C\u9593");
  EXPECT_EQ(escaped(std::string_view("\0\t\x7f\xc3", 4)), "\\x00\\x09\\x7f\\xc3");
  EXPECT_EQ(escaped("m\xfcller"), "m\\xfcller");
  EXPECT_EQ(escaped("a\u202Eb\u009B"), "a\\xe2\\x80\\xaeb\\xc2\\x9b");
}

TEST(LogTest, CutsLongTextBetweenEscapes) {
  EXPECT_EQ(escaped("abcdef", 6), "abcdef");
  EXPECT_EQ(escaped("abcdef", 5), "abcde...");
  EXPECT_EQ(escaped("ab\n", 5), "ab...");
  EXPECT_EQ(escaped("ab\u00E4", 3), "ab...");
  EXPECT_EQ(escaped("ab\u00E4", 4), "ab\u00E4");
  EXPECT_EQ(escaped("ab\n", 6), "ab\\x0a");
  EXPECT_EQ(escaped(std::string(5000, 'x')).size(), 1024 + 3U);
}

}  // namespace
}  // namespace walstow
