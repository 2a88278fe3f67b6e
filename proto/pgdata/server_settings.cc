#include "proto/pgdata/server_settings.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/base/run_command.h"
#include "proto/files/file_system.h"
#include "proto/wal/control_file.h"

namespace walstow {
namespace {

constexpr const char* kOptionsFile = "postmaster.opts";
constexpr const char* kRecoveryConf = "recovery.conf";
// A command line, and a file that people write.
constexpr std::size_t kLargestFile = std::size_t{1} << 20;

constexpr std::array kInPostgresqlConf{"archive_mode", "archive_command", "archive_library"};
constexpr std::array kOfRecovery{"restore_command", "archive_cleanup_command"};

bool is_blank(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

bool equal_without_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

// The character that stands for "\\" and this letter in a quoted value. Source: PostgreSQL
// src/backend/utils/misc/guc-file.l, DeescapeQuotedString(); numbers in octal are left out.
char unescaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

// In a quoted value, two quotes are one. The text after the closing quote is a comment.
std::string unquoted(std::string_view text) {
  if (text.empty() || text.front() != '\'')
    return std::string(trimmed(text.substr(0, text.find('#'))));
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\'') {
      if (i + 1 == text.size() || text[i + 1] != '\'') break;
      ++i;
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      value += unescaped(text[++i]);
      continue;
    }
    value += text[i];
  }
  return value;
}

bool is_relative(std::string_view path) {
  return !path.starts_with('/');
}

[[noreturn]] void refuse_relative(std::string_view option) {
  throw Error(ErrorKind::kStorage,
              fmt::format("the server was started with a relative path: {}", escaped(option)),
              "Start it with absolute paths, so that other programs can find its settings.");
}

// The server may have been started from another folder, which is not known. A relative "-D" is the
// data directory if it has that name; it could also be a folder of settings.
void use_working_folder(std::vector<std::string>& server) {
  const std::string own_name = fs::path(absolute_path(".")).parent_path().filename().string();
  bool has_folder = false;
  for (std::size_t i = 1; i < server.size(); ++i) {
    const std::string_view word = server[i];
    const bool is_alone = word == "-D" && i + 1 < server.size();
    if (word.find("config_file=") != word.npos || word.find("data_directory=") != word.npos) {
      if (is_relative(word.substr(word.find('=') + 1))) refuse_relative(word);
      has_folder = true;
    } else if (is_alone || (word.starts_with("-D") && word.size() > 2)) {
      std::string& path = server[is_alone ? i + 1 : i];
      const std::string folder = is_alone ? path : path.substr(2);
      if (is_relative(folder)) {
        if (fs::path(folder).filename().string() != own_name) refuse_relative(folder);
        path = is_alone ? "." : "-D.";
      }
      has_folder = true;
      if (is_alone) ++i;
    }
  }
  if (!has_folder) server.insert(server.end(), {"-D", "."});  // it was started by $PGDATA
}

// The release prints its values, or has no such setting.
std::optional<std::string> printed_value(const std::vector<std::string>& server,
                                         const std::string& name, Deadline deadline) {
  // Its messages are compared below, so they must not be translated.
  std::vector<std::string> words{"env", "LC_ALL=C", server.front(), "-C", name};
  words.insert(words.end(), server.begin() + 1, server.end());
  words.insert(words.end(), {"-c", "lc_messages=C"});
  const CommandResult done = run_command(words, "", deadline);
  if (done.code == 0) return std::string(trimmed(done.output));
  if (done.errors.find("unrecognized configuration parameter") != std::string::npos) {
    return std::nullopt;
  }
  const std::string cause(trimmed(done.errors.substr(0, done.errors.find('\n'))));
  throw Error(ErrorKind::kStorage,
              fmt::format("could not read the server's setting {}: \"{}\" {}", name, server.front(),
                          done.ended_late ? "did not end in time"
                                          : fmt::format("exited with {}: {}", done.code, cause)),
              "Run this command by hand to see all of its output.");
}

}  // namespace

std::vector<std::string> parse_postmaster_options(std::string_view text) {
  if (text.empty() || text.back() != '\n') return {};
  text.remove_suffix(1);
  constexpr std::string_view kNext = " \"";
  std::size_t end = std::min(text.find(kNext), text.size());
  std::vector<std::string> words{std::string(text.substr(0, end))};
  while (end < text.size()) {
    const std::size_t begin = end + kNext.size();
    // The server does not escape quotes, so a word ends where the next one begins.
    constexpr std::string_view kEnd = "\" \"";
    end = text.find(kEnd, begin);
    if (end == std::string_view::npos) {
      if (text.size() <= begin || text.back() != '"') return {};
      words.emplace_back(text.substr(begin, text.size() - 1 - begin));
      break;
    }
    words.emplace_back(text.substr(begin, end - begin));
    ++end;
  }
  return words.front().empty() ? std::vector<std::string>() : words;
}

std::optional<std::string> recovery_conf_value(std::string_view text, std::string_view name) {
  std::optional<std::string> value;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t name_end = std::min(line.find_first_of(" \t='"), line.size());
    if (!equal_without_case(line.substr(0, name_end), name)) continue;
    line = trimmed(line.substr(name_end));
    if (!line.empty() && line.front() == '=') line = trimmed(line.substr(1));
    value = unquoted(line);
  }
  return value;
}

ServerSettings read_server_settings(Deadline deadline) {
  const auto files = open_posix_file_system(".");
  const auto status = files ? files->status(kOptionsFile) : std::nullopt;
  // The user who wrote it decides which program runs.
  const bool is_own = status && status->owner == geteuid();
  const auto options = is_own ? read_small_file(*files, kOptionsFile, kLargestFile) : std::nullopt;
  std::vector<std::string> server =
      options ? parse_postmaster_options(*options) : std::vector<std::string>();
  if (server.empty()) {
    throw Error(
        ErrorKind::kStorage,
        fmt::format("found no {} of the server in its data directory", kOptionsFile),
        "The server writes this file when it starts. Start the server, or give another data "
        "directory.");
  }
  use_working_folder(server);
  ServerSettings settings;
  const auto add = [&](const char* name) {
    if (auto value = printed_value(server, name, deadline)) settings[name] = *std::move(value);
  };
  std::ranges::for_each(kInPostgresqlConf, add);
  if (const auto recovery = read_small_file(*files, kRecoveryConf, kLargestFile)) {
    for (const char* const name : kOfRecovery)
      settings[name] = recovery_conf_value(*recovery, name).value_or("");
  } else {
    std::ranges::for_each(kOfRecovery, add);
  }
  return settings;
}

}  // namespace walstow
