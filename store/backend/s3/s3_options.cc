#include "store/backend/s3/s3_options.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <sys/stat.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/files/file_system.h"
#include "store/backend/key_rules.h"

namespace walstow {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::size_t kLongestPrefix = 512;  // bytes; a key below it has the rest of S3's 1024
constexpr std::size_t kLargestCredentials = std::size_t{64} * 1024;

using Group = SettingGroup;
using Type = ValueType;

constexpr std::array kSettings{
    Setting{.name = "state",
            .type = Type::kFolder,
            .placeholder = "DIR",
            .help = "folder on this host for the keys and certificates of an archive in S3",
            .group = Group::kS3,
            .needs_restart = true},
    Setting{.name = "s3.endpoint",
            .placeholder = "URL",
            .help = "the S3 service",
            .group = Group::kS3,
            .found_default = "$AWS_ENDPOINT_URL_S3 or $AWS_ENDPOINT_URL, or else AWS in its region",
            .needs_restart = true},
    Setting{.name = "s3.region",
            .placeholder = "NAME",
            .help = "region for which requests are signed",
            .group = Group::kS3,
            .found_default = "$AWS_REGION or $AWS_DEFAULT_REGION, or else us-east-1",
            .needs_restart = true},
    Setting{.name = "s3.address_style",
            .type = Type::kChoice,
            .default_value = "automatic",
            .placeholder = "STYLE",
            .help = "where a URL contains the bucket's name: in its path, or in its host",
            .choices = "automatic|path|host",
            .group = Group::kS3,
            .details = "automatic means host for AWS, and path for every other service.",
            .needs_restart = true},
    Setting{.name = "s3.ca",
            .type = Type::kFile,
            .placeholder = "FILE",
            .help = "certificate of the authority that signs the S3 service's certificate",
            .group = Group::kS3,
            .found_default = "the system's",
            .needs_restart = true},
    Setting{.name = "s3.credentials",
            .type = Type::kFile,
            .placeholder = "FILE",
            .help = "file with aws_access_key_id and aws_secret_access_key",
            .group = Group::kS3,
            .found_default = "$AWS_ACCESS_KEY_ID, $AWS_SECRET_ACCESS_KEY and $AWS_SESSION_TOKEN",
            .details = "Only its owner may read the file.",
            .needs_restart = true},
    Setting{.name = "s3.scratch",
            .type = Type::kFolder,
            .placeholder = "DIR",
            .help = "folder for objects on their way to S3",
            .group = Group::kS3,
            .found_default = "scratch in the state folder, or else /var/tmp",
            .details = "It needs room for all puts in progress at once.",
            .needs_restart = true},
    Setting{.name = "s3.timeout",
            .type = Type::kDuration,
            .default_value = "10s",
            .placeholder = "DURATION",
            .help = "longest wait for the next byte from the S3 service",
            .group = Group::kS3,
            .needs_restart = true},
    Setting{.name = "s3.patience",
            .type = Type::kDuration,
            .default_value = "20s",
            .placeholder = "DURATION",
            .help = "how long to retry when the S3 service fails",
            .group = Group::kS3,
            .needs_restart = true},
    Setting{.name = "s3.probe",
            .type = Type::kChoice,
            .default_value = "refuse",
            .placeholder = "ANSWER",
            .help = "what to do with a service that replaces existing objects",
            .choices = "refuse|accept",
            .group = Group::kS3,
            .details = "With accept, nothing guarantees that stored files are never replaced.",
            .needs_restart = true},
};

[[noreturn]] void refuse_address(std::string_view text, const std::string& why) {
  throw Error(ErrorKind::kUsage, fmt::format("\"{}\" {}", escaped(text), why),
              "An archive in S3 is named s3://BUCKET or s3://BUCKET/PREFIX.");
}

// The narrow rules of AWS: what passes them works everywhere, and in a host's name.
bool is_bucket(std::string_view name) {
  const auto is_inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, is_inner) &&
         name.front() != '-' && name.front() != '.' && name.back() != '-' && name.back() != '.';
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

// "NAME = VALUE" lines of the form that AWS's own tools read; [sections] and comments are skipped,
// so that of several profiles the first one counts.
std::map<std::string, std::string, std::less<>> parse_credentials(std::string_view text) {
  std::map<std::string, std::string, std::less<>> values;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || line.starts_with('[') || equals == std::string_view::npos) {
      continue;
    }
    values.emplace(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
  }
  return values;
}

S3Credentials read_credentials(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const auto files = open_posix_file_system(folder);
  const auto status = files ? files->status(name) : std::nullopt;
  if (!status) {
    throw Error(ErrorKind::kUsage, fmt::format("credentials file \"{}\" does not exist", path),
                "Correct the setting \"s3.credentials\", or create the file.");
  }
  if ((status->mode & 077) != 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("users other than its owner can read credentials file \"{}\"", path),
                fmt::format("Run: chmod 600 {}", path));
  }
  const auto text = read_small_file(*files, name, kLargestCredentials);
  const auto values = parse_credentials(text.value_or(""));
  const auto value = [&values](std::string_view key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  S3Credentials credentials{.access_key = value("aws_access_key_id"),
                            .secret_key = value("aws_secret_access_key"),
                            .session_token = value("aws_session_token")};
  if (credentials.access_key.empty() || credentials.secret_key.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("credentials file \"{}\" lacks a key for the S3 service", path),
                "It needs the lines \"aws_access_key_id = ...\" and \"aws_secret_access_key = "
                "...\".");
  }
  return credentials;
}

S3Credentials find_credentials(const Settings& settings) {
  const std::string path = settings.text("s3.credentials");
  if (!path.empty()) return read_credentials(path);
  S3Credentials credentials{.access_key = environment("AWS_ACCESS_KEY_ID"),
                            .secret_key = environment("AWS_SECRET_ACCESS_KEY"),
                            .session_token = environment("AWS_SESSION_TOKEN")};
  if (!credentials.access_key.empty() && !credentials.secret_key.empty()) return credentials;
  throw Error(ErrorKind::kUsage, "the keys for the S3 service are missing",
              "Set \"s3.credentials\" to a file that contains them, or set AWS_ACCESS_KEY_ID and "
              "AWS_SECRET_ACCESS_KEY.");
}

// Without the final slash.
std::string checked_endpoint(std::string endpoint) {
  while (endpoint.ends_with('/'))
    endpoint.pop_back();
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!endpoint.starts_with(scheme)) continue;
    const std::string_view host = std::string_view(endpoint).substr(scheme.size());
    if (!host.empty() && host.find_first_of("/?#@ ") == std::string_view::npos) return endpoint;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("\"{}\" is not the endpoint of an S3 service", escaped(endpoint)),
              "Give https://HOST:PORT or http://HOST:PORT, without a path.");
}

std::string first_of(std::initializer_list<std::string> texts) {
  const auto found = std::ranges::find_if(texts, [](const auto& text) { return !text.empty(); });
  return found == texts.end() ? "" : *found;
}

}  // namespace

std::optional<S3Address> parse_s3_address(std::string_view archive) {
  if (!archive.starts_with(kScheme)) return std::nullopt;
  std::string_view rest = archive.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  S3Address address{.bucket = std::string(rest.substr(0, slash)), .prefix = {}};
  if (!is_bucket(address.bucket)) refuse_address(archive, "names no valid bucket");
  if (slash == std::string_view::npos) return address;
  std::string_view prefix = rest.substr(slash + 1);
  while (prefix.ends_with('/'))
    prefix.remove_suffix(1);
  if (prefix.empty()) return address;
  if (prefix.size() > kLongestPrefix) refuse_address(archive, "has too long a prefix");
  try {
    check_key(prefix);
  } catch (const Error&) {
    refuse_address(archive, "has a prefix that cannot begin the names of an archive");
  }
  address.prefix = fmt::format("{}/", prefix);
  return address;
}

bool is_readable_on_the_way(std::string_view endpoint) {
  constexpr std::string_view kInClear = "http://";
  if (!endpoint.starts_with(kInClear)) return false;
  endpoint.remove_prefix(kInClear.size());
  if (endpoint.starts_with("[::1]")) return false;
  const std::string host(endpoint.substr(0, endpoint.find(':')));
  in_addr address{};
  const bool is_numeric = inet_pton(AF_INET, host.c_str(), &address) == 1;
  return host != "localhost" && !(is_numeric && host.starts_with("127."));
}

void warn_where_readable(const S3Options& options) {
  if (!is_readable_on_the_way(options.endpoint)) return;
  log_line(
      LogLevel::kWarning,
      fmt::format("WAL is sent to \"{}\" without encryption: others on the network can read it",
                  options.endpoint),
      "Give https://HOST:PORT as s3.endpoint.");
}

std::span<const Setting> s3_settings() {
  return kSettings;
}

S3Options s3_options(const S3Address& address, const Settings& settings, const std::string& state) {
  const std::string region = first_of({settings.text("s3.region"), environment("AWS_REGION"),
                                       environment("AWS_DEFAULT_REGION"), "us-east-1"});
  const std::string given =
      first_of({settings.text("s3.endpoint"), environment("AWS_ENDPOINT_URL_S3"),
                environment("AWS_ENDPOINT_URL")});
  const std::string style = settings.text("s3.address_style");
  const bool host_style = style == "host" || (style == "automatic" && given.empty());
  const std::string in_state = state.empty() ? "/var/tmp" : fmt::format("{}/scratch", state);
  return {.address = address,
          .endpoint = checked_endpoint(
              given.empty() ? fmt::format("https://s3.{}.amazonaws.com", region) : given),
          .region = region,
          .style = host_style ? S3Options::Style::kHost : S3Options::Style::kPath,
          .ca = settings.text("s3.ca"),
          .credentials = find_credentials(settings),
          .scratch = first_of({settings.text("s3.scratch"), in_state}),
          .state = state,
          .timeout = settings.duration("s3.timeout"),
          .patience = settings.duration("s3.patience"),
          .probe = settings.text("s3.probe") == "accept" ? S3Options::Probe::kAccept
                                                         : S3Options::Probe::kRefuse};
}

}  // namespace walstow
