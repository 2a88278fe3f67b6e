#include "store/archive/client_registry.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

#include "proto/base/error.h"
#include "proto/identity/public_key.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"

namespace walstow {
namespace {

namespace json = boost::json;

std::string encode(const ClientReport& client) {
  const json::value until = client.certificate_until
                                ? json::value(to_iso8601(*client.certificate_until))
                                : json::value(nullptr);
  return to_line({{"format", kArchiveFormat},
                  {"client", client.client},
                  {"public_key", client.public_key},
                  {"fingerprint", client.fingerprint},
                  {"grants", grants_array(client.grants)},
                  {"certificate_until", until},
                  {"added", to_iso8601(client.added)}});
}

std::string fingerprint_of(std::string_view public_key) {
  const auto bytes = from_base64(public_key);
  return bytes ? key_fingerprint(*bytes) : "";
}

ClientReport decode(std::string_view content, const BackendReader& backend,
                    const std::string& key) {
  const std::string place = record_name(backend, key);
  const json::object record = parse_record(content, place);
  const auto grants = grants_member(record, "grants");
  const auto added = time_member(record, "added");
  if (!grants || !added) throw_damaged_record(place);
  ClientReport client{.client = text_member(record, "client").value_or(""),
                      .public_key = text_member(record, "public_key").value_or(""),
                      .fingerprint = text_member(record, "fingerprint").value_or(""),
                      .grants = *grants,
                      .certificate_until = time_member(record, "certificate_until"),
                      .added = *added};
  // A record that contradicts itself, or was copied to another name by hand, admits nobody.
  if (layout::client_record(client.client) != key || client.fingerprint.empty() ||
      client.fingerprint != fingerprint_of(client.public_key)) {
    throw_damaged_record(place);
  }
  return client;
}

bool same_client(const ClientReport& one, const ClientReport& other) {
  return one.public_key == other.public_key && one.grants == other.grants &&
         one.certificate_until == other.certificate_until;
}

}  // namespace

std::optional<ClientReport> find_client(BackendReader& backend, std::string_view client) {
  const std::string key = layout::client_record(client);
  const auto content = backend.read_record(key);
  if (!content) return std::nullopt;
  return decode(*content, backend, key);
}

std::vector<ClientReport> list_clients(BackendReader& backend) {
  std::vector<ClientReport> clients;
  for_each_record(backend, layout::client_records(),
                  [&](const std::string& key, const std::string& content) {
                    clients.push_back(decode(content, backend, key));
                  });
  // Keys sort in another order than names ("a-b.json" before "a.json").
  std::ranges::sort(clients, {}, &ClientReport::client);
  return clients;
}

AddedClient add_client(Backend& backend, const AddClient& add, Time now) {
  const std::string key = layout::client_record(add.client);
  const ClientReport client{.client = add.client,
                            .public_key = add.public_key,
                            .fingerprint = fingerprint_of(add.public_key),
                            .grants = add.grants,
                            .certificate_until = add.certificate_until,
                            .added = std::chrono::floor<std::chrono::seconds>(now)};
  AddedClient done;
  backend.update_record(
      key, [&](const std::optional<std::string>& content) -> std::optional<std::string> {
        if (!content) {
          done = {.result = AddedClient::Result::kAdded, .client = client};
          return encode(client);
        }
        done.client = decode(*content, backend, key);
        done.result = same_client(done.client, client) ? AddedClient::Result::kExisted
                                                       : AddedClient::Result::kTaken;
        return std::nullopt;
      });
  return done;
}

std::optional<ClientReport> change_client(Backend& backend, const ChangeClient& change) {
  const std::string key = layout::client_record(change.client);
  std::optional<ClientReport> client;
  backend.update_record(
      key, [&](const std::optional<std::string>& content) -> std::optional<std::string> {
        client.reset();
        if (!content) return std::nullopt;
        client = decode(*content, backend, key);
        if (change.if_grants && *change.if_grants != client->grants) return std::nullopt;
        if (change.grants) client->grants = *change.grants;
        if (change.certificate_until) client->certificate_until = change.certificate_until;
        return encode(*client);
      });
  return client;
}

bool remove_client(Backend& backend, std::string_view client) {
  return backend.remove_record(layout::client_record(client));
}

}  // namespace walstow
