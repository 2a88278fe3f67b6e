#include "proto/base/run_program.h"

#include <exception>
#include <system_error>

#include "proto/base/error.h"
#include "proto/base/exit_code.h"
#include "proto/base/log.h"

namespace walstow {

int run_program(const std::function<int()>& program) {
  try {
    return program();
  } catch (const Error& error) {
    log_error(error);
    return error.kind() == ErrorKind::kUsage ? exit_code::kUsage : exit_code::kFailed;
  } catch (const std::system_error& error) {  // a thread that cannot start
    log_line(LogLevel::kError, error.what(), system_hint(error.code().value()));
    return exit_code::kFailed;
  } catch (const std::exception& error) {
    log_line(LogLevel::kError, error.what());
    return exit_code::kFailed;
  }
}

}  // namespace walstow
