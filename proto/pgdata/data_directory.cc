#include "proto/pgdata/data_directory.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/filesystem.h"
#include "proto/base/log.h"
#include "proto/files/file_system.h"
#include "proto/wal/segment_header.h"

namespace walstow {
namespace {

constexpr const char* kControlFile = "global/pg_control";

// People write it, and a few lines are usual.
constexpr std::size_t kLargestRecoveryConf = std::size_t{1} << 20;

// Line numbers of the file, from 0. Source: PostgreSQL src/include/utils/pidfile.h.
constexpr const char* kPostmasterFile = "postmaster.pid";
constexpr std::size_t kProcessLine = 0;
constexpr std::size_t kStartLine = 2;  // seconds since 1970
constexpr std::size_t kStatusLine = 7;
constexpr std::size_t kMostLines = 16;

enum class Presence { kAbsent, kPresent, kUnknown };

// Follows symbolic links, as PostgreSQL's stat() does.
Presence presence(const fs::path& path) {
  boost::system::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_not_found) return Presence::kAbsent;
  return type == fs::status_error ? Presence::kUnknown : Presence::kPresent;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  });
  return result;
}

// Removes the next word and returns it: letters, digits and underscores, as in names and booleans.
std::string_view cut_word(std::string_view& line) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  const auto size = std::find_if_not(line.begin(), line.end(), is_word) - line.begin();
  const std::string_view word = line.substr(0, static_cast<std::size_t>(size));
  line.remove_prefix(word.size());
  return word;
}

void skip(std::string_view& line, std::string_view characters) {
  line.remove_prefix(std::min(line.find_first_not_of(characters), line.size()));
}

// As in PostgreSQL's parse_bool(): "on", "1", and any prefix of "true" and "yes".
bool is_true(std::string_view word) {
  const std::string value = lower_case(word);
  constexpr std::string_view kTrue = "true";
  constexpr std::string_view kYes = "yes";
  if (value.empty()) return false;
  return value == "on" || value == "1" || kTrue.starts_with(value) || kYes.starts_with(value);
}

// Parses NAME = 'VALUE', where the equals sign and the quotes are optional; the last line of a name
// counts.
bool has_standby_mode(std::istream& recovery_conf) {
  bool standby_mode = false;
  std::string text;
  for (std::size_t size = 0; size < kLargestRecoveryConf && std::getline(recovery_conf, text);
       size += text.size()) {
    std::string_view line = text;
    skip(line, " \t");
    if (lower_case(cut_word(line)) != "standby_mode") continue;
    skip(line, " \t='");
    standby_mode = is_true(cut_word(line));
  }
  return standby_mode;
}

RecoveryMode mode_of_recovery_conf(const fs::path& path) {
  fs::ifstream file(path);
  return has_standby_mode(file) ? RecoveryMode::kStandby : RecoveryMode::kRecovery;
}

// A server preallocates segments without a header, so not every segment contains the segment size.
constexpr std::size_t kMostSegmentsTried = 256;

// nullopt: it does not contain the size, or does not match its name.
std::optional<SegmentSize> segment_size_of(FileSystem& wal, const WalFileName& name,
                                           std::uint64_t system_identifier) {
  const std::unique_ptr<File> file = wal.open_file(name.text());
  if (file == nullptr) return std::nullopt;  // recycled meanwhile
  std::array<std::byte, kSegmentHeaderSize> beginning{};
  const std::size_t size = file->read_at(0, beginning);
  const auto header = parse_segment_header(ByteView(beginning).first(size)).header;
  if (!header) return std::nullopt;
  const SegmentExpectation expected{
      .name = name, .file_size = file->status().size, .system_identifier = system_identifier};
  if (check_segment_header(*header, expected)) return std::nullopt;
  return header->segment_size;
}

// For a control file of a release newer than this program: reads the server's own segments, whose
// layout is the same in all releases. nullopt: none contains the size.
std::optional<SegmentSize> segment_size_of_wal(const std::string& data_directory,
                                               std::uint64_t system_identifier) {
  const auto wal = open_posix_file_system(fmt::format("{}/pg_wal", data_directory));
  if (wal == nullptr) return std::nullopt;
  std::vector<std::string> names = wal->list(".").value_or(std::vector<std::string>());
  std::ranges::sort(names);
  std::size_t tried = 0;
  for (const std::string& text : names) {
    const auto name = WalFileName::parse(text);
    if (!name || name->kind() != FileKind::kSegment) continue;
    if (++tried > kMostSegmentsTried) break;
    try {
      if (const auto size = segment_size_of(*wal, *name, system_identifier)) return size;
    } catch (const Error& error) {
      log_line(LogLevel::kDebug, error.what(), error.hint());  // the next one may have it
    }
  }
  return std::nullopt;
}

std::optional<SegmentSize> find_segment_size(const std::string& data_directory,
                                             const ControlFile& control) {
  if (control.segment_size) return control.segment_size;
  try {
    return segment_size_of_wal(data_directory, control.system_identifier);
  } catch (const Error& error) {
    // The identity is only an aid here: code that requires it reports its absence.
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return std::nullopt;
  }
}

std::uint64_t parse_system_identifier(const std::string& text) {
  const std::optional<std::uint64_t> identifier = parse_decimal(text);
  if (identifier && *identifier != 0) return *identifier;
  throw Error(ErrorKind::kUsage, fmt::format("invalid value \"{}\" for option --system", text),
              "Give the number that pg_controldata prints as \"Database system identifier\".");
}

}  // namespace

std::string_view to_string(RecoveryMode mode) {
  switch (mode) {
    case RecoveryMode::kStandby:
      return "standby";
    case RecoveryMode::kRecovery:
      return "recovery";
    case RecoveryMode::kTool:
      break;
  }
  return "tool";
}

std::string find_data_directory(const std::string& pgdata, const std::string& wal_path) {
  if (!pgdata.empty()) return pgdata;
  const fs::path path(wal_path);
  const fs::path parent = path.parent_path().parent_path();
  if (path.is_absolute()) return parent.string();
  if (!parent.empty() && presence(parent / kControlFile) == Presence::kPresent) {
    return parent.string();
  }
  return ".";
}

bool is_data_directory(const std::string& path) noexcept {
  try {
    return presence(fs::path(path) / kControlFile) != Presence::kAbsent;
  } catch (...) {
    return true;  // out of memory: it could not be checked
  }
}

RecoveryMode recovery_mode(const std::string& data_directory) noexcept {
  try {
    const fs::path folder(data_directory);
    if (presence(folder / "standby.signal") == Presence::kPresent) return RecoveryMode::kStandby;
    const fs::path recovery_conf = folder / "recovery.conf";
    if (presence(recovery_conf) == Presence::kPresent) return mode_of_recovery_conf(recovery_conf);
    constexpr std::array kSignalFiles = {"standby.signal", "recovery.signal", "recovery.conf"};
    const bool none = std::all_of(kSignalFiles.begin(), kSignalFiles.end(), [&](const char* name) {
      return presence(folder / name) == Presence::kAbsent;
    });
    return none ? RecoveryMode::kTool : RecoveryMode::kRecovery;
  } catch (...) {
    return RecoveryMode::kRecovery;  // out of memory: the mode is unknown
  }
}

bool has_server(const std::string& data_directory) noexcept {
  try {
    return presence(fs::path(data_directory) / kPostmasterFile) == Presence::kPresent;
  } catch (...) {
    return false;  // out of memory: a tool waits longer
  }
}

std::optional<Postmaster> read_postmaster(const std::string& data_directory) noexcept {
  try {
    fs::ifstream file(fs::path(data_directory) / kPostmasterFile);
    std::vector<std::string> lines;
    for (std::string line; lines.size() < kMostLines && std::getline(file, line);)
      lines.push_back(line);
    if (lines.empty()) return std::nullopt;
    // For a standalone backend, the number there is negative.
    Postmaster postmaster{.process = parse_decimal(lines[kProcessLine]).value_or(0)};
    const auto started =
        lines.size() > kStartLine ? parse_decimal(lines[kStartLine]) : std::nullopt;
    if (started) {
      const std::chrono::seconds seconds(static_cast<std::int64_t>(*started));
      postmaster.started = std::chrono::system_clock::time_point(seconds);
    }
    if (lines.size() > kStatusLine)
      postmaster.stopping = lines[kStatusLine].starts_with("stopping");
    return postmaster;
  } catch (...) {
    return std::nullopt;  // out of memory
  }
}

std::optional<ControlFile> read_control_file(const std::string& data_directory) {
  const std::unique_ptr<FileSystem> files = open_posix_file_system(data_directory);
  if (files == nullptr) return std::nullopt;
  const std::unique_ptr<File> file = files->open_file(kControlFile);
  if (file == nullptr) return std::nullopt;
  std::array<std::byte, kControlFileBytes> bytes{};
  const std::size_t size = file->read_at(0, bytes);
  const std::optional<ControlFile> control = parse_control_file(ByteView(bytes).first(size));
  if (control) {
    return ControlFile{.system_identifier = control->system_identifier,
                       .segment_size = find_segment_size(data_directory, *control),
                       .timeline = control->timeline,
                       .is_of_old_release = control->is_of_old_release,
                       .is_in_archive_recovery = control->is_in_archive_recovery};
  }
  throw Error(
      ErrorKind::kInvalid,
      fmt::format("file \"{}\" is not a PostgreSQL control file", files->describe(kControlFile)),
      "Give the right data directory with --pgdata.");
}

std::optional<std::chrono::system_clock::time_point> receives_since(
    const std::string& data_directory) {
  const auto control = read_control_file(data_directory);
  if (!control || !control->is_in_archive_recovery) return std::nullopt;
  const auto postmaster = read_postmaster(data_directory);
  if (!postmaster || !postmaster->started) return std::nullopt;
  return *postmaster->started + std::chrono::seconds(1);
}

ServerIdentity find_server_identity(const std::string& data_directory, const std::string& system) {
  const auto control = read_control_file(data_directory).value_or(ControlFile{});
  ServerIdentity identity;
  if (control.system_identifier != 0) {
    identity = {.system_identifier = control.system_identifier,
                .segment_size = control.segment_size,
                .timeline = control.timeline,
                .is_of_old_release = control.is_of_old_release};
  }
  if (system.empty()) return identity;
  const std::uint64_t overriding = parse_system_identifier(system);
  // The control file of another cluster does not apply to this one.
  if (overriding != control.system_identifier) identity = {};
  identity.system_identifier = overriding;
  return identity;
}

}  // namespace walstow
