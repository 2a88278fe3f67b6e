#include "store/break_marks.h"

#include <boost/json/object.hpp>

#include <algorithm>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/wire/json_fields.h"
#include "store/each_entry.h"
#include "store/layout.h"
#include "store/record.h"
#include "store/segment_difference.h"
#include "store/standing_object.h"

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

std::unique_ptr<ObjectSource> open_marked(Backend& backend, std::string_view cluster,
                                          const EraName& era, const layout::KeptName& marked) {
  return backend.open_object(*layout::object_key(cluster, era, marked.file));
}

// nullopt: the segment does not stand with that content.
std::optional<BreakReport> read_mark(Backend& backend, std::string_view cluster, const EraName& era,
                                     const std::string& key) {
  const auto marked = layout::parse_break_mark(cluster, era, key);
  if (!marked) return std::nullopt;
  auto source = open_marked(backend, cluster, era, *marked);
  if (source == nullptr) return std::nullopt;
  const Digest standing = describe_object(std::move(source)).header.digest;
  if (layout::digest12(standing) != marked->digest12) return std::nullopt;
  const auto content = backend.read_record(key);
  if (!content) return std::nullopt;
  const auto at = text_member(parse_record(*content, record_place(backend, key)), kAt);
  if (!at || !parse_lsn(*at)) throw_damaged_record(record_place(backend, key));
  return BreakReport{.file = marked->file.text(), .at = *at};
}

}  // namespace

void mark_break(Backend& backend, std::string_view cluster, const EraName& era,
                const WalFileName& segment, const Digest& digest, std::uint64_t offset) {
  backend.create_record(layout::break_mark(cluster, era, segment, digest),
                        to_line({{"format", kArchiveFormat},
                                 {kAt, lsn_text(segment, segment_size_of(era), offset)}}));
}

void remove_mark(Backend& backend, std::string_view cluster, const EraName& era,
                 const WalFileName& segment, const Digest& digest) {
  backend.remove_record(layout::break_mark(cluster, era, segment, digest));
}

std::vector<BreakReport> list_breaks(Backend& backend, std::string_view cluster, const EraName& era,
                                     std::size_t most) {
  std::vector<BreakReport> breaks;
  auto keys = keys_of_marks(backend, cluster, era);
  std::ranges::reverse(keys);
  for (const std::string& key : keys) {
    if (breaks.size() == most) break;
    try {
      if (auto mark = read_mark(backend, cluster, era, key)) breaks.push_back(*std::move(mark));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kFatal) throw;
      log_line(LogLevel::kDebug, error.what(), error.hint());
    }
  }
  return breaks;
}

void forget_breaks(Backend& backend, std::string_view cluster, const EraName& era) {
  for (const std::string& key : keys_of_marks(backend, cluster, era)) {
    const auto marked = layout::parse_break_mark(cluster, era, key);
    if (marked && open_marked(backend, cluster, era, *marked) == nullptr) {
      backend.remove_record(key);
    }
  }
}

}  // namespace walstow
