// Selects a page of a list, and continues with the next page.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace walstow {

inline constexpr std::uint32_t kLargestPage = 1000;  // the maximum number of entries on a page

struct PageRange {
  std::string after;                   // the `next` of the previous page; "" for the first page
  std::uint32_t limit = kLargestPage;  // number of entries, 1 to kLargestPage
  bool operator==(const PageRange&) const = default;
};

// The name of the member of an answer that contains the `after` of the next page, or "" on the last
// page.
inline constexpr std::string_view kNextPage = "next";

// Returns the query of a target, "?after=...&limit=...". Leaves out a parameter with its default
// value. So the query for the first page of the largest size is "", which older stores accept, too.
std::string to_query(const PageRange& page);

}  // namespace walstow
