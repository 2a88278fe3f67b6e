#include "proto/program/run_program.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <system_error>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/program/exit_code.h"

namespace walstow {
namespace {

struct Ended {
  int exit_code;
  std::string said;
};

Ended run(const std::function<int()>& program) {
  start_log("walstow-test", LogLevel::kInfo);
  testing::internal::CaptureStderr();
  const int code = run_program(program);
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(RunProgramTest, TheProgramsOwnExitCodeStands) {
  const Ended ended = run([] { return 7; });
  EXPECT_EQ(ended.exit_code, 7);
  EXPECT_EQ(ended.said, "");
}

TEST(RunProgramTest, AMistakeOfTheCallerHasACodeOfItsOwn) {
  const Ended ended = run([]() -> int { throw Error(ErrorKind::kUsage, "no such option"); });
  EXPECT_EQ(ended.exit_code, exit_code::kUsage);
  EXPECT_EQ(ended.said, "walstow-test: error: no such option\n");
}

TEST(RunProgramTest, EverythingElseIsAFailureWithALine) {
  const Ended refused = run([]() -> int { throw Error(ErrorKind::kRefused, "no", "Ask."); });
  EXPECT_EQ(refused.exit_code, exit_code::kFailed);
  EXPECT_EQ(refused.said, "walstow-test: error: no\nwalstow-test: hint: Ask.\n");
  const Ended other = run([]() -> int { throw std::runtime_error("no memory"); });
  EXPECT_EQ(other.exit_code, exit_code::kFailed);
  EXPECT_EQ(other.said, "walstow-test: error: no memory\n");
}

// std::thread's own error has no name.
TEST(RunProgramTest, AThreadThatCannotStartIsNamed) {
  const Ended ended = run([]() -> int {
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  });
  EXPECT_EQ(ended.exit_code, exit_code::kFailed);
  EXPECT_NE(ended.said.find("error: could not start a thread: Resource temporarily unavailable\n"),
            std::string::npos)
      << ended.said;
  EXPECT_NE(ended.said.find("limit on processes"), std::string::npos) << ended.said;
}

}  // namespace
}  // namespace walstow
