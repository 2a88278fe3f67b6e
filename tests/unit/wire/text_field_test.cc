#include "proto/http/text_field.h"

#include <gtest/gtest.h>

#include "proto/wire/command.h"

namespace walstow {
namespace {

TEST(TextFieldTest, AsciiStandsAsItIs) {
  for (const char* text : {"nightly", "100%", "a %C3%A4", "~", "UTF-8"}) {
    EXPECT_EQ(to_text_field(text), text);
    EXPECT_EQ(parse_text_field(text), text);
  }
}

TEST(TextFieldTest, OtherWordsAreEncoded) {
  EXPECT_EQ(to_text_field("Pr\u00FCfung 2%"), "UTF-8''Pr%C3%BCfung%202%25");
  EXPECT_EQ(to_text_field("UTF-8''a"), "UTF-8''UTF-8%27%27a");
  for (const char* text :
       {"Pr\u00FCfung im November", "\u591C\u9593", "N*\u00E4?[a-z]", "UTF-8''a", "utf-8''%C3"}) {
    EXPECT_EQ(parse_text_field(to_text_field(text)), text);
  }
  EXPECT_EQ(parse_text_field("utf-8''%c3%a4"), "\u00E4");
}

TEST(TextFieldTest, LongWordsAreMeasuredInBytesOfUtf8) {
  std::string text;
  for (int i = 0; i < 85; ++i)
    text += "\u591C";
  EXPECT_EQ(parse_text_field(to_text_field(text)), text);
  EXPECT_EQ(parse_text_field(to_text_field(text + "a")), std::nullopt);
  EXPECT_EQ(parse_text_field(std::string(256, 'a')), std::nullopt);
}

TEST(TextFieldTest, RefusesWhatIsNoText) {
  for (const char* value :
       {"", " a", "a ", "a\tb", "\u00E4", "UTF-8''", "UTF-8''%", "UTF-8''%C3", "UTF-8''%FC",
        "UTF-8''a%0Ab", "UTF-8''%E2%80%AE", "UTF-8''%20a", "UTF-8''\u00E4"}) {
    EXPECT_EQ(parse_text_field(value), std::nullopt) << value;
  }
}

TEST(TextFieldTest, RequestsCarryThemInAscii) {
  const Command commands[] = {AddHold{.cluster = "main",
                                      .id = "0123456789ab",
                                      .from = LogPosition(Lsn{1 << 24}),
                                      .to = {},
                                      .reason = "Pr\u00FCfung"},
                              AddBackup{.cluster = "main",
                                        .id = "0123456789ab",
                                        .start = LogPosition(Lsn{1 << 24}),
                                        .stop = Lsn{1 << 25},
                                        .timeline = Timeline{1},
                                        .stopped = {},
                                        .label = "\u591C\u9593"},
                              PlanPrune{.cluster = "main",
                                        .policy = {.keep_backups = 1,
                                                   .keep_days = 0,
                                                   .before = {},
                                                   .backup_label = "N\u00E4*",
                                                   .standby_limit_days = {},
                                                   .timeline = {}},
                                        .era = {}}};
  for (const Command& command : commands) {
    const RequestHead request = to_request(command);
    for (const auto& [name, value] : request.fields.all()) {
      EXPECT_EQ(
          value.find_first_not_of(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ["
                                  "\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"),
          std::string::npos)
          << name << ": " << value;
    }
    EXPECT_EQ(parse_request(request).value(), command);
  }
}

TEST(DigestFieldTest, IsWrittenAndReadBack) {
  const Digest digest = parse_digest("00112233445566778899aabbccddeeff").value();
  EXPECT_EQ(to_digest_field(digest), "xxh128=00112233445566778899aabbccddeeff");
  EXPECT_EQ(parse_digest_field(to_digest_field(digest)), digest);
}

}  // namespace
}  // namespace walstow
