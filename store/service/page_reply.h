// Makes one page of a list that is completely in memory.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "proto/http/page.h"
#include "store/files/reply.h"

namespace walstow {

// Half of the limit for a JSON body.
inline constexpr std::size_t kLargestPageText = std::size_t{512} * 1024;  // bytes

// `key_of(report)` identifies a report, in printable ASCII, and the list is sorted by it. So even
// if the list changes meanwhile, its pages show every report that stays in the list exactly once.
// `to_text(list, next)` makes the body from a part of the list.
template <class Report, class KeyOf, class ToText>
Reply page_reply(std::vector<Report> list, const PageRange& page, KeyOf key_of, ToText to_text) {
  std::ranges::sort(list, {}, key_of);
  const auto begin = std::ranges::upper_bound(list, page.after, {}, key_of);
  list.erase(list.begin(), begin);
  bool goes_on = list.size() > page.limit;
  if (goes_on) list.erase(list.begin() + page.limit, list.end());
  for (;;) {
    std::string text = to_text(list, goes_on ? key_of(list.back()) : std::string());
    if (text.size() <= kLargestPageText || list.size() < 2) return json_reply(200, std::move(text));
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2), list.end());
    goes_on = true;
  }
}

}  // namespace walstow
