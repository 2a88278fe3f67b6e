#include "store/inventory/break_marks.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

namespace json = boost::json;
using layout::KeptName;

constexpr std::string_view kAt = "at";
constexpr std::string_view kFile = "file";
constexpr std::string_view kBefore = "before";
constexpr std::string_view kUnfinished = "unfinished";
constexpr std::string_view kContents = "contents";  // {SEGMENT: DIGEST}

struct Mark {
  BreakReport report;
  bool is_unfinished = false;
  std::vector<KeptName> contents;  // including that of its own key
};

std::vector<std::string> keys_of_marks(BackendReader& backend, std::string_view cluster,
                                       const EraName& era) {
  std::vector<std::string> keys;
  for_each_entry(backend, layout::break_marks(cluster, era),
                 [&](const Entry& entry) { keys.push_back(entry.key); });
  return keys;
}

enum class Exists { kNo, kYes, kUnreadable };

// Whether the existing segment has that content.
Exists exists(BackendReader& backend, std::string_view cluster, const EraName& era,
              const KeptName& content) {
  auto source = backend.open_object(*layout::object_key(cluster, era, content.file));
  if (source == nullptr) return Exists::kNo;
  try {
    const Digest existing = describe_object(std::move(source)).header.digest;
    return layout::are_digits_of(content.digits, existing) ? Exists::kYes : Exists::kNo;
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return Exists::kUnreadable;
  }
}

// Whether the version is kept, so that an administrator may still give it the name.
bool is_kept(BackendReader& backend, std::string_view cluster, const EraName& era,
             const KeptName& content) {
  return std::ranges::any_of(
      std::array{layout::Kept::kConflict, layout::Kept::kSettled}, [&](layout::Kept kept) {
        return !backend.list_after(layout::kept_prefix(cluster, era, kept, content), "", 1).empty();
      });
}

bool has_gone(BackendReader& backend, std::string_view cluster, const EraName& era,
              const KeptName& content) {
  return exists(backend, cluster, era, content) == Exists::kNo &&
         !is_kept(backend, cluster, era, content);
}

// The digest becomes a part of keys.
bool is_digest_part(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Mark parse_mark(std::string_view text, const KeptName& own, const std::string& record) {
  const json::object object = parse_record(text, record);
  const auto at = text_member(object, kAt);
  const auto file = object.contains(kFile) ? text_member(object, kFile) : own.file.text();
  const auto before = object.contains(kBefore) ? text_member(object, kBefore) : "";
  if (!at || !parse_lsn(*at) || !file || !WalFileName::parse(*file)) throw_damaged_record(record);
  if (!before || (!before->empty() && !WalFileName::parse(*before))) throw_damaged_record(record);
  const json::value* const unfinished = object.if_contains(kUnfinished);
  Mark mark{.report = {.file = *file, .before = *before, .at = *at},
            .is_unfinished = unfinished != nullptr && *unfinished == json::value(true),
            .contents = {own}};
  const json::object* const contents = object_member(object, kContents);
  if (contents == nullptr) return mark;
  for (const auto& [name, digest] : *contents) {
    const auto segment = WalFileName::parse(name);
    const std::string part = digest.is_string() ? std::string(digest.get_string()) : "";
    if (!segment || segment->kind() != FileKind::kSegment || !is_digest_part(part))
      throw_damaged_record(record);
    mark.contents.push_back({*segment, part});
  }
  return mark;
}

// nullopt: removed meanwhile, or not the key of a mark.
std::optional<Mark> read_mark(BackendReader& backend, std::string_view cluster, const EraName& era,
                              const std::string& key) {
  const auto own = layout::parse_break_mark(cluster, era, key);
  const auto text = own ? backend.read_record(key) : std::nullopt;
  if (!text) return std::nullopt;
  return parse_mark(*text, *own, record_name(backend, key));
}

void forget_if_gone(Backend& backend, std::string_view cluster, const EraName& era,
                    const std::string& key) {
  const auto own = layout::parse_break_mark(cluster, era, key);
  if (!own) return;
  std::vector<KeptName> contents{*own};
  try {
    if (auto mark = read_mark(backend, cluster, era, key)) contents = std::move(mark->contents);
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
  }
  const bool gone = std::ranges::any_of(
      contents, [&](const KeptName& content) { return has_gone(backend, cluster, era, content); });
  if (!gone) return;
  const auto text = backend.read_record(key);
  backend.remove_record(key);
  // A put of the same version may have completed since the look above, and relies on its mark.
  const bool is_back = std::ranges::none_of(
      contents, [&](const KeptName& content) { return has_gone(backend, cluster, era, content); });
  if (is_back && text) backend.create_record(key, *text);
}

}  // namespace

bool has_content(BackendReader& backend, std::string_view cluster, const EraName& era,
                 const SegmentContent& content) {
  return exists(backend, cluster, era, {content.segment, to_string(content.digest)}) ==
         Exists::kYes;
}

void mark_break(Backend& backend, std::string_view cluster, const EraName& era,
                const SegmentContent& put, const LogBreak& found) {
  const auto keys = layout::break_mark_keys(cluster, era, put.segment, put.digest);
  if (std::ranges::any_of(keys,
                          [&](const auto& key) { return backend.read_record(key).has_value(); }))
    return;
  json::object record{{"format", kArchiveFormat}};
  record[kAt] = to_string(found.at);
  record[kFile] = found.segment.text();
  if (found.before) record[kBefore] = found.before->text();
  if (found.is_unfinished) record[kUnfinished] = true;
  json::object contents;
  for (const SegmentContent& content : found.contents) {
    if (content != put) contents[content.segment.text()] = to_string(content.digest);
  }
  if (!contents.empty()) record[kContents] = std::move(contents);
  backend.create_record(keys.front(), to_line(record));
}

void forget_break(Backend& backend, std::string_view cluster, const EraName& era,
                  const SegmentContent& put) {
  for (const auto& key : layout::break_mark_keys(cluster, era, put.segment, put.digest))
    forget_if_gone(backend, cluster, era, key);
}

std::vector<BreakReport> list_breaks(BackendReader& backend, std::string_view cluster,
                                     const EraName& era, std::size_t most,
                                     const GoesOnAfter& goes_on_after, DamagedRecords& damaged) {
  std::vector<BreakReport> breaks;
  auto keys = keys_of_marks(backend, cluster, era);
  std::ranges::reverse(keys);
  for (const std::string& key : keys) {
    if (breaks.size() == most) break;
    try {
      const auto mark = read_mark(backend, cluster, era, key);
      const bool is_end =
          mark && mark->is_unfinished && !goes_on_after(mark->contents.front().file);
      const bool counts =
          mark && !is_end && std::ranges::all_of(mark->contents, [&](const KeptName& content) {
            return exists(backend, cluster, era, content) == Exists::kYes;
          });
      if (counts) breaks.push_back(mark->report);
    } catch (const Error& error) {
      if (!is_of_one_record(error)) throw;
      damaged.emplace_back(error.what());
    }
  }
  return breaks;
}

void forget_breaks(Backend& backend, std::string_view cluster, const EraName& era) {
  for (const std::string& key : keys_of_marks(backend, cluster, era))
    forget_if_gone(backend, cluster, era, key);
}

}  // namespace walstow
