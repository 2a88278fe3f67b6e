#include "proto/wire/refusal.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/wire/json_fields.h"

namespace walstow {
namespace {

// In the order of the enumeration. Only the five absences have 404. So no other failure, and no
// answer that a proxy makes up, is mistaken for an absence.
constexpr std::array kCodes = {
    CodeInfo{Code::kBadRequest, "bad-request", 400},
    CodeInfo{Code::kBadName, "bad-name", 400},
    CodeInfo{Code::kBadContent, "bad-content", 400},
    CodeInfo{Code::kDigestMismatch, "digest-mismatch", 400},
    CodeInfo{Code::kTooLarge, "too-large", 413},
    CodeInfo{Code::kNoRight, "no-right", 403},
    CodeInfo{Code::kUnknownClient, "unknown-client", 403},
    CodeInfo{Code::kUnknownCluster, "unknown-cluster", 422},
    CodeInfo{Code::kUnknownSystem, "unknown-system", 422},
    CodeInfo{Code::kNoSuchClient, "no-such-client", 422},
    CodeInfo{Code::kNoSuchRecord, "no-such-record", 422},
    CodeInfo{Code::kNoSuchContent, "no-such-content", 422},
    CodeInfo{Code::kOtherContent, "other-content", 409},
    CodeInfo{Code::kOtherSystem, "other-system", 409},
    CodeInfo{Code::kExists, "exists", 409},
    CodeInfo{Code::kBelowFloor, "below-floor", 409},
    CodeInfo{Code::kWithdrawn, "withdrawn", 409},
    CodeInfo{Code::kOtherTimelines, "other-timelines", 409},
    CodeInfo{Code::kOverQuota, "over-quota", 507},
    CodeInfo{Code::kAbsentEnd, "absent-end", 404},
    CodeInfo{Code::kAbsentBefore, "absent-before", 404},
    CodeInfo{Code::kHole, "hole", 404},
    CodeInfo{Code::kPruned, "pruned", 404},
    CodeInfo{Code::kHistoryMissing, "history-missing", 404},
    CodeInfo{Code::kDamaged, "damaged", 500},
    CodeInfo{Code::kStorage, "storage", 507},
    CodeInfo{Code::kUnavailable, "unavailable", 503},
    CodeInfo{Code::kTimeout, "timeout", 408},
    CodeInfo{Code::kInternal, "internal", 500},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (static_cast<std::size_t>(kCodes[i].code) != i) return false;
  }
  return kCodes.size() == static_cast<std::size_t>(Code::kInternal) + 1;
}
static_assert(in_order());

bool has_field(const ReplyHead& reply, std::string_view name, std::string_view value) {
  const std::string* found = reply.fields.find(name);
  return found != nullptr && *found == value;
}

std::optional<AbsenceProof> parse_proof(const boost::json::object& refusal) {
  const boost::json::object* object = object_member(refusal, "proof");
  if (object == nullptr) return std::nullopt;
  AbsenceProof proof;
  for (const auto& [name, member] :
       {std::pair{"archive", &proof.archive}, std::pair{"cluster", &proof.cluster},
        std::pair{"era", &proof.era}, std::pair{"file", &proof.file},
        std::pair{"request", &proof.request}}) {
    const auto text = text_member(*object, name);
    if (!text || text->empty()) return std::nullopt;
    *member = *text;
  }
  return proof;
}

ErrorKind kind_of(Code code) {
  switch (code) {
    case Code::kBadRequest:
    case Code::kBadName:
    case Code::kBadContent:
    case Code::kTooLarge:
    case Code::kNoRight:
    case Code::kUnknownClient:
    case Code::kUnknownCluster:
    case Code::kUnknownSystem:
    case Code::kNoSuchClient:
    case Code::kNoSuchContent:
    case Code::kOtherContent:
    case Code::kOtherSystem:
    case Code::kExists:
    case Code::kBelowFloor:
    case Code::kWithdrawn:
    case Code::kOtherTimelines:
    case Code::kOverQuota:
    case Code::kNoSuchRecord:
      return ErrorKind::kRefused;
    case Code::kDigestMismatch:
    case Code::kDamaged:
      return ErrorKind::kDamaged;
    case Code::kTimeout:
      return ErrorKind::kTimeout;
    case Code::kAbsentEnd:
    case Code::kAbsentBefore:
    case Code::kHole:
    case Code::kPruned:
    case Code::kHistoryMissing:
    // Not kStorage, which is about this machine: at the other end, space may become free meanwhile.
    case Code::kStorage:
    case Code::kUnavailable:
    case Code::kInternal:
      return ErrorKind::kUnavailable;
  }
  return ErrorKind::kUnavailable;
}

}  // namespace

const CodeInfo& info_of(Code code) {
  return kCodes.at(static_cast<std::size_t>(code));
}

std::optional<Code> parse_code(std::string_view text) {
  const auto* found = std::ranges::find(kCodes, text, &CodeInfo::text);
  if (found == kCodes.end()) return std::nullopt;
  return found->code;
}

Refusal make_refusal(Code code, std::string message, std::string hint) {
  return {.code = code, .message = std::move(message), .hint = std::move(hint), .proof = {}};
}

bool is_absence(Code code) {
  return info_of(code).status == 404;
}

bool proves(const AbsenceProof& proof, const ProofSubject& asked) {
  const auto era = parse_era_name(proof.era);
  return era && (!asked.system_identifier || era->system_identifier == *asked.system_identifier) &&
         (!asked.segment_size || era->segment_size == asked.segment_size->bytes()) &&
         proof.cluster == asked.cluster && proof.file == asked.file && !asked.request_id.empty() &&
         proof.request == asked.request_id && !proof.archive.empty();
}

std::string to_json(const Refusal& refusal) {
  boost::json::object object;
  object["code"] = info_of(refusal.code).text;
  object["message"] = escaped(refusal.message);
  object["hint"] = escaped(refusal.hint);
  if (refusal.proof) {
    boost::json::object proof;
    proof["archive"] = refusal.proof->archive;
    proof["cluster"] = refusal.proof->cluster;
    proof["era"] = refusal.proof->era;
    proof["file"] = refusal.proof->file;
    proof["request"] = refusal.proof->request;
    object["proof"] = std::move(proof);
  }
  return to_line(object);
}

std::optional<Refusal> parse_refusal(const ReplyHead& reply, std::string_view body) {
  if (!has_field(reply, field::kVersion, kProtocolVersion)) return std::nullopt;
  if (!has_field(reply, field::kContentType, kJsonType)) return std::nullopt;
  const auto object = parse_json_object(body);
  if (!object) return std::nullopt;

  const auto code_text = text_member(*object, "code");
  const auto message = text_member(*object, "message");
  const auto hint = text_member(*object, "hint");
  if (!code_text || !message || !hint) return std::nullopt;
  const auto code = parse_code(*code_text);
  if (!code || info_of(*code).status != reply.status) return std::nullopt;

  Refusal refusal{.code = *code, .message = *message, .hint = *hint, .proof = std::nullopt};
  if (is_absence(*code)) {
    if (!has_field(reply, field::kCacheControl, "no-store")) return std::nullopt;
    refusal.proof = parse_proof(*object);
    if (!refusal.proof) return std::nullopt;
  }
  return refusal;
}

Error to_error(const Refusal& refusal) {
  return {kind_of(refusal.code),
          fmt::format("store answered \"{}\": {}", info_of(refusal.code).text,
                      escaped(refusal.message)),
          escaped(refusal.hint)};
}

}  // namespace walstow
