#include "proto/wire/withdraw_parse.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/http/text_field.h"
#include "proto/wire/field_reader.h"
#include "proto/wire/query_reader.h"
#include "proto/wire/start_request.h"

namespace walstow {
namespace {

using Parsed = OrRefusal<Command>;

constexpr std::size_t kLongestStoredName = 100;
constexpr std::string_view kObjectPart = "object";

constexpr FieldForm<std::string> kWhy{field::kReason, parse_text_field, kTextForm};

std::string content_path(const std::string& name, const Digest& digest) {
  return fmt::format("withdrawn/{}/{}", percent_encoded(name), to_string(digest));
}

// Letters, digits and dots, as in every stored name; the store knows which names exist.
bool may_be_stored(std::string_view name) {
  return !name.empty() && name.size() <= kLongestStoredName &&
         std::ranges::all_of(name, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '.';
         });
}

Parsed parse_list_withdrawn(const std::string& cluster, std::string name, const Target& target) {
  QueryReader query(target);
  ListWithdrawn list{.cluster = cluster, .name = std::move(name), .page = query.page()};
  if (auto refused = query.refused()) return std::move(*refused);
  return list;
}

Parsed parse_withdraw(const std::string& cluster, const std::string& name, const Digest& digest,
                      const RequestHead& request) {
  FieldReader fields(request.fields);
  const auto reason = fields.required(kWhy);
  if (fields.refused()) return *fields.refused();
  return WithdrawFile{cluster, name, digest, *reason};
}

}  // namespace

RequestHead request_for(const ListWithdrawn& list) {
  std::string rest = "withdrawn";
  if (!list.name.empty()) rest += fmt::format("/{}", percent_encoded(list.name));
  rest += to_query(list.page);
  return start_in_cluster(Method::kGet, list.cluster, rest);
}

RequestHead request_for(const WithdrawFile& withdraw) {
  RequestHead request = start_in_cluster(Method::kPut, withdraw.cluster,
                                         content_path(withdraw.name, withdraw.digest));
  request.fields.set(field::kReason, to_text_field(withdraw.reason));
  return request;
}

RequestHead request_for(const ReturnFile& back) {
  return start_in_cluster(Method::kDelete, back.cluster, content_path(back.name, back.digest));
}

RequestHead request_for(const PurgeFile& purge) {
  return start_in_cluster(
      Method::kDelete, purge.cluster,
      fmt::format("{}/{}", content_path(purge.name, purge.digest), kObjectPart));
}

std::optional<Parsed> parse_withdraw_request(const RequestHead& request, const std::string& cluster,
                                             const Target& target) {
  const auto& path = target.path;
  if (path.size() < 4 || path.size() > 7 || path[3] != "withdrawn") return std::nullopt;
  const std::string name = path.size() > 4 ? path[4] : "";
  if (path.size() > 4 && !may_be_stored(name)) {
    return make_refusal(Code::kBadName,
                        fmt::format("\"{}\" is not the name of a stored file", shown(name)),
                        "\"walstow list CLUSTER\" shows the names, and \"walstow list CLUSTER "
                        "--withdrawn\" the names of withdrawn files.");
  }
  if (path.size() < 6) {
    if (request.method != Method::kGet) return std::nullopt;
    return parse_list_withdrawn(cluster, name, target);
  }
  const auto digest = parse_digest(path[5]);
  if (!digest) {
    return make_refusal(Code::kBadRequest, fmt::format("\"{}\" is not a digest", shown(path[5])),
                        "A digest has 32 lower-case hex digits.");
  }
  if (path.size() == 7) {
    if (request.method != Method::kDelete || path[6] != kObjectPart) return std::nullopt;
    return PurgeFile{cluster, name, *digest};
  }
  if (request.method == Method::kPut) return parse_withdraw(cluster, name, *digest, request);
  if (request.method == Method::kDelete) return ReturnFile{cluster, name, *digest};
  return std::nullopt;
}

}  // namespace walstow
