// walstow-documents: writes the documents that are generated from the programs' tables (programs.h
// explains why it is a separate program).
#include <cerrno>
#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "deploy/documents/completion.h"
#include "deploy/documents/manual_pages.h"
#include "deploy/documents/markdown.h"
#include "deploy/documents/programs.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/program/exit_code.h"
#include "proto/program/run_program.h"

namespace walstow {
namespace {

constexpr const char* kUsage =
    "usage: walstow-documents files FOLDER    write manual pages and completions below FOLDER\n"
    "       walstow-documents check SOURCES   fail if a generated part of docs/ is out of date\n"
    "       walstow-documents update SOURCES  write the generated parts of docs/ anew\n";

std::string read_document(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw_system_error(fmt::format("could not open file \"{}\"", path), errno);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_document(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream file(path, std::ios::trunc);
  file << text;
  if (!file.flush()) throw_system_error(fmt::format("could not write file \"{}\"", path), errno);
}

void write_files(const std::string& folder) {
  for (const ManualFile& page : manual_pages())
    write_document(fmt::format("{}/man/{}", folder, page.path), page.text);
  for (const ProgramSpec& program : all_programs()) {
    write_document(fmt::format("{}/bash-completion/completions/{}", folder, program.name),
                   bash_completion(program));
  }
}

// Whether all of them are up to date.
bool check_parts(const std::string& sources, const std::string& own_path) {
  bool is_current = true;
  for (const GeneratedPart& part : generated_parts()) {
    const std::string path = fmt::format("{}/{}", sources, part.document);
    const std::string text = read_document(path);
    if (with_part(text, part) == text) continue;
    is_current = false;
    log_line(LogLevel::kError,
             fmt::format("the generated part of \"{}\" is out of date", part.document),
             fmt::format("Run: {} update {}", own_path, sources));
  }
  return is_current;
}

void update_parts(const std::string& sources) {
  for (const GeneratedPart& part : generated_parts()) {
    const std::string path = fmt::format("{}/{}", sources, part.document);
    write_document(path, with_part(read_document(path), part));
  }
}

int run(std::span<const char* const> arguments) {
  const std::string_view task = arguments.size() == 3 ? arguments[1] : "";
  if (task == "files") {
    write_files(arguments[2]);
  } else if (task == "check") {
    return check_parts(arguments[2], arguments[0]) ? exit_code::kDone : exit_code::kFailed;
  } else if (task == "update") {
    update_parts(arguments[2]);
  } else {
    std::fputs(kUsage, stderr);
    return exit_code::kUsage;
  }
  return exit_code::kDone;
}

}  // namespace
}  // namespace walstow

int main(int argc, char** argv) {
  walstow::start_log("walstow-documents", walstow::LogLevel::kInfo);
  return walstow::run_program([&] { return walstow::run({argv, static_cast<std::size_t>(argc)}); });
}
