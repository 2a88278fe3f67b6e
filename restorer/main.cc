// walstow-restore: restore_command runs it for each file that PostgreSQL asks for.
//
//   restore_command = 'walstow-restore %f %p'
//
// Its exit code is its answer, and PostgreSQL takes 1 to 125 for "there is no such file": under
// recovery.signal it then opens the database with what it has. This file ensures that nothing, not
// even a mistyped option or a lack of memory, ends with such a code by accident.
// restorer/file/decision.h converts the store's answers.
#include <exception>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/program/exit_code.h"
#include "proto/program/signals.h"
#include "restorer/command.h"
#include "restorer/file/decision.h"
#include "restorer/program.h"

namespace walstow {
namespace {

int exit_code_of(const CallContext& context, ErrorKind kind) {
  if (context.restartpoint) return exit_code::kDone;
  if (kind == ErrorKind::kUsage) return usage_exit_code(context.mode);
  return decide(context.mode, StoreAnswer::kFailed, LocalCopy::kNone).exit_code;
}

int run_and_report(int argc, const char* const* argv, CallContext& context) {
  try {
    return run_restore(argc, argv, context);
  } catch (const Error& error) {
    log_line(context.restartpoint ? LogLevel::kWarning : LogLevel::kError, error.what(),
             error.hint());
    return exit_code_of(context, error.kind());
  } catch (const std::exception& error) {
    log_line(LogLevel::kError, error.what());
    return exit_code_of(context, ErrorKind::kFatal);
  }
}

}  // namespace
}  // namespace walstow

int main(int argc, char** argv) {
  walstow::CallContext context;
  try {
    walstow::set_command_signals();
    context = walstow::guess_context(argc, argv);
    walstow::start_log(walstow::kRestoreProgram, walstow::LogLevel::kWarning);
    return walstow::run_and_report(argc, argv, context);
  } catch (...) {
    // Not even a line could be written (no memory).
    return walstow::exit_code_of(context, walstow::ErrorKind::kFatal);
  }
}
