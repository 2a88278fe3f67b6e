#include "store/inventory/break_marks.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/backend/entries.h"
#include "store/object/compare_segments.h"
#include "store/object/examine_object.h"

namespace walstow {
namespace {

constexpr std::string_view kAt = "at";

std::vector<std::string> keys_of_marks(Backend& backend, std::string_view cluster,
                                       const EraName& era) {
  std::vector<std::string> keys;
  for_each_entry(backend, layout::break_marks(cluster, era),
                 [&](const Entry& entry) { keys.push_back(entry.key); });
  return keys;
}

enum class Stands { kNo, kYes, kUnreadable };

// Whether the segment stands with the content that was marked.
Stands stands(Backend& backend, std::string_view cluster, const EraName& era,
              const layout::KeptName& marked) {
  auto source = backend.open_object(*layout::object_key(cluster, era, marked.file));
  if (source == nullptr) return Stands::kNo;
  try {
    const Digest standing = describe_object(std::move(source)).header.digest;
    return layout::digest12(standing) == marked.digest12 ? Stands::kYes : Stands::kNo;
  } catch (const Error& error) {
    if (!is_of_one_record(error)) throw;
    log_line(LogLevel::kDebug, error.what(), error.hint());
    return Stands::kUnreadable;
  }
}

// Whether an administrator may give the content its name, once more or at last.
bool is_kept(Backend& backend, std::string_view cluster, const EraName& era,
             const layout::KeptName& marked) {
  const std::string name = marked.file.text() + "." + marked.digest12;
  return std::ranges::any_of(
      std::array{layout::Kept::kConflict, layout::Kept::kSettled}, [&](layout::Kept kept) {
        return !backend.list_after(layout::kept_prefix(cluster, era, kept) + name, "", 1).empty();
      });
}

void forget_if_gone(Backend& backend, std::string_view cluster, const EraName& era,
                    const std::string& key) {
  const auto marked = layout::parse_break_mark(cluster, era, key);
  if (marked && stands(backend, cluster, era, *marked) == Stands::kNo &&
      !is_kept(backend, cluster, era, *marked)) {
    backend.remove_record(key);
  }
}

// nullopt: it has gone meanwhile.
std::optional<BreakReport> read_mark(Backend& backend, const WalFileName& segment,
                                     const std::string& key) {
  const auto content = backend.read_record(key);
  if (!content) return std::nullopt;
  const std::string place = record_name(backend, key);
  const auto at = text_member(parse_record(*content, place), kAt);
  if (!at || !parse_lsn(*at)) throw_damaged_record(place);
  return BreakReport{.file = segment.text(), .at = *at};
}

}  // namespace

void mark_break(Backend& backend, std::string_view cluster, const EraName& era,
                const WalFileName& segment, const Digest& digest, Lsn at) {
  backend.create_record(layout::break_mark(cluster, era, segment, digest),
                        to_line({{"format", kArchiveFormat}, {kAt, to_string(at)}}));
}

void forget_break(Backend& backend, std::string_view cluster, const EraName& era,
                  const WalFileName& segment, const Digest& digest) {
  forget_if_gone(backend, cluster, era, layout::break_mark(cluster, era, segment, digest));
}

std::vector<BreakReport> list_breaks(Backend& backend, std::string_view cluster, const EraName& era,
                                     std::size_t most, DamagedRecords& damaged) {
  std::vector<BreakReport> breaks;
  auto keys = keys_of_marks(backend, cluster, era);
  std::ranges::reverse(keys);
  for (const std::string& key : keys) {
    if (breaks.size() == most) break;
    const auto marked = layout::parse_break_mark(cluster, era, key);
    if (!marked || stands(backend, cluster, era, *marked) != Stands::kYes) continue;
    try {
      if (auto mark = read_mark(backend, marked->file, key)) breaks.push_back(*std::move(mark));
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
