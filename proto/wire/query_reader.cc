#include "proto/wire/query_reader.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/bytes.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestPlace = 1024;  // characters; a key's limit

std::optional<std::uint32_t> parse_count(std::string_view text, std::uint32_t most) {
  const auto count = parse_decimal(text);
  if (!count || *count == 0 || *count > most) return std::nullopt;
  return static_cast<std::uint32_t>(*count);
}

std::optional<std::uint32_t> parse_limit(std::string_view text) {
  return parse_count(text, kLargestPage);
}

std::optional<std::uint32_t> parse_jobs(std::string_view text) {
  return parse_count(text, kMostJobs);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  const auto bytes = parse_decimal(text);
  return bytes && *bytes > 0 ? bytes : std::nullopt;
}

std::optional<bool> parse_yes(std::string_view text) {
  return text == "1" ? std::optional(true) : std::nullopt;
}

bool is_page_token(std::string_view text) {
  return text.size() <= kLongestPlace &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// "" is the start, as for the first page.
std::optional<std::string> parse_after(std::string_view text) {
  return is_page_token(text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> parse_object(std::string_view text) {
  return !text.empty() && is_page_token(text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> parse_cluster(std::string_view text) {
  return valid_cluster_name(text) ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<Timeline> parse_timeline(std::string_view text) {
  const auto name = WalFileName::parse(fmt::format("{}.history", text));
  return name ? std::optional(name->timeline()) : std::nullopt;
}

constexpr FieldForm<Timeline> kTimelineDigits{"timeline", parse_timeline,
                                              "eight upper-case hexadecimal digits"};
constexpr FieldForm<WalFileName> kFromFile{"from", WalFileName::parse, "the name of a WAL file"};
constexpr FieldForm<WalFileName> kToFile{"to", WalFileName::parse, "the name of a WAL file"};

}  // namespace

namespace form {
const FieldForm<std::string> kAfter{"after", parse_after, "the \"next\" of the previous page"};
const FieldForm<std::uint32_t> kLimit{"limit", parse_limit, "1 to 1000"};
const FieldForm<Time> kSince{"since", parse_iso8601, "a time: YYYY-MM-DDThh:mm:ssZ"};
const FieldForm<bool> kDeep{"deep", parse_yes, "1, or left out"};
const FieldForm<std::uint32_t> kJobs{"jobs", parse_jobs, "1 to 64"};
const FieldForm<std::uint64_t> kBytes{"bytes", parse_bytes, "a number above 0"};
const FieldForm<std::string> kObject{"object", parse_object,
                                     "the name by which a verification reports an object"};
const FieldForm<std::string> kCluster{"cluster", parse_cluster, "the name of a cluster"};
}  // namespace form

FileRange QueryReader::range() {
  return {
      .timeline = optional(kTimelineDigits), .from = optional(kFromFile), .to = optional(kToFile)};
}

PageRange QueryReader::page() {
  return {.after = optional(form::kAfter).value_or(""),
          .limit = optional(form::kLimit).value_or(kLargestPage)};
}

const std::string* QueryReader::take(std::string_view name) {
  const std::string* found = nullptr;
  for (const auto& [known, value] : query_) {
    if (known != name) continue;
    if (found != nullptr) {
      refuse(make_refusal(Code::kBadRequest,
                          fmt::format("query parameter \"{}\" is given twice", name)));
    }
    found = &value;
  }
  taken_.insert(name);
  return found;
}

std::optional<Refusal> QueryReader::refused() {
  for (const auto& [name, value] : query_) {
    if (taken_.contains(name)) continue;
    refuse(make_refusal(
        Code::kBadRequest, fmt::format("unknown query parameter \"{}\"", shown(name)),
        taken_.empty()
            ? "This request has no parameters."
            : fmt::format("The parameters of this request are: {}.", fmt::join(taken_, ", "))));
  }
  return refusal_;
}

void QueryReader::refuse_value(std::string_view name, std::string_view value,
                               std::string_view description) {
  refuse(make_refusal(
      Code::kBadRequest,
      fmt::format("invalid value for query parameter \"{}\": \"{}\"", name, shown(value)),
      fmt::format("It must be {}.", description)));
}

void QueryReader::refuse(Refusal refusal) {
  if (!refusal_) refusal_ = std::move(refusal);
}

}  // namespace walstow
