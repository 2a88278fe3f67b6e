// Which part of a list is asked for, and what goes on with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace walstow {

inline constexpr std::uint32_t kLargestPage = 1000;  // entries of anything that comes in pages

struct PageRange {
  std::string after;                   // the `next` of the page before; "" from the start
  std::uint32_t limit = kLargestPage;  // entries, 1 to kLargestPage
  bool operator==(const PageRange&) const = default;
};

// Of an answer with a page: what goes on with the list, "" on the last page.
inline constexpr std::string_view kNextPage = "next";

// As the query of a target: "?after=...&limit=...", without what is left out; "" for the first page
// of the largest size, which is what a store of before takes, too.
std::string to_query(const PageRange& page);

}  // namespace walstow
