// A request head from outside becomes a command, or a refusal that names what is wrong with it.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/base/log.h"
#include "proto/wal/timeline_history.h"
#include "proto/wire/command.h"
#include "proto/wire/target.h"

namespace walstow {
namespace {

using Parsed = std::variant<Command, Refusal>;

constexpr std::size_t kLongestText = 255;      // characters of a host's or standby's name
constexpr std::size_t kLongestRequestId = 64;  // characters
constexpr std::uint32_t kLargestPage = 1000;   // entries of a list

// Text from outside, as it may stand in a message.
std::string shown(std::string_view text) {
  return escaped(text, 128);
}

Refusal refusal(Code code, std::string message, std::string hint = {}) {
  return {.code = code, .message = std::move(message), .hint = std::move(hint), .proof = {}};
}

// --- values ---

std::optional<std::uint64_t> parse_system_identifier(std::string_view text) {
  const auto value = parse_decimal(text);
  return value && *value != 0 ? value : std::nullopt;
}

std::optional<SegmentSize> parse_segment_size(std::string_view text) {
  const auto bytes = parse_decimal(text);
  return bytes ? SegmentSize::from_bytes(*bytes) : std::nullopt;
}

bool printable(char c) {
  return c >= ' ' && c <= '~';
}

// A space at either end would not survive the way: HTTP drops it.
std::optional<std::string> parse_text(std::string_view text) {
  if (text.empty() || text.size() > kLongestText || !std::ranges::all_of(text, printable) ||
      text.front() == ' ' || text.back() == ' ') {
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::string> parse_instance_id(std::string_view text) {
  std::array<std::byte, 16> bytes{};
  if (!from_hex(text, bytes)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> parse_request_id(std::string_view text) {
  const auto allowed = [](char c) { return printable(c) && c != ' '; };
  if (text.empty() || text.size() > kLongestRequestId || !std::ranges::all_of(text, allowed)) {
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<Instance::Role> parse_role(std::string_view text) {
  if (text == "standby") return Instance::Role::kStandby;
  if (text == "primary") return Instance::Role::kPrimary;
  return std::nullopt;
}

std::optional<WalFileName> parse_segment_name(std::string_view text) {
  auto name = WalFileName::parse(text);
  return name && name->kind() == FileKind::kSegment ? name : std::nullopt;
}

std::optional<Encoding> parse_content_encoding(std::string_view text) {
  if (equal_ignoring_case(text, "identity")) return Encoding::kIdentity;
  if (equal_ignoring_case(text, "zstd")) return Encoding::kZstd;
  return std::nullopt;
}

std::optional<Timeline> parse_timeline(std::string_view text) {
  const auto name = WalFileName::parse(std::string(text) + ".history");
  return name ? std::optional(name->timeline()) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `take` with each trimmed part of `text`.
template <class Take>
void for_each_part(std::string_view text, char separator, Take take) {
  while (true) {
    const std::size_t end = text.find(separator);
    take(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

// "q=0", "q=0.000": not acceptable (RFC 9110, section 12.4.2).
bool is_zero_weight(std::string_view parameter) {
  if (parameter.size() < 2 || !equal_ignoring_case(parameter.substr(0, 2), "q=")) return false;
  return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

// zstd only where it is named: "*" is what a program says that could not read the bytes.
Encoding parse_accept_encoding(std::string_view list) {
  Encoding accepted = Encoding::kIdentity;
  for_each_part(list, ',', [&](std::string_view element) {
    bool is_zstd = false, refused = false, first = true;
    for_each_part(element, ';', [&](std::string_view part) {
      if (first) is_zstd = equal_ignoring_case(part, "zstd");
      if (!first && is_zero_weight(part)) refused = true;
      first = false;
    });
    if (is_zstd) accepted = refused ? Encoding::kIdentity : Encoding::kZstd;
  });
  return accepted;
}

// --- fields ---

constexpr std::string_view kSystemForm = "the system identifier, a decimal number above 0";
constexpr std::string_view kSegmentSizeForm = "a power of two from 1048576 to 1073741824 (bytes)";
constexpr std::string_view kNumberForm = "a decimal number";
constexpr std::string_view kTextForm = "1 to 255 printable ASCII characters";
constexpr std::string_view kDigestForm = "\"xxh128=\" and 32 lower-case hex digits";
constexpr std::string_view kEncodingForm = "\"zstd\", \"identity\" or absent";
constexpr std::string_view kRequestForm = "1 to 64 printable ASCII characters without spaces";
constexpr std::string_view kSegmentForm = "the name of a WAL segment";

// Reads fields one by one. The first one that is wrong becomes the refusal; what is read after it
// no longer counts.
class FieldReader {
 public:
  explicit FieldReader(const Fields& fields) : fields_(fields) {}

  // nullopt: absent, or refused.
  template <class Parse>
  auto optional(std::string_view name, Parse parse, std::string_view form)
      -> decltype(parse(std::string_view{})) {
    const std::string* text = fields_.find(name);
    if (text == nullptr) return std::nullopt;
    auto value = parse(std::string_view(*text));
    if (!value) {
      refuse(refusal(Code::kBadRequest,
                     fmt::format("invalid value for {}: \"{}\"", name, shown(*text)),
                     fmt::format("{} is {}.", name, form)));
    }
    return value;
  }

  // nullopt: refused.
  template <class Parse>
  auto required(std::string_view name, Parse parse, std::string_view form)
      -> decltype(parse(std::string_view{})) {
    if (fields_.find(name) == nullptr) {
      refuse(refusal(Code::kBadRequest, fmt::format("field {} is missing", name),
                     fmt::format("{} is {}.", name, form)));
    }
    return optional(name, parse, form);
  }

  std::optional<Instance> instance() {
    if (fields_.find(field::kInstance) == nullptr) {
      for (const auto name :
           {field::kSequence, field::kHost, field::kStandby, field::kRole, field::kRestartpoint}) {
        if (fields_.find(name) == nullptr) continue;
        refuse(
            refusal(Code::kBadRequest, fmt::format("field {} without {}", name, field::kInstance)));
      }
      return std::nullopt;
    }
    Instance instance;
    instance.id =
        required(field::kInstance, parse_instance_id, "32 lower-case hex digits").value_or("");
    instance.sequence = required(field::kSequence, parse_decimal, kNumberForm).value_or(0);
    instance.host = required(field::kHost, parse_text, kTextForm).value_or("");
    instance.standby = optional(field::kStandby, parse_text, kTextForm).value_or("");
    instance.role = optional(field::kRole, parse_role, "\"standby\" or \"primary\"")
                        .value_or(Instance::Role::kStandby);
    return instance;
  }

  void refuse(Refusal refusal) {
    if (!refusal_) refusal_ = std::move(refusal);
  }
  const std::optional<Refusal>& refused() const { return refusal_; }
  const std::string* find(std::string_view name) const { return fields_.find(name); }

 private:
  const Fields& fields_;
  std::optional<Refusal> refusal_;
};

// --- a file and its size ---

// Whether the numbers of a put agree with its name and with each other.
std::optional<Refusal> check_sizes(const PutFile& put) {
  const bool is_history = put.file.kind() == FileKind::kHistory;
  if (is_history || put.file.kind() == FileKind::kBackup) {
    const std::size_t largest = is_history ? kLargestHistoryFile : kLargestBackupFile;
    if (put.raw_size > largest) {
      return refusal(
          Code::kTooLarge,
          fmt::format("file \"{}\" has {} bytes, more than the {} that a {} may have",
                      put.file.text(), put.raw_size, largest, to_string(put.file.kind())));
    }
  } else if (!SegmentSize::from_bytes(put.raw_size)) {
    const bool too_large = put.raw_size > std::size_t{1} << 30;
    return refusal(too_large ? Code::kTooLarge : Code::kBadContent,
                   fmt::format("file \"{}\" has {} bytes, which is no segment size",
                               put.file.text(), put.raw_size),
                   fmt::format("A segment has {}.", kSegmentSizeForm));
  } else if (put.segment_size && put.segment_size->bytes() != put.raw_size) {
    return refusal(Code::kBadContent,
                   fmt::format("file \"{}\" has {} bytes, but the server's segments have {}",
                               put.file.text(), put.raw_size, put.segment_size->bytes()));
  }

  const auto size = put.segment_size ? put.segment_size : SegmentSize::from_bytes(put.raw_size);
  if (size && !put.file.fits(*size)) {
    return refusal(Code::kBadName,
                   fmt::format("\"{}\" names no segment of {}", put.file.text(), to_string(*size)),
                   fmt::format("With segments of {}, the last eight digits go up to {:08X}.",
                               to_string(*size), size->segments_per_log() - 1));
  }
  return std::nullopt;
}

// --- one function for each command that has fields ---

struct FilePath {
  std::string cluster;
  WalFileName file;
};

bool parse_expect(FieldReader& fields) {
  const std::string* expect = fields.find(field::kExpect);
  if (expect == nullptr) return false;
  if (equal_ignoring_case(*expect, "100-continue")) return true;
  fields.refuse(refusal(Code::kBadRequest,
                        fmt::format("invalid value for Expect: \"{}\"", shown(*expect)),
                        "Only 100-continue is known."));
  return false;
}

Parsed parse_put(FilePath path, FieldReader& fields) {
  const PutFile put{
      .cluster = std::move(path.cluster),
      .file = std::move(path.file),
      .system_identifier =
          fields.required(field::kSystem, parse_system_identifier, kSystemForm).value_or(0),
      .segment_size = fields.optional(field::kSegmentSize, parse_segment_size, kSegmentSizeForm),
      .raw_size = fields.required(field::kSize, parse_decimal, kNumberForm).value_or(0),
      .digest = fields.required(field::kDigest, parse_digest_field, kDigestForm).value_or(Digest{}),
      .encoding = fields.optional(field::kContentEncoding, parse_content_encoding, kEncodingForm)
                      .value_or(Encoding::kIdentity),
      .instance = fields.instance(),
      .ask_first = parse_expect(fields)};
  if (fields.refused()) return *fields.refused();
  if (auto refused = check_sizes(put)) return std::move(*refused);
  return put;
}

Parsed parse_get(FilePath path, Method method, FieldReader& fields) {
  const std::string* accept = fields.find(field::kAcceptEncoding);
  const GetFile get{
      .cluster = std::move(path.cluster),
      .file = std::move(path.file),
      .system_identifier = fields.optional(field::kSystem, parse_system_identifier, kSystemForm),
      .head_only = method == Method::kHead,
      .accept = accept == nullptr ? Encoding::kIdentity : parse_accept_encoding(*accept),
      .request_id = fields.optional(field::kRequest, parse_request_id, kRequestForm).value_or(""),
      .instance = fields.instance(),
      .restartpoint = fields.optional(field::kRestartpoint, parse_segment_name, kSegmentForm)};
  if (fields.refused()) return *fields.refused();
  return get;
}

Parsed parse_position(std::string cluster, std::string_view instance_of_path, FieldReader& fields) {
  const auto system = fields.required(field::kSystem, parse_system_identifier, kSystemForm);
  const auto instance = fields.instance();
  const auto restartpoint = fields.required(field::kRestartpoint, parse_segment_name, kSegmentForm);
  if (!instance || instance->id != instance_of_path) {
    fields.refuse(
        refusal(Code::kBadRequest, fmt::format("instance \"{}\" of the path is not that of {}",
                                               shown(instance_of_path), field::kInstance)));
  }
  if (fields.refused()) return *fields.refused();
  return ReportPosition{.cluster = std::move(cluster),
                        .system_identifier = *system,
                        .instance = *instance,
                        .restartpoint = *restartpoint};
}

Parsed parse_open_era(std::string cluster, FieldReader& fields) {
  const auto system = fields.required(field::kSystem, parse_system_identifier, kSystemForm);
  const auto size = fields.required(field::kSegmentSize, parse_segment_size, kSegmentSizeForm);
  if (fields.refused()) return *fields.refused();
  return OpenEra{
      .cluster = std::move(cluster), .system_identifier = *system, .segment_size = size->bytes()};
}

Parsed parse_list(std::string cluster, const Target& target) {
  ListFiles list;
  list.cluster = std::move(cluster);
  bool valid = true;
  std::string seen;  // initials of the parameters so far
  for (const auto& [name, value] : target.query) {
    bool known = true;
    if (name == "after") {
      valid = value.empty() || parse_text(value);
      list.after = value;
    } else if (name == "limit") {
      const auto limit = parse_decimal(value);
      valid = limit && *limit >= 1 && *limit <= kLargestPage;
      if (valid) list.limit = static_cast<std::uint32_t>(*limit);
    } else if (name == "timeline") {
      list.timeline = parse_timeline(value);
      valid = list.timeline.has_value();
    } else {
      known = false;
    }
    if (!known) {
      return refusal(Code::kBadRequest, fmt::format("unknown query parameter \"{}\"", shown(name)),
                     "A list takes after, limit and timeline.");
    }
    if (seen.find(name.front()) != std::string::npos) {
      return refusal(Code::kBadRequest, fmt::format("query parameter \"{}\" twice", name));
    }
    seen += name.front();
    if (!valid) {
      return refusal(
          Code::kBadRequest,
          fmt::format("invalid value for query parameter \"{}\": \"{}\"", name, shown(value)),
          "after is the \"next\" of the page before, limit 1 to 1000, timeline eight upper-case "
          "hex digits.");
    }
  }
  return list;
}

// --- from the path to the command ---

Refusal refused_method(const RequestHead& request) {
  return refusal(Code::kBadRequest, fmt::format("method {} is not for \"{}\"",
                                                to_string(request.method), shown(request.target)));
}

Parsed parse_file_request(const RequestHead& request, std::string cluster,
                          const std::string& name) {
  auto file = WalFileName::parse(name);
  if (!file) {
    return refusal(Code::kBadName, fmt::format("\"{}\" is not the name of a WAL file", shown(name)),
                   "Segments, .partial, .history and .backup files have names of upper-case hex "
                   "digits, as PostgreSQL makes them.");
  }
  FilePath path{.cluster = std::move(cluster), .file = std::move(*file)};
  FieldReader fields(request.fields);
  switch (request.method) {
    case Method::kPut:
      return parse_put(std::move(path), fields);
    case Method::kGet:
    case Method::kHead:
      return parse_get(std::move(path), request.method, fields);
    case Method::kPost:
    case Method::kDelete:
      break;
  }
  return refused_method(request);
}

Parsed parse_cluster_request(const RequestHead& request, const Target& target) {
  const auto& path = target.path;  // v1, clusters, {cluster}, ...
  std::string cluster = path[2];
  if (!valid_cluster_name(cluster)) {
    return refusal(Code::kBadRequest,
                   fmt::format("\"{}\" is not the name of a cluster", shown(cluster)),
                   "A cluster's name has 1 to 63 of A-Z a-z 0-9 - _, the first a letter or digit.");
  }
  FieldReader fields(request.fields);
  const Method method = request.method;
  const std::string_view part = path.size() > 3 ? std::string_view(path[3]) : "";
  if (path.size() == 3) {
    if (method == Method::kGet) return ClusterStatus{std::move(cluster)};
    if (method == Method::kPut) return CreateCluster{std::move(cluster)};
    return refused_method(request);
  }
  if (path.size() == 4 && part == "wal") {
    if (method == Method::kGet) return parse_list(std::move(cluster), target);
    return refused_method(request);
  }
  if (path.size() == 4 && part == "eras") {
    if (method == Method::kPost) return parse_open_era(std::move(cluster), fields);
    return refused_method(request);
  }
  if (path.size() == 4 && part == "check") {
    if (method == Method::kPost) return CheckStore{std::move(cluster)};
    return refused_method(request);
  }
  if (path.size() == 5 && part == "wal") {
    return parse_file_request(request, std::move(cluster), path[4]);
  }
  if (path.size() == 5 && part == "standbys") {
    if (method == Method::kPut) return parse_position(std::move(cluster), path[4], fields);
    return refused_method(request);
  }
  return refusal(Code::kBadRequest,
                 fmt::format("\"{}\" is not a path of this protocol", shown(request.target)));
}

Parsed parse_path(const RequestHead& request, const Target& target) {
  const auto& path = target.path;
  if (path.front() != "v1") {
    return refusal(Code::kBadRequest,
                   fmt::format("\"{}\" is not a path of this protocol", shown(request.target)),
                   "Paths begin with /v1/.");
  }
  if (path.size() == 2 && path[1] == "whoami") {
    if (request.method == Method::kGet) return Whoami{};
    return refused_method(request);
  }
  if (path.size() == 2 && path[1] == "clusters") {
    if (request.method == Method::kGet) return ListClusters{};
    return refused_method(request);
  }
  if (path.size() > 2 && path[1] == "clusters") return parse_cluster_request(request, target);
  return refusal(Code::kBadRequest,
                 fmt::format("\"{}\" is not a path of this protocol", shown(request.target)));
}

}  // namespace

std::variant<Command, Refusal> parse_request(const RequestHead& request) {
  // Absent from what a person sends with curl; the path says the same.
  const std::string* version = request.fields.find(field::kVersion);
  if (version != nullptr && *version != kProtocolVersion) {
    return refusal(Code::kBadRequest,
                   fmt::format("protocol version \"{}\" is asked for, this store speaks \"{}\"",
                               shown(*version), kProtocolVersion),
                   "Install releases of walstow that speak the same version at both ends.");
  }
  const auto target = parse_target(request.target);
  if (!target) {
    return refusal(Code::kBadRequest,
                   fmt::format("\"{}\" is not a request target", shown(request.target)),
                   "It is a path, and a query of name=value where one is allowed, both "
                   "percent-encoded.");
  }
  Parsed parsed = parse_path(request, *target);
  const auto* command = std::get_if<Command>(&parsed);
  if (command != nullptr && !target->query.empty() &&
      !std::holds_alternative<ListFiles>(*command)) {
    return refusal(Code::kBadRequest, fmt::format("unknown query parameter \"{}\"",
                                                  shown(target->query.front().first)));
  }
  return parsed;
}

}  // namespace walstow
