#include "store/archive/layout.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/bytes.h"
#include "store/backend/key_rules.h"

namespace walstow::layout {
namespace {

constexpr std::size_t kSegmentFolderLength = 16;  // TTTTTTTTLLLLLLLL
constexpr std::size_t kDigestDigits = 32;
constexpr std::size_t kOlderDigits = 12;  // of a digest, in the keys of older archives
constexpr std::string_view kRecordSuffix = ".json";
constexpr std::string_view kWal = "wal";
constexpr std::string_view kHistory = "history";
constexpr std::string_view kIncomplete = ".incomplete";

std::string folder_of(std::string_view cluster, const EraName& era, const WalFileName& file) {
  return file.kind() == FileKind::kHistory ? history_prefix(cluster, era)
                                           : segment_folder(cluster, era, file);
}

// A client may be a local user, whose name may contain any character. '=' is the escape itself.
std::string client_part(std::string_view client) {
  std::string part;
  for (const char c : client) {
    if (c != '=' && is_key_part(part + c)) {
      part += c;
    } else {
      part += fmt::format("={:02X}", static_cast<unsigned char>(c));
    }
  }
  return part;
}

// Removes the text before the first '/' from `rest`, and returns it.
std::string_view take_part(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return part;
}

struct StoredText {
  std::string_view file;
  std::string_view digits;
};

bool are_digits(std::string_view text) {
  return (text.size() == kDigestDigits || text.size() == kOlderDigits) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view folder_of(Kept kept) {
  return kept == Kept::kConflict ? "conflicts" : "settled";
}

// "NAME.DIGEST": the current form of the key, and the form in older archives.
ContentKeys content_keys(std::string_view name, const Digest& digest, std::string_view suffix) {
  const std::string digits = to_string(digest);
  return {fmt::format("{}.{}{}", name, digits, suffix),
          fmt::format("{}.{}{}", name, digits.substr(0, kOlderDigits), suffix)};
}

std::string_view form_text(StoredName::Form form) {
  return form == StoredName::Form::kIncomplete ? kIncomplete : "";
}

// Stored names that are longer than the file's own name end with a digest.
StoredText split_stored_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || !are_digits(name.substr(dot + 1))) return {name, ""};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace

std::string cluster_prefix(std::string_view cluster) {
  return fmt::format("{}/", cluster);
}

std::string cluster_record(std::string_view cluster) {
  return fmt::format("{}/cluster.json", cluster);
}

std::string era_records(std::string_view cluster) {
  return fmt::format("{}/eras/", cluster);
}

std::string era_record(std::string_view cluster, std::uint32_t number) {
  return fmt::format("{}{:03}.json", era_records(cluster), number);
}

std::string standby_records(std::string_view cluster) {
  return fmt::format("{}/standbys/", cluster);
}

std::string standby_records(std::string_view cluster, std::string_view client) {
  return fmt::format("{}{}/", standby_records(cluster), client_part(client));
}

std::string standby_record(std::string_view cluster, std::string_view client,
                           std::string_view instance) {
  return fmt::format("{}{}.json", standby_records(cluster, client), instance);
}

std::string hold_records(std::string_view cluster) {
  return fmt::format("{}/holds/", cluster);
}

std::string hold_record(std::string_view cluster, std::string_view id) {
  return fmt::format("{}{}.json", hold_records(cluster), id);
}

std::string backup_records(std::string_view cluster) {
  return fmt::format("{}/backups/", cluster);
}

std::string backup_record(std::string_view cluster, std::string_view id) {
  return fmt::format("{}{}.json", backup_records(cluster), id);
}

std::string verified_record(std::string_view cluster) {
  return fmt::format("{}/verified.json", cluster);
}

std::string quota_record(std::string_view cluster) {
  return fmt::format("{}/quota.json", cluster);
}

std::string usage_record(std::string_view cluster) {
  return fmt::format("{}/usage.json", cluster);
}

std::string policy_record(std::string_view cluster) {
  return fmt::format("{}/policy.json", cluster);
}

std::string new_timelines_record(std::string_view cluster) {
  return fmt::format("{}/timelines.json", cluster);
}

std::string client_records() {
  return "_clients/";
}

std::string client_record(std::string_view client) {
  return fmt::format("{}{}.json", client_records(), client);
}

std::string era_prefix(std::string_view cluster, const EraName& era) {
  return fmt::format("{}/{}/", cluster, to_string(era));
}

std::string era_folder_record(std::string_view cluster, const EraName& era) {
  return fmt::format("{}era.json", era_prefix(cluster, era));
}

std::string prune_records(std::string_view cluster, const EraName& era) {
  return fmt::format("{}pruned/", era_prefix(cluster, era));
}

std::string prune_record(std::string_view cluster, const EraName& era, std::uint32_t number) {
  return fmt::format("{}{:06}.json", prune_records(cluster, era), number);
}

std::string object_key(std::string_view cluster, const EraName& era, const WalFileName& file,
                       const Digest& digest) {
  return fmt::format("{}{}{}", folder_of(cluster, era, file), stored_name(file, digest),
                     kObjectSuffix);
}

std::optional<std::string> object_key(std::string_view cluster, const EraName& era,
                                      const WalFileName& file) {
  if (file.kind() == FileKind::kPartial) return std::nullopt;
  return fmt::format("{}{}{}", folder_of(cluster, era, file), file.text(), kObjectSuffix);
}

bool are_digits_of(std::string_view digits, const Digest& digest) {
  return digits.size() >= kOlderDigits && to_string(digest).starts_with(digits);
}

ContentKeys incomplete_keys(std::string_view cluster, const EraName& era,
                            const WalFileName& segment, const Digest& digest) {
  const std::string name =
      fmt::format("{}{}{}", folder_of(cluster, era, segment), segment.text(), kIncomplete);
  return content_keys(name, digest, kObjectSuffix);
}

std::string incomplete_key(std::string_view cluster, const EraName& era, const WalFileName& segment,
                           const Digest& digest) {
  return incomplete_keys(cluster, era, segment, digest).front();
}

std::string incomplete_prefix(std::string_view cluster, const EraName& era,
                              const WalFileName& segment) {
  return fmt::format("{}{}{}.", folder_of(cluster, era, segment), segment.text(), kIncomplete);
}

std::string segment_folder(std::string_view cluster, const EraName& era, const WalFileName& file) {
  return segment_folder(cluster, era, file.text().substr(0, kSegmentFolderLength));
}

std::string segment_folder(std::string_view cluster, const EraName& era, std::string_view name) {
  return fmt::format("{}{}/", wal_prefix(cluster, era), name);
}

std::string timeline_prefix(std::string_view cluster, const EraName& era, Timeline timeline) {
  return wal_prefix(cluster, era) + to_hex8(timeline);
}

std::string wal_prefix(std::string_view cluster, const EraName& era) {
  return fmt::format("{}{}/", era_prefix(cluster, era), kWal);
}

std::string history_prefix(std::string_view cluster, const EraName& era) {
  return fmt::format("{}{}/", era_prefix(cluster, era), kHistory);
}

std::string after_segment(std::string_view cluster, const EraName& era,
                          const WalFileName& segment) {
  // After a segment's 24 digits, all its keys continue with '.'; '/' is the character after '.'.
  return fmt::format("{}/", before_segment(cluster, era, segment));
}

std::string before_segment(std::string_view cluster, const EraName& era,
                           const WalFileName& segment) {
  return segment_folder(cluster, era, segment) + segment.segment_text();
}

std::string beside_prefix(std::string_view cluster, const EraName& era,
                          const WalFileName& segment) {
  return fmt::format("{}.", before_segment(cluster, era, segment));
}

std::string partial_prefix(std::string_view cluster, const EraName& era,
                           const WalFileName& partial) {
  return fmt::format("{}{}.", segment_folder(cluster, era, partial), partial.text());
}

std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept) {
  return fmt::format("{}{}/", era_prefix(cluster, era), folder_of(kept));
}

ContentKeys kept_keys(std::string_view cluster, const EraName& era, Kept kept,
                      const WalFileName& file, const Digest& digest) {
  return content_keys(kept_prefix(cluster, era, kept) + file.text(), digest, kObjectSuffix);
}

std::string kept_key(std::string_view cluster, const EraName& era, Kept kept,
                     const WalFileName& file, const Digest& digest) {
  return kept_keys(cluster, era, kept, file, digest).front();
}

std::string kept_prefix(std::string_view cluster, const EraName& era, Kept kept,
                        const KeptName& content) {
  return fmt::format("{}{}.{}", kept_prefix(cluster, era, kept), content.file.text(),
                     content.digits.substr(0, kOlderDigits));
}

std::optional<KeptName> parse_kept_key(std::string_view cluster, const EraName& era, Kept kept,
                                       std::string_view key) {
  const std::string prefix = kept_prefix(cluster, era, kept);
  if (!key.starts_with(prefix) || !key.ends_with(kObjectSuffix)) return std::nullopt;
  key.remove_prefix(prefix.size());
  key.remove_suffix(kObjectSuffix.size());
  const StoredText text = split_stored_name(key);
  const auto file = WalFileName::parse(text.file);
  if (!file || file->kind() == FileKind::kPartial || text.digits.empty()) return std::nullopt;
  return KeptName{*file, std::string(text.digits)};
}

std::string times_records(std::string_view cluster, const EraName& era) {
  return fmt::format("{}times/", era_prefix(cluster, era));
}

std::string times_record(std::string_view cluster, const EraName& era, const WalFileName& segment) {
  const SegmentSize size = *SegmentSize::from_bytes(era.segment_size);
  const std::uint64_t in_log = segment.number(size).value % size.segments_per_log();
  return fmt::format("{}{}/{:03}{}", times_records(cluster, era),
                     segment.text().substr(0, kSegmentFolderLength), in_log / kSegmentsOfTimes,
                     kRecordSuffix);
}

std::optional<TimesRange> parse_times_record(std::string_view cluster, const EraName& era,
                                             std::string_view key) {
  const std::string prefix = times_records(cluster, era);
  if (!key.starts_with(prefix) || !key.ends_with(kRecordSuffix)) return std::nullopt;
  std::string_view rest =
      key.substr(prefix.size(), key.size() - prefix.size() - kRecordSuffix.size());
  const std::string_view folder = take_part(rest);
  const auto size = SegmentSize::from_bytes(era.segment_size);
  // The 1 keeps leading zeros.
  const auto digits = rest.size() == 3 ? parse_decimal(fmt::format("1{}", rest)) : std::nullopt;
  if (!digits || !size) return std::nullopt;
  const std::uint64_t begin = (*digits - 1000) * kSegmentsOfTimes;
  const std::uint64_t end =
      std::min<std::uint64_t>(begin + kSegmentsOfTimes, size->segments_per_log());
  if (begin >= end) return std::nullopt;
  const auto first = WalFileName::parse(fmt::format("{}{:08X}", folder, begin));
  const auto last = WalFileName::parse(fmt::format("{}{:08X}", folder, end - 1));
  if (!first || !last || times_record(cluster, era, *first) != key) return std::nullopt;
  return TimesRange{.first = *first, .last = *last};
}

std::string break_marks(std::string_view cluster, const EraName& era) {
  return fmt::format("{}broken/", era_prefix(cluster, era));
}

ContentKeys break_mark_keys(std::string_view cluster, const EraName& era,
                            const WalFileName& segment, const Digest& digest) {
  return content_keys(break_marks(cluster, era) + segment.text(), digest, kRecordSuffix);
}

std::optional<KeptName> parse_break_mark(std::string_view cluster, const EraName& era,
                                         std::string_view key) {
  const std::string prefix = break_marks(cluster, era);
  if (!key.starts_with(prefix) || !key.ends_with(kRecordSuffix)) return std::nullopt;
  key.remove_prefix(prefix.size());
  key.remove_suffix(kRecordSuffix.size());
  const StoredText text = split_stored_name(key);
  const auto file = WalFileName::parse(text.file);
  if (!file || file->kind() != FileKind::kSegment || text.digits.empty()) return std::nullopt;
  return KeptName{*file, std::string(text.digits)};
}

std::string withdrawn_records(std::string_view cluster, const EraName& era) {
  return fmt::format("{}withdrawn/", era_prefix(cluster, era));
}

std::string withdrawn_records(std::string_view cluster, const EraName& era,
                              const WalFileName& file) {
  return fmt::format("{}{}.", withdrawn_records(cluster, era), file.text());
}

std::string withdrawn_records(std::string_view cluster, const EraName& era, const WalFileName& file,
                              StoredName::Form form, std::string_view digest_begin) {
  return fmt::format("{}{}{}.{}", withdrawn_records(cluster, era), file.text(), form_text(form),
                     digest_begin);
}

std::string withdrawn_record(std::string_view cluster, const EraName& era, const WalFileName& file,
                             StoredName::Form form, const Digest& digest) {
  return fmt::format("{}{}",
                     withdrawn_records(cluster, era, file, form, walstow::to_string(digest)),
                     kRecordSuffix);
}

std::optional<StoredName> parse_withdrawn_record(std::string_view cluster, const EraName& era,
                                                 std::string_view key) {
  const std::string prefix = withdrawn_records(cluster, era);
  if (!key.starts_with(prefix) || !key.ends_with(kRecordSuffix)) return std::nullopt;
  key.remove_prefix(prefix.size());
  key.remove_suffix(kRecordSuffix.size());
  StoredText text = split_stored_name(key);
  const bool is_piece = text.file.ends_with(kIncomplete);
  if (is_piece) text.file.remove_suffix(kIncomplete.size());
  const auto file = WalFileName::parse(text.file);
  if (!file || text.digits.size() != kDigestDigits) return std::nullopt;
  if (is_piece && file->kind() != FileKind::kSegment) return std::nullopt;
  return StoredName{.era = era,
                    .file = *file,
                    .digits = std::string(text.digits),
                    .form = is_piece ? StoredName::Form::kIncomplete : StoredName::Form::kFile};
}

std::string to_string(const StoredName& stored) {
  const std::string_view dot = stored.digits.empty() ? "" : ".";
  return fmt::format("{}{}{}{}", stored.file.text(), form_text(stored.form), dot, stored.digits);
}

std::string stored_name(const WalFileName& file, const Digest& digest) {
  if (file.kind() != FileKind::kPartial) return file.text();
  return fmt::format("{}.{}", file.text(), to_string(digest));
}

std::string incomplete_name(const WalFileName& segment, const Digest& digest) {
  return fmt::format("{}{}.{}", segment.text(), kIncomplete, to_string(digest));
}

std::optional<StoredName> parse_object_key(std::string_view cluster, std::string_view key) {
  if (take_part(key) != cluster || !key.ends_with(kObjectSuffix)) return std::nullopt;
  key.remove_suffix(kObjectSuffix.size());
  const auto era = parse_era_name(take_part(key));
  const std::string_view kind = take_part(key);
  const std::string_view folder = kind == kWal ? take_part(key) : "";
  StoredText text = split_stored_name(key);
  const bool is_incomplete = text.file.ends_with(kIncomplete);
  if (is_incomplete) text.file.remove_suffix(kIncomplete.size());
  const auto file = WalFileName::parse(text.file);
  if (!era || !file) return std::nullopt;
  if (is_incomplete && file->kind() != FileKind::kSegment) return std::nullopt;

  const auto size = SegmentSize::from_bytes(era->segment_size);
  const bool is_history = file->kind() == FileKind::kHistory;
  const bool is_partial = file->kind() == FileKind::kPartial;
  const bool in_place = is_history ? kind == kHistory
                                   : kind == kWal && file->text().starts_with(folder) &&
                                         folder.size() == kSegmentFolderLength;
  if (!in_place || !size || !file->fits(*size) ||
      (is_partial || is_incomplete) == text.digits.empty()) {
    return std::nullopt;
  }
  return StoredName{*era, *file, std::string(text.digits),
                    is_incomplete ? StoredName::Form::kIncomplete : StoredName::Form::kFile};
}

std::optional<std::string> key_of_stored(std::string_view cluster, const EraName& era,
                                         std::string_view name) {
  const auto file = WalFileName::parse(name.substr(0, name.find('.')));
  const auto history = WalFileName::parse(name);
  if (!file && !history) return std::nullopt;
  std::string key =
      fmt::format("{}{}{}", folder_of(cluster, era, file ? *file : *history), name, kObjectSuffix);
  const auto stored = parse_object_key(cluster, key);
  if (!stored || to_string(*stored) != name) return std::nullopt;
  return key;
}

}  // namespace walstow::layout
