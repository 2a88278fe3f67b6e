// Selects a part of a list, and continues with the next part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace walstow {

inline constexpr std::uint32_t kLargestPage = 1000;  // entries of any list with pages

struct PageRange {
  std::string after;                   // the `next` of the page before; "" from the start
  std::uint32_t limit = kLargestPage;  // entries, 1 to kLargestPage
  bool operator==(const PageRange&) const = default;
};

// In an answer with a page: the `after` of the next page; "" on the last page.
inline constexpr std::string_view kNextPage = "next";

// The query of a target: "?after=...&limit=...", without absent parts. "" for the first page of the
// largest size, which older stores accept, too.
std::string to_query(const PageRange& page);

}  // namespace walstow
