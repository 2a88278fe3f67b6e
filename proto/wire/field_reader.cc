#include "proto/wire/field_reader.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"
#include "proto/base/log.h"
#include "proto/http/text_field.h"
#include "proto/identity/public_key.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestHost = 255;      // characters
constexpr std::size_t kLongestRequestId = 64;  // characters
// Characters; an RSA key of 16384 bits has 2784.
constexpr std::size_t kLongestPublicKey = 4096;

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

// Parses the id of an instance, or of a boot of its machine.
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

std::optional<Sha256Digest> parse_sha256(std::string_view text) {
  Sha256Digest digest{};
  return from_hex(text, digest) ? std::optional(digest) : std::nullopt;
}

// A space at either end would be lost: HTTP drops it.
std::optional<std::string> parse_host(std::string_view text) {
  if (text.empty() || text.size() > kLongestHost || !std::ranges::all_of(text, printable) ||
      text.front() == ' ' || text.back() == ' ') {
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

std::optional<bool> parse_expect(std::string_view text) {
  return equal_ignoring_case(text, "100-continue") ? std::optional(true) : std::nullopt;
}

// "q=0", "q=0.000": not acceptable (RFC 9110, section 12.4.2).
bool is_zero_weight(std::string_view parameter) {
  if (parameter.size() < 2 || !equal_ignoring_case(parameter.substr(0, 2), "q=")) return false;
  return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

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

std::optional<std::string> parse_public_key(std::string_view text) {
  const auto bytes = text.size() <= kLongestPublicKey ? from_base64(text) : std::nullopt;
  return bytes && !bytes->empty() ? std::optional(std::string(text)) : std::nullopt;
}

constexpr std::string_view kGrantsText =
    "\"CLUSTER=RIGHT,...;...\", a cluster's name or \"*\", with rights of archive, restore, admin, "
    "monitor";

constexpr FieldForm<std::string> kInstanceForm{field::kInstance, parse_instance_id,
                                               "32 lower-case hex digits"};
constexpr FieldForm<std::uint64_t> kSequenceForm{field::kSequence, parse_decimal,
                                                 "a decimal number"};
constexpr FieldForm<std::string> kHostForm{field::kHost, parse_host,
                                           "1 to 255 printable ASCII characters"};
constexpr FieldForm<std::string> kStandbyForm{field::kStandby, parse_text_field, kTextForm};
constexpr FieldForm<Instance::Role> kRoleForm{field::kRole, parse_role,
                                              "\"standby\" or \"primary\""};
constexpr FieldForm<WalFileName> kLastHandedForm{field::kLastHanded, parse_segment_name,
                                                 "the name of a WAL segment"};
constexpr FieldForm<std::string> kBootForm{field::kBoot, parse_instance_id,
                                           "32 lower-case hex digits"};

}  // namespace

namespace form {
const FieldForm<std::uint64_t> kSystem{field::kSystem, parse_system_identifier,
                                       "the system identifier, a decimal number above 0"};
const FieldForm<SegmentSize> kSegmentSize{field::kSegmentSize, parse_segment_size,
                                          kSegmentSizeText};
const FieldForm<std::uint64_t> kSize{field::kSize, parse_decimal,
                                     "the file's size, a decimal number (bytes)"};
const FieldForm<Digest> kDigest{field::kDigest, parse_digest_field,
                                "\"xxh128=\" and 32 lower-case hex digits"};
const FieldForm<Sha256Digest> kSha256{field::kSha256, parse_sha256, "64 lower-case hex digits"};
const FieldForm<Encoding> kContentEncoding{field::kContentEncoding, parse_content_encoding,
                                           "\"zstd\", \"identity\" or absent"};
const FieldForm<std::string> kRequest{field::kRequest, parse_request_id,
                                      "1 to 64 printable ASCII characters without spaces"};
const FieldForm<WalFileName> kRestartpoint{field::kRestartpoint, parse_segment_name,
                                           "the name of a WAL segment"};
const FieldForm<bool> kExpect{field::kExpect, parse_expect, "\"100-continue\" or absent"};
const FieldForm<std::string> kPublicKey{field::kPublicKey, parse_public_key,
                                        "the base64 of a public key (SubjectPublicKeyInfo, DER)"};
const FieldForm<Grants> kGrants{field::kGrants, parse_grants_field, kGrantsText};
const FieldForm<Grants> kIfGrants{field::kIfGrants, parse_grants_field, kGrantsText};
const FieldForm<Time> kUntil{field::kUntil, parse_iso8601, "a time, such as 2026-11-22T19:40:00Z"};
}  // namespace form

std::string shown(std::string_view text) {
  return escaped(text, 128);
}

std::optional<Instance> FieldReader::instance() {
  auto id = optional(kInstanceForm);
  if (fields_.find(field::kInstance) == nullptr) {
    for (const auto name : {field::kSequence, field::kHost, field::kStandby, field::kRole,
                            field::kLastHanded, field::kBoot, field::kRestartpoint}) {
      if (fields_.find(name) != nullptr)
        refuse_absence(field::kInstance, kInstanceForm.description);
    }
  }
  if (!id) return std::nullopt;
  return Instance{.id = std::move(*id),
                  .sequence = required(kSequenceForm).value_or(0),
                  .host = required(kHostForm).value_or(""),
                  .standby = optional(kStandbyForm).value_or(""),
                  .role = optional(kRoleForm).value_or(Instance::Role::kStandby),
                  .last_handed = optional(kLastHandedForm),
                  .boot = optional(kBootForm).value_or("")};
}

Encoding FieldReader::accepted_encoding() const {
  const std::string* list = fields_.find(field::kAcceptEncoding);
  return list == nullptr ? Encoding::kIdentity : parse_accept_encoding(*list);
}

void FieldReader::refuse(Refusal refusal) {
  if (!refusal_) refusal_ = std::move(refusal);
}

void FieldReader::refuse_value(std::string_view name, std::string_view value,
                               std::string_view description) {
  refuse(make_refusal(Code::kBadRequest,
                      fmt::format("invalid value for {}: \"{}\"", name, shown(value)),
                      fmt::format("{} must be {}.", name, description)));
}

void FieldReader::refuse_absence(std::string_view name, std::string_view description) {
  refuse(make_refusal(Code::kBadRequest, fmt::format("field {} is missing", name),
                      fmt::format("{} must be {}.", name, description)));
}

}  // namespace walstow
