// walstow-archive: archive_command runs it for each file that PostgreSQL has finished.
//
//   archive_command = 'walstow-archive %p'
//
// PostgreSQL takes exit 0 for "safe, may be recycled" and never passes the file again, so 0 means
// that the store has promised durability. After any other code up to 125, it counts a failure and
// retries later. From 126 on, it would restart its archiver instead and count nothing, so
// monitoring would miss the failure. So main() never exits with such a code.
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
    // Not even a line could be written (no memory). Without this, the process would abort, which is
    // a signal and above 125.
    return walstow::exit_code::kFailed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int code = run(argc, argv);
  // Not a return: a thread that archives ahead may still be using what a return would destroy.
  std::fflush(nullptr);
  std::_Exit(code);
}
