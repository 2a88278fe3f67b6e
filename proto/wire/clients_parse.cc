#include "proto/wire/clients_parse.h"

#include <fmt/format.h>

#include "proto/wire/field_reader.h"
#include "proto/wire/query_reader.h"
#include "proto/wire/start_request.h"

namespace walstow {
namespace {

using Parsed = OrRefusal<Command>;

std::string client_path(std::string_view client) {
  return fmt::format("/v1/clients/{}", percent_encoded(client));
}

Parsed parse_add_client(std::string client, FieldReader& fields) {
  const auto public_key = fields.required(form::kPublicKey);
  const auto grants = fields.required(form::kGrants);
  const auto until = fields.optional(form::kUntil);
  if (fields.refused()) return *fields.refused();
  return AddClient{.client = std::move(client),
                   .public_key = *public_key,
                   .grants = *grants,
                   .certificate_until = until};
}

Parsed parse_change_client(std::string client, FieldReader& fields) {
  auto grants = fields.optional(form::kGrants);
  auto if_grants = fields.optional(form::kIfGrants);
  const auto until = fields.optional(form::kUntil);
  if (if_grants && !grants) {
    fields.refuse(make_refusal(Code::kBadRequest, fmt::format("{} is given without {}",
                                                              field::kIfGrants, field::kGrants)));
  }
  if (!grants && !until) {
    fields.refuse(make_refusal(
        Code::kBadRequest, fmt::format("neither {} nor {} is given, so there is nothing to change",
                                       field::kGrants, field::kUntil)));
  }
  if (fields.refused()) return *fields.refused();
  return ChangeClient{.client = std::move(client),
                      .grants = std::move(grants),
                      .certificate_until = until,
                      .if_grants = std::move(if_grants)};
}

}  // namespace

RequestHead request_for(const ListClients& list) {
  return start_request(Method::kGet, fmt::format("/v1/clients{}", to_query(list.page)));
}

RequestHead request_for(const AddClient& add) {
  RequestHead request = start_request(Method::kPut, client_path(add.client));
  request.fields.set(field::kPublicKey, add.public_key);
  request.fields.set(field::kGrants, to_grants_field(add.grants));
  if (add.certificate_until) {
    request.fields.set(field::kUntil, to_iso8601(*add.certificate_until));
  }
  return request;
}

RequestHead request_for(const ChangeClient& change) {
  RequestHead request = start_request(Method::kPost, client_path(change.client));
  if (change.grants) request.fields.set(field::kGrants, to_grants_field(*change.grants));
  if (change.if_grants) request.fields.set(field::kIfGrants, to_grants_field(*change.if_grants));
  if (change.certificate_until) {
    request.fields.set(field::kUntil, to_iso8601(*change.certificate_until));
  }
  return request;
}

RequestHead request_for(const RemoveClient& remove) {
  return start_request(Method::kDelete, client_path(remove.client));
}

std::optional<OrRefusal<Command>> parse_clients_request(const RequestHead& request,
                                                        const Target& target) {
  if (target.path.size() == 2) {
    if (request.method == Method::kGet) return parse_page<ListClients>(target, {});
    return std::nullopt;
  }
  std::string client = target.path[2];
  if (!valid_client_name(client)) {
    return make_refusal(Code::kBadRequest,
                        fmt::format("\"{}\" is not a valid client name", shown(client)),
                        "A client's name has 1 to 63 letters, digits, \".\", \"-\" and \"_\", and "
                        "starts with a letter or digit.");
  }
  FieldReader fields(request.fields);
  switch (request.method) {
    case Method::kPut:
      return parse_add_client(std::move(client), fields);
    case Method::kPost:
      return parse_change_client(std::move(client), fields);
    case Method::kDelete:
      return RemoveClient{std::move(client)};
    case Method::kGet:
    case Method::kHead:
      break;
  }
  return std::nullopt;
}

}  // namespace walstow
