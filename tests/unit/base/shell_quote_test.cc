#include "proto/base/shell_quote.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>

#include "proto/base/utf8.h"

namespace walstow {
namespace {

TEST(ShellQuoteTest, AWordStaysAWord) {
  EXPECT_EQ(shell_quoted("/var/lib/walstow-1_a.b"), "/var/lib/walstow-1_a.b");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("$HOME`x`;\"\\*~"), "'$HOME`x`;\"\\*~'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

// What `sh` makes of a line of words: each with a dot behind it, so that none runs into the next.
std::string words_of_shell(const std::string& line) {
  const std::string command = "printf '%s.' " + line;
  const std::unique_ptr<FILE, int (*)(FILE*)> shell(::popen(command.c_str(), "r"), ::pclose);
  std::string words;
  for (int c = std::fgetc(shell.get()); c != EOF; c = std::fgetc(shell.get()))
    words += static_cast<char>(c);
  return words;
}

TEST(ShellQuoteTest, AShellReadsWhatWasQuoted) {
  for (const std::string word : {"plain",       "",
                                 " ",           "a b",
                                 "it's",        "a\"b",
                                 "''",          "Gr\u00F6\u00DFe",
                                 "-x",          "--store=a b",
                                 "~",           "*",
                                 "$HOME",       "`id`",
                                 "$(id)",       "a\\b\\",
                                 "a;b&c|d<e>f", "#a",
                                 "!x",          "\xe9",
                                 "a\xff\xfe'b", "a\tb",
                                 "a\nb",        "a\n",
                                 "\x1b[31m",    "%s",
                                 "\\101"}) {
    const std::string quoted = shell_quoted(word);
    EXPECT_EQ(words_of_shell(quoted + " end"), word + ".end.") << quoted;
    if (word.find('\n') == std::string::npos) {
      EXPECT_TRUE(is_printable(quoted)) << quoted;
    }
  }
}

}  // namespace
}  // namespace walstow
