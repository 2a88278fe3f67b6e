#include "store/retention/tombstones.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

#include "proto/base/bytes.h"
#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/wire/json_fields.h"
#include "store/archive/archive.h"
#include "store/archive/layout.h"
#include "store/archive/record.h"
#include "store/retention/prune_policy.h"

namespace walstow {
namespace {

namespace json = boost::json;
using State = Tombstone::State;

// The format of a record with kept ranges. A store of an earlier release would ignore the ranges,
// and must not read the record.
constexpr std::string_view kFormatWithRanges = "2.0";

constexpr std::size_t kTombstonesPage = 1000;
// The number of finished ones that are kept: those that a later one with a higher floor covers are
// removed in time.
constexpr std::size_t kMostKept = 50;
constexpr std::uint32_t kLastNumber = 999999;
constexpr std::uint64_t kLastTimeline = std::numeric_limits<std::uint32_t>::max();
// How often a list is read again because a record was removed meanwhile, as happens after a prune.
constexpr int kMostBeginnings = 10;

std::optional<State> parse_state(std::string_view text) {
  for (const State state : {State::kIntent, State::kDone, State::kWithdrawn}) {
    if (text == to_string(state)) return state;
  }
  return std::nullopt;
}

json::value range_value(const KeptRange& range, SegmentSize size) {
  return {{"first", WalFileName::segment(range.timeline, range.first, size).text()},
          {"last", WalFileName::segment(range.timeline, range.last, size).text()}};
}

KeptRange range_of(const json::value& value, const std::string& place, SegmentSize size) {
  const json::object* object = value.if_object();
  const auto file = [&](std::string_view name) {
    const auto text = object == nullptr ? std::nullopt : text_member(*object, name);
    const auto parsed = text ? WalFileName::parse(*text) : std::nullopt;
    if (!parsed || parsed->kind() != FileKind::kSegment || !parsed->fits(size)) {
      throw_damaged_record(place);
    }
    return *parsed;
  };
  const WalFileName first = file("first"), last = file("last");
  if (first.timeline() != last.timeline() || last.number(size) < first.number(size)) {
    throw_damaged_record(place);
  }
  return {first.timeline(), first.number(size), last.number(size)};
}

std::vector<KeptRange> ranges_of(const json::object& object, const std::string& place,
                                 SegmentSize size) {
  std::vector<KeptRange> ranges;
  const json::value* const member = object.if_contains("kept");
  if (member == nullptr) return ranges;
  if (!member->is_array()) throw_damaged_record(place);
  for (const json::value& value : member->get_array()) {
    const KeptRange range = range_of(value, place, size);
    const bool is_next =
        ranges.empty() || ranges.back().timeline < range.timeline ||
        (ranges.back().timeline == range.timeline && ranges.back().last < range.first);
    if (!is_next) throw_damaged_record(place);
    ranges.push_back(range);
  }
  return ranges;
}

std::string encode_tombstone(const Tombstone& tombstone, SegmentSize size) {
  json::object object{{"format", tombstone.kept.empty() ? kArchiveFormat : kFormatWithRanges},
                      {"number", tombstone.number},
                      {"state", to_string(tombstone.state)},
                      {"floor", to_string(start_of(tombstone.floor, size))}};
  if (tombstone.timeline) object["timeline"] = tombstone.timeline->value;
  if (!tombstone.kept.empty()) {
    json::array kept;
    for (const KeptRange& range : tombstone.kept)
      kept.push_back(range_value(range, size));
    object["kept"] = std::move(kept);
  }
  if (tombstone.highest) object["highest_timeline"] = tombstone.highest->value;
  object["reached"] = to_string(start_of(tombstone.reached, size));
  object["policy"] = policy_object(tombstone.policy);
  object["reason"] = escaped(tombstone.reason);
  object["by"] = escaped(tombstone.by);
  object["begun"] = to_iso8601(tombstone.begun);
  object["files"] = tombstone.files;
  object["stored_bytes"] = tombstone.stored_bytes;
  return to_line(object);
}

Tombstone decode(const std::string& content, const std::string& place, SegmentSize size) {
  const json::object object = parse_record(content, place, kFormatWithRanges);
  const auto text = [&](std::string_view name) {
    auto value = text_member(object, name);
    if (!value) throw_damaged_record(place);
    return *std::move(value);
  };
  const auto number = [&](std::string_view name, std::uint64_t largest) {
    const auto value = number_member(object, name);
    if (!value || *value > largest) throw_damaged_record(place);
    return *value;
  };
  constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
  const auto state = parse_state(text("state"));
  const auto floor = parse_lsn(text("floor"));
  const auto reached = parse_lsn(text("reached"));
  const auto begun = parse_iso8601(text("begun"));
  const json::object* policy = object_member(object, "policy");
  if (!state || !floor || !reached || !begun || policy == nullptr) throw_damaged_record(place);
  Tombstone tombstone{.number = static_cast<std::uint32_t>(number("number", kLastNumber)),
                      .state = *state,
                      .floor = segment_of(*floor, size),
                      .timeline = {},
                      .reached = segment_of(*reached, size),
                      .policy = policy_of(*policy, place),
                      .reason = text("reason"),
                      .by = text("by"),
                      .begun = *begun,
                      .files = number("files", kLargest),
                      .stored_bytes = number("stored_bytes", kLargest),
                      .kept = ranges_of(object, place, size)};
  if (object.contains("timeline")) {
    tombstone.timeline = Timeline{static_cast<std::uint32_t>(number("timeline", kLastTimeline))};
    tombstone.policy.timeline = tombstone.timeline;
  }
  if (object.contains("highest_timeline")) {
    tombstone.highest =
        Timeline{static_cast<std::uint32_t>(number("highest_timeline", kLastTimeline))};
  }
  return tombstone;
}

// Whether a finished prune has removed everything that an earlier one may have removed: whatever it
// keeps, the earlier one kept, too.
bool covers_all_of(const Tombstone& later, const Tombstone& old) {
  if (later.state != State::kDone || later.timeline || later.limit() < old.limit()) return false;
  return std::ranges::all_of(later.kept, [&old](const KeptRange& range) {
    const bool concerns = range.first < old.limit() && old.concerns(range.timeline);
    return !concerns || is_within(old.kept, part_below(range, old.limit()));
  });
}

// Removes records that a later one covers. A removed record never has the highest number, so no
// number is used again.
void drop_covered(Backend& backend, std::string_view cluster, const EraName& era,
                  const std::vector<Tombstone>& all) {
  if (all.size() <= kMostKept) return;
  for (std::size_t i = 0; i < all.size() - kMostKept; ++i) {
    const Tombstone& old = all[i];
    const bool covered =
        std::any_of(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(),
                    [&old](const Tombstone& later) { return covers_all_of(later, old); });
    if (covered && old.state != State::kIntent) {
      backend.remove_record(layout::prune_record(cluster, era, old.number));
    }
  }
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::kIntent:
      return "intent";
    case State::kDone:
      return "done";
    case State::kWithdrawn:
      return "withdrawn";
  }
  return "";
}

KnownPrune known_prune(const Tombstone& tombstone) {
  return {.limit = tombstone.limit(),
          .timeline = tombstone.timeline,
          .has_removed = !tombstone.timeline && tombstone.reached > SegmentNumber{},
          .kept = tombstone.kept,
          .highest = tombstone.highest};
}

std::vector<Tombstone> list_tombstones(BackendReader& backend, std::string_view cluster,
                                       const EraName& era) {
  std::vector<Tombstone> all;
  const SegmentSize size = segment_size_of(era);
  std::string after;
  int beginnings = 1;
  for (;;) {
    const auto page =
        backend.list_after(layout::prune_records(cluster, era), after, kTombstonesPage);
    bool dropped = false;
    for (const Entry& entry : page) {
      const auto content = backend.read_record(entry.key);
      dropped = dropped || !content;
      if (content) all.push_back(decode(*content, record_name(backend, entry.key), size));
    }
    if (dropped) {
      // A later record covers it, and may be younger than this list.
      if (++beginnings > kMostBeginnings) {
        throw Error(ErrorKind::kUnavailable,
                    "the records of prunes change faster than the store can read them",
                    fmt::format("Look for a record below \"{}\" that cannot be read.",
                                layout::prune_records(cluster, era)));
      }
      all.clear();
      after.clear();
      continue;
    }
    if (page.size() < kTombstonesPage) return all;
    after = page.back().key;
  }
}

std::optional<Tombstone> create_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, Tombstone tombstone) {
  const std::vector<Tombstone> all = list_tombstones(backend, cluster, era);
  if (std::ranges::any_of(all, [](const Tombstone& one) { return one.state == State::kIntent; })) {
    return std::nullopt;
  }
  tombstone.number = all.empty() ? 1 : all.back().number + 1;
  if (tombstone.number > kLastNumber) {
    throw Error(ErrorKind::kRefused, "this era has had too many prunes");
  }
  const std::string key = layout::prune_record(cluster, era, tombstone.number);
  if (!backend.create_record(key, encode_tombstone(tombstone, segment_size_of(era))))
    return std::nullopt;
  return tombstone;
}

std::optional<Tombstone> change_tombstone(Backend& backend, std::string_view cluster,
                                          const EraName& era, std::uint32_t number,
                                          const TombstoneChange& change) {
  const std::string key = layout::prune_record(cluster, era, number);
  const SegmentSize size = segment_size_of(era);
  std::optional<Tombstone> existing;
  backend.update_record(
      key, [&](const std::optional<std::string>& content) -> std::optional<std::string> {
        if (!content) return std::nullopt;
        existing = decode(*content, record_name(backend, key), size);
        const bool is_intent = existing->state == State::kIntent;
        if (!is_intent && change.files == 0) return std::nullopt;
        existing->files += change.files;
        existing->stored_bytes += change.stored_bytes;
        if (!is_intent) return encode_tombstone(*existing, size);
        if (change.reached) existing->reached = std::max(existing->reached, *change.reached);
        if (change.state) existing->state = *change.state;
        if (!change.reason.empty()) existing->reason = change.reason;
        return encode_tombstone(*existing, size);
      });
  if (change.state == State::kDone) {
    drop_covered(backend, cluster, era, list_tombstones(backend, cluster, era));
  }
  return existing;
}

std::string describe(const Tombstone& tombstone, SegmentSize size) {
  const std::string what =
      tombstone.timeline
          ? fmt::format("together with timeline {}, a dead branch", tombstone.timeline->value)
          : fmt::format("below floor {}", to_string(start_of(tombstone.limit(), size)));
  return fmt::format(
      "{} {} by \"{}\", {}",
      tombstone.state == State::kIntent ? "about to be pruned: prune of" : "pruned on",
      to_iso8601(tombstone.begun), tombstone.by, what);
}

std::string describe_unfinished(const Tombstone& tombstone, SegmentSize size) {
  const std::string of =
      tombstone.timeline
          ? fmt::format("of timeline {}", tombstone.timeline->value)
          : fmt::format("below floor {}", to_string(start_of(tombstone.floor, size)));
  return fmt::format("prune {} {} by \"{}\" on {} is unfinished: {} files deleted so far",
                     tombstone.number, of, tombstone.by, to_iso8601(tombstone.begun),
                     tombstone.files);
}

std::optional<std::string> warn_of_backup_below_floor(Backend& backend, std::string_view cluster,
                                                      const EraName& era, const WalFileName& file) {
  const SegmentSize size = segment_size_of(era);
  const SegmentNumber from = file.number(size);
  for (const Tombstone& tombstone : list_tombstones(backend, cluster, era)) {
    if (!tombstone.covers(file.timeline(), from)) continue;
    const auto key =
        layout::object_key(cluster, era, WalFileName::segment(file.timeline(), from, size));
    // Young files have stayed.
    if (tombstone.state != State::kIntent && key && backend.open_object(*key) != nullptr) continue;
    return fmt::format(
        "no recovery from the backup in \"{}\" is possible: the WAL at its beginning was {}",
        file.text(), describe(tombstone, size));
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_below_floor(Backend& backend, std::string_view cluster,
                                          const EraName& era, SegmentNumber from,
                                          std::optional<Timeline> timeline,
                                          std::optional<SegmentNumber> until) {
  const SegmentSize size = segment_size_of(era);
  for (const Tombstone& tombstone : list_tombstones(backend, cluster, era)) {
    const bool in_progress = tombstone.state == State::kIntent;
    // While a dead branch is being removed, any consumer that may need it waits for the end.
    const bool concerns = tombstone.timeline ? in_progress || tombstone.timeline == timeline
                                             : !timeline || tombstone.concerns(*timeline);
    if (!concerns || from >= tombstone.limit()) continue;
    if (timeline && until &&
        is_within(tombstone.kept, part_below({*timeline, from, *until}, tombstone.limit()))) {
      continue;
    }
    return make_refusal(Code::kBelowFloor,
                        fmt::format("the WAL that is needed from {} onward is {}",
                                    to_string(start_of(from, size)), describe(tombstone, size)),
                        in_progress
                            ? fmt::format("Pruned up to {} so far. {} cancels the prune, and files "
                                          "not yet deleted are kept.",
                                          to_string(start_of(tombstone.reached, size)),
                                          suggestion({"prune", std::string(cluster), "--abandon"}))
                            : "It cannot be brought back. Use a later backup or position.");
  }
  return std::nullopt;
}

}  // namespace walstow
