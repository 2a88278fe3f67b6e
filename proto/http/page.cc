#include "proto/http/page.h"

#include <fmt/format.h>

#include "proto/http/http.h"

namespace walstow {

std::string to_query(const PageRange& page) {
  std::string query;
  if (!page.after.empty()) query += fmt::format("?after={}", percent_encoded(page.after));
  if (page.limit != kLargestPage) {
    query += fmt::format("{}limit={}", query.empty() ? '?' : '&', page.limit);
  }
  return query;
}

}  // namespace walstow
