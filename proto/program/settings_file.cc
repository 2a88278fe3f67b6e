// Where settings come from before the command line: TOML files, then the environment.
#include <fcntl.h>
#include <fmt/format.h>
#define TOML_ENABLE_FORMATTERS 0  // read, never written
// One of its assertions wrongly expects a name after "[": the check below refuses other text.
#define TOML_ASSERT(expression) static_assert(true)
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <unistd.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/utf8.h"
#include "proto/files/posix_file.h"
#include "proto/program/settings.h"

namespace walstow {
namespace {

constexpr std::string_view kSystemFolder = "/etc/walstow";
constexpr std::string_view kConfigVariable = "WALSTOW_CONFIG";  // as --config
constexpr std::size_t kLongestFile = std::size_t{1} << 20;
// Each dot of a name makes a table within a table, and toml++ destroys them by recursion: a hundred
// thousand of them are more than the stack holds.
constexpr std::size_t kLongestLine = 4096;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// nullopt: absent. It does not use FileSystem, because symbolic links are welcome here.
std::optional<std::string> read_text(const std::string& path) {
  const std::string label = fmt::format("settings file \"{}\"", path);
  Descriptor fd(
      uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) {
    throw Error(ErrorKind::kUsage,
                fmt::format("could not open {}: {}", label, system_message(errno)),
                "Check the permissions of the file and of every folder above it.");
  }
  PosixFile file(std::move(fd), label);
  if (file.status().type != FileStatus::Type::kFile) {
    throw Error(ErrorKind::kUsage, fmt::format("could not open {}: not a regular file", label));
  }
  std::string text(std::min<std::uint64_t>(file.status().size, kLongestFile + 1), '\0');
  text.resize(file.read_at(0, std::as_writable_bytes(std::span(text))));
  if (text.size() > kLongestFile) {
    throw Error(ErrorKind::kUsage, fmt::format("{} is longer than {} bytes", label, kLongestFile));
  }
  return text;
}

// Whether `line` has a character beyond ASCII outside of strings and comments. No setting has one
// there. `quotes`: the quotes of a multi-line string that continues in this line; "" for none.
bool has_bare_non_ascii(std::string_view line, std::string_view& quotes) {
  while (!line.empty()) {
    if (!quotes.empty()) {
      const bool is_escape = line.front() == '\\' && quotes.front() == '"';
      std::size_t taken = is_escape ? 2 : 1;
      if (line.starts_with(quotes)) {
        // One or two quotes may precede the quotes that end a multi-line string.
        if (quotes.size() == 3)
          taken = std::min(line.find_first_not_of(quotes.front()), line.size());
        quotes = {};
      }
      line.remove_prefix(std::min(taken, line.size()));
      continue;
    }
    if (line.front() == '#') return false;
    if (static_cast<unsigned char>(line.front()) >= 0x80) return true;
    for (const std::string_view start : {R"(""")", "'''", R"(")", "'"}) {
      if (!line.starts_with(start)) continue;
      quotes = start;
      break;
    }
    line.remove_prefix(std::max<std::size_t>(quotes.size(), 1));
  }
  if (quotes.size() == 1) quotes = {};  // it ends with its line at the latest
  return false;
}

// Input that toml++ must not see: such a line; bytes that are not UTF-8; and characters at places
// where no character is valid. With some of these it reaches code that it considers unreachable.
void check_lines(std::string_view text, const std::string& path) {
  const auto refuse = [&path](std::size_t number, const std::string& why) {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid settings file \"{}\", line {}: {}", path, number, why));
  };
  std::string_view quotes;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    if (size > kLongestLine) refuse(number, fmt::format("longer than {} bytes", kLongestLine));
    const std::string_view line = text.substr(0, size);
    if (!is_utf8(line)) refuse(number, "not UTF-8");
    const bool has_mark = number == 1 && line.starts_with(kByteOrderMark);
    if (has_bare_non_ascii(line.substr(has_mark ? kByteOrderMark.size() : 0), quotes))
      refuse(number, "a non-ASCII character outside quotes");
    text.remove_prefix(std::min(size + 1, text.size()));
  }
}

std::string origin_of(const toml::node& node, const std::string& path) {
  return fmt::format("\"{}\", line {}", path, node.source().begin.line);
}

void apply_value(Settings& settings, const std::string& name, const toml::node& node,
                 const std::string& path) {
  const auto setting =
      std::find_if(settings.table().begin(), settings.table().end(),
                   [&name](const Setting& candidate) { return candidate.name == name; });
  const bool counts = setting != settings.table().end() && setting->type == ValueType::kCount;
  if (const auto* const text = node.as_string()) {
    settings.set(name, text->get(), origin_of(node, path));
  } else if (const auto* const number = node.as_integer(); number != nullptr && counts) {
    settings.set(name, std::to_string(number->get()), origin_of(node, path));
  } else if (setting == settings.table().end()) {
    settings.set(name, "", origin_of(node, path));  // throws that the name is unknown
  } else {
    throw Error(ErrorKind::kUsage,
                fmt::format("invalid value for setting \"{}\" ({})", name, origin_of(node, path)),
                counts ? "Write a whole number." : "Write the value in double quotes.");
  }
}

void apply_table(Settings& settings, const std::string& prefix, const toml::table& table,
                 const std::string& path) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* const nested = node.as_table()) {
      apply_table(settings, fmt::format("{}.", name), *nested, path);
    } else {
      apply_value(settings, name, node, path);
    }
  }
}

// "" when the variable is not set.
std::string from_environment(const char* name) {
  // Nothing in the project changes the environment, so threads can read it safely.
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? value : "";
}

// "" when the user has no home, as under some service managers.
std::string user_folder() {
  const std::string configured = from_environment("XDG_CONFIG_HOME");
  if (configured.starts_with('/'))
    return fmt::format("{}/walstow", configured);  // the specification's rule
  const std::string home = from_environment("HOME");
  // runuser and cron may leave another user's home there, which is not ours to look into.
  if (!home.starts_with('/') || ::access(home.c_str(), X_OK) != 0) return "";
  return fmt::format("{}/.config/walstow", home);
}

void apply_variable(Settings& settings, std::string_view variable, std::string_view value) {
  for (const Setting& setting : settings.table()) {
    if (environment_name(setting.name) != variable) continue;
    settings.set(setting.name, std::string(value), std::string(variable));
    return;
  }
  // Not an error: the variable may be another walstow program's.
  log_line(LogLevel::kWarning, fmt::format("unknown environment variable \"{}\"", variable));
}

void load_environment(Settings& settings) {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    const std::string_view variable = text.substr(0, equals);
    if (equals == std::string_view::npos || !variable.starts_with(kEnvironmentPrefix)) continue;
    if (variable != kConfigVariable) apply_variable(settings, variable, text.substr(equals + 1));
  }
}

}  // namespace

bool load_settings_file(Settings& settings, const std::string& path) {
  const std::optional<std::string> text = read_text(path);
  if (!text) return false;
  check_lines(*text, path);
  try {
    apply_table(settings, "", toml::parse(*text, path), path);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::kUsage, fmt::format("invalid settings file \"{}\", line {}: {}", path,
                                               error.source().begin.line, error.description()));
  }
  return true;
}

void load_settings(Settings& settings, std::string_view file_name,
                   const std::string& explicit_file) {
  const std::string only =
      explicit_file.empty() ? from_environment("WALSTOW_CONFIG") : explicit_file;
  if (!only.empty()) {
    settings.set_explicit_file(only);
    if (!load_settings_file(settings, only)) {
      throw Error(ErrorKind::kUsage, fmt::format("could not open settings file \"{}\": {}", only,
                                                 system_message(ENOENT)));
    }
  } else {
    load_settings_file(settings, fmt::format("{}/{}", kSystemFolder, file_name));
    const std::string folder = user_folder();
    if (!folder.empty()) load_settings_file(settings, fmt::format("{}/{}", folder, file_name));
  }
  load_environment(settings);
}

}  // namespace walstow
