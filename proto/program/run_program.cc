#include "proto/program/run_program.h"

#include <exception>
#include <fmt/format.h>
#include <system_error>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/program/exit_code.h"

namespace walstow {

int run_program(const std::function<int()>& program) {
  try {
    return program();
  } catch (const Error& error) {
    log_error(error);
    return error.kind() == ErrorKind::kUsage ? exit_code::kUsage : exit_code::kFailed;
  } catch (const std::system_error& error) {
    // std::thread's own error does not name what failed, and nothing else in the library throws it.
    const bool is_thread = error.code() == std::errc::resource_unavailable_try_again;
    const int number = error.code().value();
    log_line(LogLevel::kError,
             is_thread ? fmt::format("could not start a thread: {}", system_message(number))
                       : error.what(),
             is_thread ? start_hint(number) : system_hint(number));
    return exit_code::kFailed;
  } catch (const std::exception& error) {
    log_line(LogLevel::kError, error.what());
    return exit_code::kFailed;
  }
}

}  // namespace walstow
