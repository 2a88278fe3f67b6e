// walstow-archive: what archive_command runs for each file that PostgreSQL has finished.
//
//   archive_command = 'walstow-archive %p'
//
// PostgreSQL takes exit 0 for "safe, may be recycled" and never asks again, so 0 means that the
// store has promised durability. Any other code up to 125 makes it count a failure and try again
// later; from 126 on it would restart its archiver instead and count nothing, so that monitoring
// misses it. Hence no way out of main() leads there.
#include <cstdio>
#include <cstdlib>

#include "archiver/command.h"
#include "archiver/program.h"
#include "proto/base/log.h"
#include "proto/program/exit_code.h"
#include "proto/program/run_program.h"
#include "proto/program/signals.h"

namespace {

int run(int argc, const char* const* argv) {
  try {
    walstow::set_command_signals();
    walstow::start_log(walstow::kArchiveProgram, walstow::LogLevel::kWarning);
    return walstow::run_program([&] { return walstow::run_archive(argc, argv); });
  } catch (...) {
    // Not even a line could be written (no memory). Without this the process would abort, which is
    // a signal and above 125.
    return walstow::exit_code::kFailed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int code = run(argc, argv);
  // Not a return: a thread that archives ahead may be at work still, with what that would destroy.
  std::fflush(nullptr);
  std::_Exit(code);
}
