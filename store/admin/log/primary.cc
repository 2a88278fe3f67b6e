#include "store/admin/log/primary.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/base/run_command.h"
#include "proto/wal/file_name.h"

namespace walstow {
namespace {

// One statement: psql may reach another server the next time. A volatile function in a WITH query
// runs once.
constexpr const char* kSwitch =
    "WITH ended AS (SELECT pg_switch_wal() AS lsn) "
    "SELECT system_identifier, pg_walfile_name(lsn), lsn FROM ended, pg_control_system()";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// "ERROR:  recovery is in progress", without what follows.
std::string first_line(std::string_view text) {
  text = trimmed(text);
  return escaped(trimmed(text.substr(0, text.find('\n'))));
}

std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> found;
  for (;;) {
    const std::size_t bar = line.find('|');
    found.push_back(line.substr(0, bar));
    if (bar == std::string_view::npos) return found;
    line.remove_prefix(bar + 1);
  }
}

// The parameters of libpq with a secret value (fe-connect.c, PQconninfoOptions).
bool is_secret(std::string_view name) {
  // "sslpassword", and perhaps others in later releases.
  return name.ends_with("password") || name == "oauth_client_secret" ||
         name == "scram_client_key" || name == "scram_server_key";
}

// "pass%77ord" -> "password". An invalid code stays, and libpq refuses it.
std::string percent_decoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    std::array<std::byte, 1> byte{};
    const bool is_code =
        text.size() >= 3 && text.front() == '%' && from_hex(text.substr(1, 2), byte);
    decoded += is_code ? static_cast<char>(byte.front()) : text.front();
    text.remove_prefix(is_code ? 3 : 1);
  }
  return decoded;
}

// `uri`: after "postgresql://". A password precedes the host, or is a parameter
// (conninfo_uri_parse_options()).
bool uri_has_password(std::string_view uri) {
  const std::size_t end = uri.find_first_of("@/");
  if (end != std::string_view::npos && uri[end] == '@') {
    if (uri.substr(0, end).find(':') != std::string_view::npos) return true;
    uri.remove_prefix(end + 1);
  }
  const std::size_t query = uri.find('?');
  if (query == std::string_view::npos) return false;
  for (std::string_view rest = uri.substr(query + 1); !rest.empty();) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    if (is_secret(trimmed(percent_decoded(parameter.substr(0, parameter.find('=')))))) return true;
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
  }
  return false;
}

// NAME = VALUE pairs, where a value may be quoted (conninfo_parse()).
bool pairs_have_password(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const auto skip_space = [&] {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  };
  for (skip_space(); !text.empty(); skip_space()) {
    const std::string_view name = text.substr(0, text.find_first_of("= \t\n\v\f\r"));
    if (is_secret(name)) return true;
    text.remove_prefix(name.size());
    skip_space();
    if (!text.starts_with('=')) return false;  // libpq refuses it
    text.remove_prefix(1);
    skip_space();
    const bool is_quoted = text.starts_with('\'');
    if (is_quoted) text.remove_prefix(1);
    while (!text.empty()) {
      const char letter = text.front();
      if (is_quoted ? letter == '\'' : kSpace.find(letter) != std::string_view::npos) break;
      text.remove_prefix(letter == '\\' && text.size() > 1 ? 2 : 1);
    }
    if (is_quoted && !text.empty()) text.remove_prefix(1);
  }
  return false;
}

}  // namespace

bool contains_password(std::string_view connection) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
    if (connection.starts_with(scheme)) return uri_has_password(connection.substr(scheme.size()));
  }
  return pairs_have_password(connection);
}

SwitchedSegment parse_switched_segment(std::string_view line) {
  const auto parts = columns(trimmed(line));
  if (parts.size() == 3) {
    const auto system = parse_decimal(parts[0]);
    const auto file = WalFileName::parse(parts[1]);
    const auto lsn = parse_lsn(parts[2]);
    if (system && file && lsn) {
      return {.system_identifier = *system, .timeline = file->timeline(), .lsn = *lsn};
    }
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("psql answered \"{}\" instead of an LSN", first_line(line)));
}

SwitchedSegment switch_segment(const std::string& connection, Deadline deadline) {
  if (contains_password(connection)) {
    throw Error(ErrorKind::kUsage, "the connection string contains a password",
                "Other users can read arguments of programs. Put the password into ~/.pgpass, or "
                "into a file that PGPASSFILE names.");
  }
  std::vector<std::string> words{"psql",          "--no-psqlrc",   "--no-align", "--quiet",
                                 "--tuples-only", "--no-password", "--set",      "ON_ERROR_STOP=1",
                                 "--command",     kSwitch};
  if (!connection.empty()) words.insert(words.end(), {"--dbname", connection});
  const CommandResult done = run_command(words, "", deadline);
  if (done.ended_late) {
    throw Error(ErrorKind::kTimeout, "the server did not end its segment in time");
  }
  if (done.code != 0) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("psql failed with exit code {}: {}", done.code, first_line(done.errors)),
        "The server must be the primary, and the user may run pg_switch_wal(). --psql takes "
        "a connection string.");
  }
  return parse_switched_segment(done.output);
}

}  // namespace walstow
