// The data that each end reads from the other: heads of requests, refusals, reports, values of
// fields.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <vector>

#include "proto/base/utc_time.h"
#include "proto/codec/digest.h"
#include "proto/http/target.h"
#include "proto/http/text_field.h"
#include "proto/identity/public_key.h"
#include "proto/identity/ssh_public_key.h"
#include "proto/link/store_address.h"
#include "proto/wire/command.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/new_timelines.h"
#include "proto/wire/report.h"
#include "proto/wire/times_report.h"
#include "tests/fuzz/fuzz_target.h"

namespace walstow {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// --- requests and refusals ---

void require_refusal_on_the_wire(const Refusal& refusal) {
  ReplyHead head{.status = info_of(refusal.code).status, .fields = {}};
  head.fields.set(field::kVersion, std::string(kProtocolVersion));
  head.fields.set(field::kContentType, std::string(kJsonType));
  head.fields.set(field::kCacheControl, "no-store");
  const std::string body = to_json(refusal);
  require(body.size() < kLargestHead, "a refusal is short");
  const auto again = parse_refusal(head, body);
  require(again && again->code == refusal.code && again->proof == refusal.proof,
          "a refusal is read as it is sent");
}

// "METHOD TARGET", then one field per line: "NAME: VALUE".
void request(ByteView input) {
  std::string_view rest = as_text(input).substr(0, kLargestHead);
  const std::string_view line = take_line(rest);
  RequestHead head;
  for (const Method method :
       {Method::kGet, Method::kHead, Method::kPut, Method::kPost, Method::kDelete}) {
    if (line.starts_with(to_string(method))) head.method = method;
  }
  head.target = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
  for (std::size_t fields = 0; fields < kMostFields && !rest.empty(); ++fields) {
    const std::string_view text = take_line(rest);
    const std::size_t colon = std::min(text.find(": "), text.size());
    head.fields.add(text.substr(0, colon),
                    std::string(text.substr(std::min(colon + 2, text.size()))));
  }
  const auto command = parse_request(head);
  if (!command) {
    require(!is_absence(command.error().code), "no request is refused as an absence");
    require_refusal_on_the_wire(command.error());
    return;
  }
  const auto again = parse_request(to_request(*command));
  require(again && *again == *command, "a command is read as it is asked");
}

// "STATUS", the fields, an empty line, the body.
void refusal(ByteView input) {
  std::string_view rest = as_text(input);
  ReplyHead head;
  head.status = static_cast<int>(parse_decimal(take_line(rest)).value_or(0) % 1000);
  for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
    const std::size_t colon = std::min(line.find(": "), line.size());
    head.fields.add(line.substr(0, colon),
                    std::string(line.substr(std::min(colon + 2, line.size()))));
  }
  const auto parsed = parse_refusal(head, rest);
  if (!parsed) return;
  require(parsed->proof.has_value() == is_absence(parsed->code), "an absence comes with a proof");
  require(!parsed->proof || !proves(*parsed->proof, {.cluster = "main",
                                                     .file = "00000002.history",
                                                     .request_id = "",
                                                     .system_identifier = {}}),
          "a proof is of a request");
  to_error(*parsed);
}

// --- reports ---

// A written report is read as the same report, except for text that had to be escaped.
template <auto parse>
void report(std::string_view body) {
  const auto parsed = unless_error({ErrorKind::kUnavailable}, [&] { return parse(body); });
  if (!parsed) return;
  const std::string written = to_json(*parsed);
  // Escapes may lengthen it beyond the limit of a body.
  if (written.size() <= kLargestJson) parse(written);
}

constexpr std::array kReports = {report<parse_put_report>,
                                 report<parse_cluster_report>,
                                 report<parse_cluster_summaries>,
                                 report<parse_file_page>,
                                 report<parse_whoami_report>,
                                 report<parse_check_report>,
                                 report<parse_client_reports>,
                                 report<parse_conflict_reports>,
                                 report<parse_standby_reports>,
                                 report<parse_hold_reports>,
                                 report<parse_backup_reports>,
                                 report<parse_cluster_policy>,
                                 report<parse_prune_plan>,
                                 report<parse_prune_report>,
                                 report<parse_hole_page>,
                                 report<parse_verify_page>,
                                 report<parse_set_aside_report>,
                                 report<parse_withdrawn_page>,
                                 report<parse_new_timelines_report>,
                                 report<parse_times_page>};

void reports(ByteView input) {
  FuzzInput choices(input);
  const std::uint8_t which = choices.byte();
  kReports.at(which % kReports.size())(as_text(choices.rest()));
}

void json(ByteView input) {
  const auto object = parse_json_object(as_text(input));
  if (!object) return;
  const auto again = parse_json_object(to_line(*object));
  require(again.has_value(), "an object is read as it is written");
  for (const auto& [name, value] : *object) {
    text_member(*object, name);
    number_member(*object, name);
    grants_member(*object, name);
  }
}

// --- values ---

// One spelling: a value is written as it was read.
template <auto parse, auto write>
void one_spelling(std::string_view text) {
  const auto value = parse(text);
  require(!value || write(*value) == text, "a value has one spelling");
}

// A written value can be read again.
template <auto parse, auto write>
void any_spelling(std::string_view text) {
  const auto value = parse(text);
  require(!value || parse(write(*value)) == value, "a value is read as it is written");
}

std::string base64_of(const std::vector<std::byte>& bytes) {
  return to_base64(bytes);
}
std::string digest_text(const Digest& digest) {
  return to_string(digest);
}
std::string era_text(const EraName& era) {
  return to_string(era);
}
std::string key_text(const SshPublicKey& key) {
  return to_text(key);
}
std::string text_field_of(const std::string& text) {
  return to_text_field(text);
}
std::string percent_text(const std::string& text) {
  return percent_encoded(text);
}

void ssh_key(std::string_view text) {
  any_spelling<parse_ssh_public_key, key_text>(text);
  if (const auto key = ssh_key_of(text)) {
    require(ssh_key_type(key->blob) == key->type, "a key is of the type that its blob names");
    require(parse_ssh_fingerprint(ssh_fingerprint(key->blob)) == key_fingerprint(key->blob),
            "a fingerprint has two forms");
  }
  parse_ssh_fingerprint(text);
}

void address(std::string_view text) {
  const auto store = unless_error({ErrorKind::kInvalid}, [&] { return parse_store_address(text); });
  const auto host = unless_error({ErrorKind::kInvalid}, [&] { return parse_host_port(text); });
  if (!host) return;
  require(host->port != 0, "no port is 0");
  require(parse_host_port(to_string(*host)) == *host, "an address is read as it is written");
}

std::string iso8601_text(Time time) {
  return to_iso8601(time);
}

std::string iso8601_micro_text(TimeMicro time) {
  return to_iso8601(time);
}

constexpr std::array kValues = {
    one_spelling<from_base64, base64_of>,
    one_spelling<parse_digest, digest_text>,
    one_spelling<parse_digest_field, to_digest_field>,
    one_spelling<parse_era_name, era_text>,
    one_spelling<parse_iso8601, iso8601_text>,
    any_spelling<parse_grants_field, to_grants_field>,
    any_spelling<parse_text_field, text_field_of>,
    any_spelling<percent_decoded, percent_text>,
    ssh_key,
    address,
    +[](std::string_view text) { parse_target(text); },
    one_spelling<parse_iso8601_micro, iso8601_micro_text>,
};

void field_value(ByteView input) {
  FuzzInput choices(input);
  const std::uint8_t which = choices.byte();
  kValues.at(which % kValues.size())(as_text(choices.rest()));
}

constexpr std::array kWireTargets = {
    FuzzTarget{"request", request},         FuzzTarget{"refusal", refusal},
    FuzzTarget{"reports", reports},         FuzzTarget{"json", json},
    FuzzTarget{"field_value", field_value},
};

}  // namespace

std::span<const FuzzTarget> wire_targets() {
  return kWireTargets;
}

}  // namespace walstow
