// Checks whether a server's settings run walstow's commands, and whether these commands can work.
// Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/pgdata/data_directory.h"
#include "proto/pgdata/server_settings.h"
#include "store/admin/check/check_result.h"

namespace walstow {

// The program to which a path in a setting leads.
enum class ProgramPlace {
  kNone,      // no program that this user can execute
  kOther,     // a program in a folder other than this program's
  kThisOnes,  // the program that was installed together with this program
};
using FindProgram = std::function<ProgramPlace(const std::string& path)>;

// Returns the word of a shell command that is a path ending in `program`, as it is written there.
// Returns nullopt if there is none.
std::optional<std::string> path_in_command(std::string_view command, std::string_view program);

// The archive and the cluster that the check has examined. A command that leads to others is a
// finding. "": unknown, so not compared.
struct ExaminedArchive {
  std::string store, cluster;
};

struct InstalledPrograms {
  std::string folder;  // of the programs of walstow, with a trailing '/', for hints
  FindProgram find;
  // Returns the store and the cluster in a settings file. Throws Error if a program could not use
  // the file.
  std::function<ExaminedArchive(const std::string& path)> read_file;
};

void add_commands(const ServerSettings& settings, RecoveryMode mode,
                  const InstalledPrograms& programs, const ExaminedArchive& archive,
                  CheckResult& result);

}  // namespace walstow
