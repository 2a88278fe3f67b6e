#include "proto/link/ssh/ssh_transport.h"

#include <gtest/gtest.h>

#include "proto/link/ssh/ssh_client.h"

namespace walstow {
namespace {

std::optional<Error> explained(SshLastWords words) {
  return explain_last_words("ssh://archive1", words);
}

TEST(SshLastWordsTest, SilenceExplainsNothing) {
  EXPECT_FALSE(explained({}));
  EXPECT_FALSE(explained({.answer = "HTTP/1.1 200 OK\r\n"}));
  EXPECT_FALSE(explained({.answer = "HTTP/"}));
}

TEST(SshLastWordsTest, WhatIsNotHttpIsShown) {
  struct Row {
    const char* answer;
    const char* shown;
  };
  for (const Row& row : {Row{"This account is currently not available.\n", "currently not"},
                         Row{"\r\n\nWelcome\x1b[0m to it\r\nmore", "\"Welcome\\x1b[0m to it\""},
                         Row{"HTTP/1.0 200 OK\r\n", "HTTP/1.0"}, Row{"no", "\"no\""}}) {
    const auto error = explained({.answer = row.answer, .errors = "and more", .exit_code = 1});
    ASSERT_TRUE(error) << row.answer;
    EXPECT_EQ(error->kind(), ErrorKind::kUnavailable);
    EXPECT_NE(std::string(error->what()).find(row.shown), std::string::npos) << error->what();
    EXPECT_NE(std::string(error->what()).find("not HTTP"), std::string::npos);
    EXPECT_NE(error->hint(), "");
  }
  const auto longest = explained({.answer = std::string(5000, 'x')});
  EXPECT_LT(std::string(longest->what()).size(), 400U);
}

TEST(SshLastWordsTest, WalstowdsOwnWordsArePassedOn) {
  const auto error = explained(
      {.errors = "noise\nwalstowd: error: archive \"/x\" is away\nwalstowd: hint: Mount it.\n",
       .exit_code = 1});
  ASSERT_TRUE(error);
  EXPECT_STREQ(error->what(), "the store \"ssh://archive1\": archive \"/x\" is away");
  EXPECT_EQ(error->hint(), "Mount it.");
}

TEST(SshLastWordsTest, ACommandThatIsNotThereIsNamed) {
  const auto error = explained({.errors = "sh: 1: walstowd: not found\n", .exit_code = 127});
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("walstowd: not found"), std::string::npos);
  EXPECT_NE(error->hint().find("Is walstowd installed there?"), std::string::npos);
  EXPECT_NE(std::string(explained({.exit_code = 3})->what()).find("exit code 3"),
            std::string::npos);
}

TEST(SshClientTest, TheArchiveIsOneWordOfTheRemoteCommand) {
  EXPECT_EQ(remote_command(""), "walstowd --stdio --owner");
  EXPECT_EQ(remote_command("/srv/archive"), "walstowd --stdio --owner --archive /srv/archive");
  EXPECT_EQ(remote_command("/a b/'; rm x"),
            "walstowd --stdio --owner --archive '/a b/'\\''; rm x'");
}

}  // namespace
}  // namespace walstow
