#include "proto/base/suggestion.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace walstow {
namespace {

const Reach kHere{
    .folder = "/opt/wal stow/", .options = {"--store", "/srv/w al"}, .cluster = "main"};

TEST(SuggestionTest, IsACommandInDoubleQuotes) {
  EXPECT_EQ(suggestion({"status", "main"}), "\"walstow status main\"");
  EXPECT_EQ(suggestion({"client", "grant", "a", "--cluster", "*"}),
            "\"walstow client grant a --cluster '*'\"");
}

TEST(SuggestionTest, IsCompletedForItsReader) {
  const struct {
    std::string_view text, here;
  } cases[] = {
      {"", ""},
      {"no command", "no command"},
      {"\"walstow status main\" shows \"it\".",
       "\"'/opt/wal stow/walstow' --store '/srv/w al' status main\" shows \"it\"."},
      {"\"walstow a\", \"walstow b\"",
       "\"'/opt/wal stow/walstow' --store '/srv/w al' a\", "
       "\"'/opt/wal stow/walstow' --store '/srv/w al' b\""},
      {"Put it in with \"walstow-archive PATH\".",
       "Put it in with \"'/opt/wal stow/walstow-archive' --store '/srv/w al' --cluster main "
       "PATH\"."},
      // Those have their archive as an argument.
      {"made by \"walstow init\"", "made by \"'/opt/wal stow/walstow' init\""},
      {"\"walstow server renew DIR\"", "\"'/opt/wal stow/walstow' server renew DIR\""},
      {"\"walstow copy --finish\"", "\"'/opt/wal stow/walstow' copy --finish\""},
      {"\"walstow initial\"", "\"'/opt/wal stow/walstow' --store '/srv/w al' initial\""},
      // No command, but a name in quotes, or not in quotes.
      {"the account \"walstow\"", "the account \"walstow\""},
      {"run walstow status", "run walstow status"},
      {"an open quote \"walstow", "an open quote \"walstow"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(completed(one.text, kHere), one.here);
    EXPECT_EQ(completed(one.text, {}), one.text) << "nothing is needed";
  }
}

TEST(SuggestionTest, AWholeLineHasNoQuotesAroundIt) {
  EXPECT_EQ(complete_command(kHere, {"verify", "main"}),
            "'/opt/wal stow/walstow' --store '/srv/w al' verify main");
  EXPECT_EQ(complete_command(kHere, {"copy", "--finish", "/a b", "/c"}),
            "'/opt/wal stow/walstow' copy --finish '/a b' /c");
  EXPECT_EQ(complete_command({}, {"status"}), "walstow status");
}

TEST(SuggestionTest, IsNotBrokenIntoLines) {
  EXPECT_EQ(quoted_command_size("\"walstow list main --holes\" and so on"), 27U);
  EXPECT_EQ(quoted_command_size("\"walstow-archive PATH\""), 22U);
  EXPECT_EQ(quoted_command_size("\"walstow list"), 0U);
  EXPECT_EQ(quoted_command_size("\"another\" \"walstow a\""), 0U);
  EXPECT_EQ(quoted_command_size(""), 0U);
  for (const std::string word :
       {"a \"b\" c", "it's", "it's \"a\" b", "a\x01 \"b", "\x01", "\\ \"", "' '"}) {
    const std::string command = suggestion({"list", word, "--holes"});
    EXPECT_EQ(quoted_command_size(command + " and \"so on\""), command.size()) << command;
  }
  EXPECT_EQ(quoted_command_size("\"walstow list 'a b"), 0U);
  EXPECT_EQ(quoted_command_size("\"walstow list \\"), 0U);
}

TEST(SuggestionTest, ForeignTextIsNoCommand) {
  const Reach reach{.folder = "/opt/", .options = {"--store", "/srv"}, .cluster = ""};
  const std::string name = foreign_text(R"(a". Run "walstow client add evil" now)");
  const std::string text = "standby \"" + name + "\" needs it";
  EXPECT_EQ(completed(text, reach), text);
  // A name alone, between the quotes of the message.
  for (const char* const planted : {"walstow prune main --yes", "walstow-archive x"}) {
    const std::string message = fmt::format("standby \"{}\" needs it", foreign_text(planted));
    EXPECT_EQ(completed(message, reach), message);
    EXPECT_EQ(quoted_command_size(message.substr(message.find('"'))), 0U) << message;
  }
  // This is the account of the packages, and no command.
  EXPECT_EQ(foreign_text("walstow"), "walstow");
}

}  // namespace
}  // namespace walstow
