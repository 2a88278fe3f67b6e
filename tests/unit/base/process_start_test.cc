#include "proto/base/process_start.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace walstow {
namespace {

// As the kernel writes it, up to field 24.
std::string stat_of(std::string_view name, char state, int threads) {
  return fmt::format(
      "4711 ({}) {} 1 4711 4711 0 -1 4194560 162 0 0 0 0 0 0 0 20 0 {} 0 8812345 8192 1\n", name,
      state, threads);
}

TEST(ProcessStartTest, IsField22WhateverTheNameHolds) {
  for (const char* const name : {"walstowd", "a b", "x) Z 1 (", ") Z 1", "\n"}) {
    EXPECT_EQ(parse_process_start(stat_of(name, 'S', 1)), "8812345") << name;
  }
}

TEST(ProcessStartTest, AnEndedProcessHasNone) {
  EXPECT_EQ(parse_process_start(stat_of("walstowd", 'D', 1)), "8812345");
  for (const char ended : {'Z', 'X'}) {
    EXPECT_EQ(parse_process_start(stat_of("walstowd", ended, 1)), std::nullopt);
    EXPECT_EQ(parse_process_start(stat_of("walstowd", ended, 0)), std::nullopt);
    // Its first thread alone: another one is still in the kernel.
    EXPECT_EQ(parse_process_start(stat_of("walstowd", ended, 2)), "8812345");
  }
}

TEST(ProcessStartTest, OtherTextHasNone) {
  for (const char* const text : {"", "4711", "4711 (walstowd) S", "4711 (walstowd)", ") "}) {
    EXPECT_EQ(parse_process_start(text), std::nullopt) << text;
  }
}

TEST(ProcessStartTest, OfARealProcessUntilItHasEnded) {
  const auto own = process_start(static_cast<std::uint64_t>(::getpid()));
  ASSERT_TRUE(own);
  EXPECT_EQ(process_start(static_cast<std::uint64_t>(::getpid())), own);

  const pid_t child = ::fork();
  if (child == 0) {
    for (;;)
      ::pause();
  }
  ASSERT_GT(child, 0);
  const auto number = static_cast<std::uint64_t>(child);
  EXPECT_TRUE(process_start(number));
  ::kill(child, SIGKILL);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(process_start(number)) << "it has ended, and was not waited for yet";
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(process_start(number));
}

}  // namespace
}  // namespace walstow
