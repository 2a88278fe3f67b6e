// Parses a request head from outside into a command, or a refusal that names what is wrong.
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "proto/http/target.h"
#include "proto/wal/timeline_history.h"
#include "proto/wire/clients_parse.h"
#include "proto/wire/command.h"
#include "proto/wire/field_reader.h"
#include "proto/wire/new_timelines.h"
#include "proto/wire/query_reader.h"
#include "proto/wire/retention_parse.h"
#include "proto/wire/withdraw_parse.h"

namespace walstow {
namespace {

using Parsed = OrRefusal<Command>;

// The digits of a digest that identifies a content.
constexpr std::size_t kFewestDigits = 12;
constexpr std::size_t kMostDigits = 32;

// --- a file and its size ---

// Checks that the numbers of a put agree with its name and with each other.
std::optional<Refusal> check_sizes(const PutFile& put) {
  const bool is_history = put.file.kind() == FileKind::kHistory;
  if (is_history || put.file.kind() == FileKind::kBackup) {
    const std::size_t largest = is_history ? kLargestHistoryFile : kLargestBackupFile;
    if (put.raw_size > largest) {
      return make_refusal(
          Code::kTooLarge,
          fmt::format("file \"{}\" has {} bytes, more than the {} that a {} may have",
                      put.file.text(), put.raw_size, largest, to_string(put.file.kind())));
    }
  } else if (!SegmentSize::from_bytes(put.raw_size)) {
    const bool too_large = put.raw_size > std::size_t{1} << 30;
    return make_refusal(too_large ? Code::kTooLarge : Code::kBadContent,
                        fmt::format("file \"{}\" has {} bytes, which is not a segment size",
                                    put.file.text(), put.raw_size),
                        fmt::format("A segment has {}.", form::kSegmentSizeText));
  } else if (put.segment_size && put.segment_size->bytes() != put.raw_size) {
    return make_refusal(Code::kBadContent,
                        fmt::format("file \"{}\" has {} bytes, but the server's segments have {}",
                                    put.file.text(), put.raw_size, put.segment_size->bytes()));
  }

  const auto size = put.segment_size ? put.segment_size : SegmentSize::from_bytes(put.raw_size);
  if (size && !put.file.fits(*size)) {
    return make_refusal(Code::kBadName,
                        fmt::format("\"{}\" is not a valid segment name with segments of {}",
                                    put.file.text(), to_string(*size)),
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

Parsed parse_put(FilePath path, FieldReader& fields) {
  const PutFile put{
      .cluster = std::move(path.cluster),
      .file = std::move(path.file),
      .system_identifier = fields.required(form::kSystem).value_or(0),
      .segment_size = fields.optional(form::kSegmentSize),
      .raw_size = fields.required(form::kSize).value_or(0),
      .digest = fields.required(form::kDigest).value_or(Digest{}),
      .encoding = fields.optional(form::kContentEncoding).value_or(Encoding::kIdentity),
      .instance = fields.instance(),
      .ask_first = fields.optional(form::kExpect).value_or(false)};
  if (fields.refused()) return *fields.refused();
  if (auto refused = check_sizes(put)) return std::move(*refused);
  return put;
}

// The fields of a put describe the file.
Parsed parse_confirm(FilePath path, FieldReader& fields) {
  const auto sha256 = fields.required(form::kSha256);
  const Parsed put = parse_put(std::move(path), fields);
  if (!put) return put.error();
  return ConfirmFile{.put = std::get<PutFile>(put.value()), .sha256 = *sha256};
}

Parsed parse_get(FilePath path, Method method, FieldReader& fields) {
  const GetFile get{.cluster = std::move(path.cluster),
                    .file = std::move(path.file),
                    .system_identifier = fields.optional(form::kSystem),
                    .segment_size = fields.optional(form::kSegmentSize),
                    .head_only = method == Method::kHead,
                    .accept = fields.accepted_encoding(),
                    .request_id = fields.optional(form::kRequest).value_or(""),
                    .instance = fields.instance(),
                    .restartpoint = fields.optional(form::kRestartpoint)};
  if (fields.refused()) return *fields.refused();
  return get;
}

Parsed parse_position(std::string cluster, std::string_view instance_of_path, FieldReader& fields) {
  const auto system = fields.required(form::kSystem);
  const auto instance = fields.instance();
  const auto restartpoint = fields.required(form::kRestartpoint);
  if (!instance || instance->id != instance_of_path) {
    fields.refuse(make_refusal(Code::kBadRequest,
                               fmt::format("instance \"{}\" in the path is not the one in field {}",
                                           shown(instance_of_path), field::kInstance)));
  }
  if (fields.refused()) return *fields.refused();
  return ReportPosition{.cluster = std::move(cluster),
                        .system_identifier = *system,
                        .instance = *instance,
                        .restartpoint = *restartpoint};
}

Parsed parse_open_era(std::string cluster, FieldReader& fields) {
  const auto system = fields.required(form::kSystem);
  const auto size = fields.required(form::kSegmentSize);
  if (fields.refused()) return *fields.refused();
  return OpenEra{
      .cluster = std::move(cluster), .system_identifier = *system, .segment_size = size->bytes()};
}

// --- one function for each command that has parameters ---

// List is ListFiles, ListHoles or ListTimes.
template <class List>
Parsed parse_list(std::string cluster, const Target& target) {
  QueryReader query(target);
  List list{.cluster = std::move(cluster),
            .after = query.optional(form::kAfter).value_or(""),
            .limit = query.optional(form::kLimit).value_or(kLargestPage),
            .range = query.range()};
  if (auto refused = query.refused()) return std::move(*refused);
  return list;
}

Parsed parse_verify(std::string cluster, const Target& target) {
  QueryReader query(target);
  VerifyFiles verify{.cluster = std::move(cluster),
                     .after = query.optional(form::kAfter).value_or(""),
                     .limit = query.optional(form::kLimit).value_or(kLargestPage),
                     .range = query.range(),
                     .since = query.optional(form::kSince),
                     .depth = query.optional(form::kDeep) ? VerifyFiles::Depth::kContent
                                                          : VerifyFiles::Depth::kBytes,
                     .jobs = query.optional(form::kJobs).value_or(1),
                     .most_bytes = query.optional(form::kBytes)};
  if (auto refused = query.refused()) return std::move(*refused);
  return verify;
}

Parsed parse_set_aside(std::string cluster, const Target& target) {
  QueryReader query(target);
  auto object = query.optional(form::kObject);
  if (auto refused = query.refused()) return std::move(*refused);
  if (!object) {
    return make_refusal(
        Code::kBadRequest, "query parameter \"object\" is missing",
        "Name the object that you want to quarantine, as \"walstow verify\" prints it.");
  }
  return SetAside{.cluster = std::move(cluster), .object = std::move(*object)};
}

// --- from the path to the command ---

Refusal refused_method(const RequestHead& request) {
  return make_refusal(Code::kBadRequest,
                      fmt::format("method {} is not allowed for \"{}\"", to_string(request.method),
                                  shown(request.target)));
}

Refusal not_a_file_name(std::string_view name) {
  return make_refusal(Code::kBadName,
                      fmt::format("\"{}\" is not the name of a WAL file", shown(name)),
                      "The names of segments, .partial, .history and .backup files begin with "
                      "upper-case hex digits, as PostgreSQL writes them.");
}

// .../conflicts, .../conflicts/{file}, .../conflicts/{file}/{digest}
Parsed parse_conflicts(const RequestHead& request, std::string cluster, const Target& target) {
  const auto& path = target.path;
  std::optional<WalFileName> file;
  if (path.size() > 4) {
    file = WalFileName::parse(path[4]);
    if (!file) return not_a_file_name(path[4]);
  }
  if (path.size() < 6) {
    if (request.method != Method::kGet) return refused_method(request);
    QueryReader query(target);
    ListConflicts list{
        .cluster = std::move(cluster), .file = std::move(file), .page = query.page()};
    if (auto refused = query.refused()) return std::move(*refused);
    return list;
  }
  const std::string& digits = path[5];
  if (digits.size() < kFewestDigits || digits.size() > kMostDigits ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return make_refusal(Code::kBadRequest,
                        fmt::format("\"{}\" is not the beginning of a digest", shown(digits)),
                        "Give its first 12 digits, or all 32, in lower case.");
  }
  if (request.method != Method::kPost) return refused_method(request);
  return AcceptContent{.cluster = std::move(cluster), .file = std::move(*file), .digits = digits};
}

Parsed parse_file_request(const RequestHead& request, std::string cluster,
                          const std::string& name) {
  auto file = WalFileName::parse(name);
  if (!file) return not_a_file_name(name);
  FilePath path{.cluster = std::move(cluster), .file = std::move(*file)};
  FieldReader fields(request.fields);
  switch (request.method) {
    case Method::kPut:
      return parse_put(std::move(path), fields);
    case Method::kGet:
    case Method::kHead:
      return parse_get(std::move(path), request.method, fields);
    case Method::kPost:
      return parse_confirm(std::move(path), fields);
    case Method::kDelete:
      break;
  }
  return refused_method(request);
}

Parsed parse_cluster_request(const RequestHead& request, const Target& target) {
  const auto& path = target.path;  // v1, clusters, {cluster}, ...
  std::string cluster = path[2];
  if (!valid_cluster_name(cluster)) {
    return make_refusal(Code::kBadRequest,
                        fmt::format("\"{}\" is not the name of a cluster", shown(cluster)),
                        "A cluster's name has 1 to 63 letters, digits, \"-\" and \"_\", and starts "
                        "with a letter or digit.");
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
    if (method == Method::kGet) return parse_list<ListFiles>(std::move(cluster), target);
    return refused_method(request);
  }
  if (path.size() == 4 && part == "holes") {
    if (method == Method::kGet) return parse_list<ListHoles>(std::move(cluster), target);
    return refused_method(request);
  }
  if (path.size() == 4 && part == "times") {
    if (method == Method::kGet) return parse_list<ListTimes>(std::move(cluster), target);
    return refused_method(request);
  }
  if (path.size() == 4 && part == "verify") {
    if (method == Method::kPost) return parse_verify(std::move(cluster), target);
    return refused_method(request);
  }
  if (path.size() == 4 && part == "aside") {
    if (method == Method::kPost) return parse_set_aside(std::move(cluster), target);
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
  if (path.size() <= 6 && part == "conflicts") {
    return parse_conflicts(request, std::move(cluster), target);
  }
  if (auto parsed = parse_retention_request(request, cluster, target)) return *std::move(parsed);
  if (auto parsed = parse_new_timelines_request(request, cluster, target)) {
    return *std::move(parsed);
  }
  if (auto parsed = parse_withdraw_request(request, cluster, target)) return *std::move(parsed);
  if (path.size() == 5 && part == "wal") {
    return parse_file_request(request, std::move(cluster), path[4]);
  }
  if (path.size() == 5 && part == "standbys") {
    if (method == Method::kPut) return parse_position(std::move(cluster), path[4], fields);
    return refused_method(request);
  }
  for (const std::string_view known :
       {"holds", "backups", "standbys", "policy", "prune", "timelines", "withdrawn"}) {
    if (path.size() <= 6 && part == known) return refused_method(request);
  }
  return make_refusal(Code::kBadRequest,
                      fmt::format("\"{}\" is not a path of this protocol", shown(request.target)));
}

Parsed parse_show_page(const Target& target) {
  QueryReader query(target);
  ShowPage show{.only = query.optional(form::kCluster)};
  if (auto refused = query.refused()) return std::move(*refused);
  return show;
}

Parsed parse_path(const RequestHead& request, const Target& target) {
  const auto& path = target.path;
  if (path == std::vector<std::string>{""}) {
    if (request.method == Method::kGet) return parse_show_page(target);
    return refused_method(request);
  }
  if (path == std::vector<std::string>{"metrics"}) {
    if (request.method == Method::kGet) return ShowMetrics{};
    return refused_method(request);
  }
  if (path.front() != "v1") {
    return make_refusal(Code::kBadRequest,
                        fmt::format("\"{}\" is not a path of this protocol", shown(request.target)),
                        "Paths begin with /v1/.");
  }
  if (path.size() == 2 && path[1] == "whoami") {
    if (request.method == Method::kGet) return Whoami{};
    return refused_method(request);
  }
  if (path.size() == 2 && path[1] == "clusters") {
    if (request.method == Method::kGet) return parse_page<ListClusters>(target, {});
    return refused_method(request);
  }
  if ((path.size() == 2 || path.size() == 3) && path[1] == "clients") {
    if (auto parsed = parse_clients_request(request, target)) return *std::move(parsed);
    return refused_method(request);
  }
  if (path.size() > 2 && path[1] == "clusters") return parse_cluster_request(request, target);
  return make_refusal(Code::kBadRequest,
                      fmt::format("\"{}\" is not a path of this protocol", shown(request.target)));
}

// The commands whose own parse functions have checked the query.
bool has_parameters(const Command& command) {
  return std::holds_alternative<ListFiles>(command) || std::holds_alternative<ListHoles>(command) ||
         std::holds_alternative<ListTimes>(command) ||
         std::holds_alternative<VerifyFiles>(command) ||
         std::holds_alternative<SetAside>(command) || std::holds_alternative<ShowPage>(command) ||
         std::holds_alternative<SetPolicy>(command) || std::holds_alternative<PlanPrune>(command) ||
         std::holds_alternative<BeginPrune>(command) ||
         std::visit(
             [](const auto& one) {
               return requires {
                 one.page;
               };
             },
             command);
}

}  // namespace

OrRefusal<Command> parse_request(const RequestHead& request) {
  // Requests that a person sends with curl do not have it; the path contains the version, too.
  const std::string* version = request.fields.find(field::kVersion);
  if (version != nullptr && *version != kProtocolVersion) {
    return make_refusal(
        Code::kBadRequest,
        fmt::format("the request uses protocol version \"{}\", but this store uses version \"{}\"",
                    shown(*version), kProtocolVersion),
        "Install releases of walstow that use the same version at both ends: docs/upgrading.md "
        "lists "
        "them.");
  }
  const auto target = parse_target(request.target);
  if (!target) {
    return make_refusal(Code::kBadRequest,
                        fmt::format("\"{}\" is not a request target", shown(request.target)),
                        "A target is a percent-encoded path. A query of percent-encoded name=value "
                        "pairs may follow if the request has parameters.");
  }
  Parsed parsed = parse_path(request, *target);
  if (parsed && !has_parameters(*parsed)) {
    if (auto refused = QueryReader(*target).refused()) return std::move(*refused);
  }
  return parsed;
}

}  // namespace walstow
