#include "proto/wal/timeline_history.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace walstow {
namespace {

constexpr std::string_view kBlank = " \t\r\v\f";  // isspace() of the C locale, within a line

// Removes the text up to the next blank from the front of `line`, with the blanks before it, and
// returns it.
std::string_view take_field(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const std::string_view field = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(field.size());
  return field;
}

std::optional<Timeline> parse_timeline(std::string_view digits) {
  Timeline timeline;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, timeline.value);
  if (error != std::errc{} || stop != end || timeline.value == 0) return std::nullopt;
  return timeline;
}

// PostgreSQL ignores the text after the position; it writes one tab and the reason there.
std::string_view reason_of(std::string_view rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
  return rest;
}

}  // namespace

std::string impossible_place(const TimelineHistory& history, SegmentSize size) {
  Lsn before = start_of(SegmentNumber{1}, size);
  for (const TimelineSwitch& step : history.ancestry) {
    if (step.left_at < start_of(SegmentNumber{1}, size)) {
      return fmt::format("no timeline can branch off timeline {} at {}: no log begins before {}",
                         step.parent.value, to_string(step.left_at),
                         to_string(start_of(SegmentNumber{1}, size)));
    }
    if (step.left_at < before) {
      return fmt::format(
          "no timeline can branch off timeline {} at {}: the previous branch point, {}, is later",
          step.parent.value, to_string(step.left_at), to_string(before));
    }
    before = step.left_at;
  }
  return {};
}

std::string impossible_first_page(const TimelineHistory& history, SegmentNumber number,
                                  SegmentSize size, Timeline page) {
  if (std::ranges::none_of(history.ancestry,
                           [page](const TimelineSwitch& step) { return step.parent == page; })) {
    return fmt::format("its first page is from timeline {}, which is no ancestor of timeline {}",
                       page.value, history.timeline.value);
  }
  const Lsn opened = history.ancestry.back().left_at;
  const bool is_opened_inside = opened > start_of(number, size) &&
                                opened.value - start_of(number, size).value <= size.bytes();
  if (is_opened_inside) return {};
  return fmt::format(
      "its first page is from timeline {}, but timeline {} was opened at {}, in another segment",
      page.value, history.timeline.value, to_string(opened));
}

TimelineHistoryResult parse_timeline_history(Timeline own, std::string_view content) {
  if (content.size() > kLargestHistoryFile) {
    return {std::nullopt, fmt::format("it has {} bytes, but a timeline history file has at most {}",
                                      content.size(), kLargestHistoryFile)};
  }
  TimelineHistory history{own, {}};
  for (std::size_t number = 1; !content.empty(); ++number) {
    std::string_view line = content.substr(0, content.find('\n'));
    content.remove_prefix(std::min(line.size() + 1, content.size()));

    const std::string_view id = take_field(line);
    if (id.empty() || id.starts_with('#')) continue;
    const auto parent = parse_timeline(id);
    if (!parent) {
      return {std::nullopt, fmt::format("line {}: expected a timeline's number", number)};
    }
    const auto left_at = parse_lsn(take_field(line));
    if (!left_at) {
      return {std::nullopt, fmt::format("line {}: expected a WAL position after timeline {}",
                                        number, parent->value)};
    }
    if (!history.ancestry.empty() && *parent <= history.ancestry.back().parent) {
      return {std::nullopt,
              fmt::format("line {}: timeline {} follows timeline {}; they must ascend", number,
                          parent->value, history.ancestry.back().parent.value)};
    }
    if (*parent >= own) {
      return {std::nullopt, fmt::format("line {}: timeline {} is not below the file's own, {}",
                                        number, parent->value, own.value)};
    }
    if (history.ancestry.size() == kMostAncestors) {
      return {std::nullopt, fmt::format("line {}: there are more than {} timelines before it",
                                        number, kMostAncestors)};
    }
    history.ancestry.push_back({*parent, *left_at, std::string(reason_of(line))});
  }
  // PostgreSQL would read such a file as "no ancestors". It never writes one, so the file is
  // damaged.
  if (history.ancestry.empty()) return {std::nullopt, "it names no parent timeline"};
  return {std::move(history), {}};
}

}  // namespace walstow
