#include "proto/base/process_start.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/thrown.h"

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

TEST(ProcessStartTest, OtherTextTellsNothing) {
  for (const char* const text : {"", "4711", "4711 (walstowd) S", "4711 (walstowd)", ") "}) {
    EXPECT_EQ(kind_thrown([&] { parse_process_start(text); }), ErrorKind::kStorage) << text;
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

TEST(ProcessStartTest, AProcessThatCannotBeLookedAtHasNotEnded) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto thrown = kind_thrown([] { process_start(static_cast<std::uint64_t>(::getpid())); });
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(thrown, ErrorKind::kStorage);
}

// In process 1 of a new namespace, which has no /proc of its own; nullopt where none can be made.
std::optional<bool> proc_shows_own_numbers_in_namespace() {
  constexpr int kNoNamespace = 2;
  const pid_t maker = ::fork();  // where it is made, no thread can be started any more
  if (maker == 0) {
    if (::unshare(CLONE_NEWPID) != 0) ::_exit(kNoNamespace);
    const pid_t first = ::fork();
    if (first == 0) ::_exit(proc_shows_own_numbers() ? 1 : 0);
    int status = -1;
    ::waitpid(first, &status, 0);
    ::_exit(WEXITSTATUS(status));
  }
  int status = -1;
  ::waitpid(maker, &status, 0);
  if (WEXITSTATUS(status) == kNoNamespace) return std::nullopt;
  return WEXITSTATUS(status) == 1;
}

TEST(ProcessStartTest, ProcIsOfThisNamespaceOrOfAnother) {
  EXPECT_TRUE(proc_shows_own_numbers());
  const auto elsewhere = proc_shows_own_numbers_in_namespace();
  if (!elsewhere) GTEST_SKIP() << "only root makes a namespace";
  EXPECT_FALSE(*elsewhere);
}

}  // namespace
}  // namespace walstow
