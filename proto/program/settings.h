// Settings: one table declares every setting of a program once. The command line, the environment,
// the TOML file, --help, the sample file, docs/configuration.md, the manual pages and the shell's
// completion all come from it.
//
// Precedence: command line, then environment (WALSTOW_ + the name in upper case, dots and dashes as
// underscores), then the per-user file, then the system's file, then the default. An unknown name
// in a file is an error with the file, the line and the nearest known name. An invalid value is an
// error, too.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/base/deadline.h"

namespace walstow {

// The type of a setting, an option or an argument.
enum class ValueType {
  kText,
  kFile,      // the path of a file; the shell completes it
  kFolder,    // the path of a folder
  kDuration,  // "500ms", "3s", "5min", "24h", "30d", at most 36500d; a bare number is refused
  kCount,     // a whole number
  kSize,      // bytes: "123", "64kB", "16MB", "1GB", "1TB" (powers of 1024, as in PostgreSQL)
  kChoice,    // one of `choices`
};

// The groups are in the order in which --help and the documents show them. Settings that most
// people set come first.
enum class SettingGroup {
  kCommon,
  kArchiving,
  kRestoring,
  kTls,
  kSsh,
  kLocal,
  kS3,
  kResources,
  kTimeouts,
};

// The bounds of a kCount.
struct CountBounds {
  std::uint64_t lowest = 0;
  std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
};

struct Setting {
  std::string_view name;  // "cluster", "tls.ca", "standby_wait": as in the TOML file
  ValueType type = ValueType::kText;
  std::string_view default_value;  // in the same notation as in a file; "" = none
  std::string_view placeholder;    // for --help: "NAME", "URL", "DURATION"
  std::string_view help;           // no full stop
  std::string_view choices = {};   // for kChoice: "store|client"
  SettingGroup group = SettingGroup::kCommon;
  // The only program that uses the setting. Other programs that read the same file ignore the
  // setting.
  std::string_view program = {};  // "" = every program that reads the file
  // The value that applies if default_value is "": "$SSH_AUTH_SOCK".
  std::string_view found_default = {};
  std::string_view details = {};  // whole sentences for the documents, after `help`
  CountBounds bounds = {};
  bool in_file = true;         // false: only on the command line or in the environment
  bool needs_restart = false;  // a running daemon does not apply a change
};

// The values of one run. Getters throw Error{kUsage} for a name that is not in the table (a defect
// in walstow). required() also throws it for a setting without a value. The message names the
// setting and the ways to set it.
class Settings {
 public:
  explicit Settings(std::span<const Setting> table);

  // `origin` is for messages: `"/etc/walstow/walstow.toml", line 3`, "WALSTOW_STORE", "--store".
  // Throws Error{kUsage} if the value does not have the setting's type. Later calls override
  // earlier ones.
  void set(std::string_view name, std::string value, std::string origin);

  bool has(std::string_view name) const;  // whether its value or its default is not empty
  std::string text(std::string_view name) const;
  std::string required(std::string_view name) const;
  Duration duration(std::string_view name) const;
  // Throws Error{kUsage} if the number is outside the setting's bounds.
  std::uint64_t count(std::string_view name) const;
  std::uint64_t size(std::string_view name) const;
  std::string origin(std::string_view name) const;  // "default" if nothing has set it

  std::span<const Setting> table() const { return table_; }

  // The file that was read instead of the usual ones ("--config", WALSTOW_CONFIG); "" if none was.
  const std::string& explicit_file() const { return explicit_file_; }
  void set_explicit_file(std::string path) { explicit_file_ = std::move(path); }

 private:
  struct Value {
    std::string text;
    std::string origin;
  };
  const Setting& find(std::string_view name) const;

  std::span<const Setting> table_;
  std::map<std::string, Value, std::less<>> values_;
  std::string explicit_file_;
};

inline constexpr std::string_view kEnvironmentPrefix = "WALSTOW_";

// Returns the environment variable of a setting: "tls.ca" -> "WALSTOW_TLS_CA".
std::string environment_name(std::string_view setting);

// Returns the option of a setting: "tls.ca" -> "--tls-ca", "standby_wait" -> "--standby-wait".
std::string option_name(std::string_view setting);

// The values of a kChoice.
std::vector<std::string_view> choices_of(const Setting& setting);

// Parse one value. Return nullopt if `text` is not in the notation of ValueType.
std::optional<Duration> parse_duration(std::string_view text);
std::optional<std::uint64_t> parse_size(std::string_view text);

// Reads the TOML file `path` into `settings`. Returns false if the file is absent. Throws
// Error{kUsage} for every other failure, including unknown names.
bool load_settings_file(Settings& settings, const std::string& path);

// Reads the system's file, then the per-user file, then the environment. If `explicit_file` is not
// empty, it replaces both files, and must exist. `file_name` is "walstow.toml" or "walstowd.toml".
void load_settings(Settings& settings, std::string_view file_name,
                   const std::string& explicit_file);

}  // namespace walstow
