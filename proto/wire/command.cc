#include "proto/wire/command.h"

#include <fmt/format.h>
#include <string>

#include "proto/base/error.h"
#include "proto/http/text_field.h"
#include "proto/wire/clients_parse.h"
#include "proto/wire/field_reader.h"
#include "proto/wire/new_timelines.h"
#include "proto/wire/retention_parse.h"
#include "proto/wire/start_request.h"
#include "proto/wire/withdraw_parse.h"

namespace walstow {
namespace {

constexpr std::string_view kDigestPrefix = "xxh128=";

std::string cluster_path(std::string_view cluster) {
  return fmt::format("/v1/clusters/{}", percent_encoded(cluster));
}

std::string file_path(std::string_view cluster, const WalFileName& file) {
  return fmt::format("{}/wal/{}", cluster_path(cluster), percent_encoded(file.text()));
}

void set_number(Fields& fields, std::string_view name, std::uint64_t value) {
  fields.set(name, std::to_string(value));
}

void set_instance(Fields& fields, const Instance& instance) {
  fields.set(field::kInstance, instance.id);
  set_number(fields, field::kSequence, instance.sequence);
  fields.set(field::kHost, instance.host);
  if (!instance.standby.empty()) fields.set(field::kStandby, to_text_field(instance.standby));
  fields.set(field::kRole, instance.role == Instance::Role::kPrimary ? "primary" : "standby");
  if (instance.last_handed) fields.set(field::kLastHanded, instance.last_handed->text());
  if (!instance.boot.empty()) fields.set(field::kBoot, instance.boot);
}

// A request with the fields that describe the file of a put.
RequestHead start_file_request(Method method, const PutFile& put) {
  RequestHead request = start_request(method, file_path(put.cluster, put.file));
  Fields& fields = request.fields;
  set_number(fields, field::kSystem, put.system_identifier);
  if (put.segment_size) set_number(fields, field::kSegmentSize, put.segment_size->bytes());
  set_number(fields, field::kSize, put.raw_size);
  fields.set(field::kDigest, to_digest_field(put.digest));
  return request;
}

RequestHead request_for(const PutFile& put) {
  RequestHead request = start_file_request(Method::kPut, put);
  Fields& fields = request.fields;
  if (put.encoding == Encoding::kZstd) fields.set(field::kContentEncoding, "zstd");
  if (put.instance) set_instance(fields, *put.instance);
  if (put.ask_first) fields.set(field::kExpect, "100-continue");
  return request;
}

RequestHead request_for(const ConfirmFile& confirm) {
  RequestHead request = start_file_request(Method::kPost, confirm.put);
  request.fields.set(field::kSha256, to_hex(confirm.sha256));
  return request;
}

RequestHead request_for(const GetFile& get) {
  RequestHead request =
      start_request(get.head_only ? Method::kHead : Method::kGet, file_path(get.cluster, get.file));
  Fields& fields = request.fields;
  if (get.system_identifier) set_number(fields, field::kSystem, *get.system_identifier);
  if (get.segment_size) set_number(fields, field::kSegmentSize, get.segment_size->bytes());
  if (!get.request_id.empty()) fields.set(field::kRequest, get.request_id);
  fields.set(field::kAcceptEncoding, get.accept == Encoding::kZstd ? "zstd" : "identity");
  if (get.instance) set_instance(fields, *get.instance);
  if (get.restartpoint) fields.set(field::kRestartpoint, get.restartpoint->text());
  return request;
}

// Returns the query that every request for a page has.
std::string page_query(const std::string& after, std::uint32_t limit, const FileRange& range) {
  std::string query = fmt::format("?limit={}", limit);
  if (!after.empty()) query += fmt::format("&after={}", percent_encoded(after));
  if (range.timeline) query += fmt::format("&timeline={}", to_hex8(*range.timeline));
  if (range.from) query += fmt::format("&from={}", percent_encoded(range.from->text()));
  if (range.to) query += fmt::format("&to={}", percent_encoded(range.to->text()));
  return query;
}

RequestHead request_for(const ListFiles& list) {
  return start_request(Method::kGet, fmt::format("{}/wal{}", cluster_path(list.cluster),
                                                 page_query(list.after, list.limit, list.range)));
}

RequestHead request_for(const ListHoles& list) {
  return start_request(Method::kGet, fmt::format("{}/holes{}", cluster_path(list.cluster),
                                                 page_query(list.after, list.limit, list.range)));
}

RequestHead request_for(const ListTimes& list) {
  return start_request(Method::kGet, fmt::format("{}/times{}", cluster_path(list.cluster),
                                                 page_query(list.after, list.limit, list.range)));
}

RequestHead request_for(const VerifyFiles& verify) {
  std::string target = fmt::format("{}/verify{}", cluster_path(verify.cluster),
                                   page_query(verify.after, verify.limit, verify.range));
  if (verify.since) target += fmt::format("&since={}", percent_encoded(to_iso8601(*verify.since)));
  if (verify.depth == VerifyFiles::Depth::kContent) target += "&deep=1";
  if (verify.jobs != 1) target += fmt::format("&jobs={}", verify.jobs);
  if (verify.most_bytes) target += fmt::format("&bytes={}", *verify.most_bytes);
  return start_request(Method::kPost, std::move(target));
}

RequestHead request_for(const SetAside& aside) {
  return start_request(Method::kPost, fmt::format("{}/aside?object={}", cluster_path(aside.cluster),
                                                  percent_encoded(aside.object)));
}

RequestHead request_for(const ClusterStatus& status) {
  return start_request(Method::kGet, cluster_path(status.cluster));
}

RequestHead request_for(const ListClusters& list) {
  return start_request(Method::kGet, fmt::format("/v1/clusters{}", to_query(list.page)));
}

RequestHead request_for(const CreateCluster& create) {
  return start_request(Method::kPut, cluster_path(create.cluster));
}

RequestHead request_for(const OpenEra& open) {
  RequestHead request =
      start_request(Method::kPost, fmt::format("{}/eras", cluster_path(open.cluster)));
  set_number(request.fields, field::kSystem, open.system_identifier);
  set_number(request.fields, field::kSegmentSize, open.segment_size);
  return request;
}

RequestHead request_for(const ReportPosition& report) {
  RequestHead request =
      start_request(Method::kPut, fmt::format("{}/standbys/{}", cluster_path(report.cluster),
                                              percent_encoded(report.instance.id)));
  set_number(request.fields, field::kSystem, report.system_identifier);
  set_instance(request.fields, report.instance);
  request.fields.set(field::kRestartpoint, report.restartpoint.text());
  return request;
}

RequestHead request_for(const ShowMetrics&) {
  return start_request(Method::kGet, "/metrics");
}

RequestHead request_for(const ShowPage& show) {
  return start_request(Method::kGet, show.only
                                         ? fmt::format("/?cluster={}", percent_encoded(*show.only))
                                         : std::string("/"));
}

RequestHead request_for(const Whoami&) {
  return start_request(Method::kGet, "/v1/whoami");
}

RequestHead request_for(const CheckStore& check) {
  return start_request(Method::kPost, fmt::format("{}/check", cluster_path(check.cluster)));
}

RequestHead request_for(const ListConflicts& list) {
  std::string target = fmt::format("{}/conflicts", cluster_path(list.cluster));
  if (list.file) target += fmt::format("/{}", percent_encoded(list.file->text()));
  return start_request(Method::kGet, target + to_query(list.page));
}

RequestHead request_for(const AcceptContent& accept) {
  return start_request(
      Method::kPost,
      fmt::format("{}/conflicts/{}/{}", cluster_path(accept.cluster),
                  percent_encoded(accept.file.text()), percent_encoded(accept.digits)));
}

}  // namespace

bool valid_standby_name(std::string_view name) {
  return parse_text(name).has_value();
}

std::string to_digest_field(const Digest& digest) {
  return std::string(kDigestPrefix) + to_string(digest);
}

std::optional<Digest> parse_digest_field(std::string_view value) {
  if (!value.starts_with(kDigestPrefix)) return std::nullopt;
  return parse_digest(value.substr(kDigestPrefix.size()));
}

RequestHead to_request(const Command& command) {
  return std::visit([](const auto& one) { return request_for(one); }, command);
}

void require_valid(const Command& command) {
  const auto parsed = parse_request(to_request(command));
  if (!parsed) throw Error(ErrorKind::kUsage, parsed.error().message, parsed.error().hint);
}

}  // namespace walstow
