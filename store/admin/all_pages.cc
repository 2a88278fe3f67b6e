#include "store/admin/all_pages.h"

#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/http/page.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"

namespace walstow {

namespace json = boost::json;

std::string JoinedPages::add(const std::string& page) {
  json::object object = parse_report_body(page, "a list");
  const std::string next = text_member(object, kNextPage).value_or("");
  if (!next.empty() && next <= last_) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the store's list does not continue after \"{}\"", escaped(next)));
  }
  last_ = next;
  object.erase(kNextPage);
  if (all_.empty()) {
    all_ = std::move(object);
    return next;
  }
  for (auto& [name, entries] : object) {
    json::value* const before = all_.if_contains(name);
    if (before == nullptr || !before->is_array() || !entries.is_array()) continue;
    for (json::value& entry : entries.get_array())
      before->get_array().push_back(std::move(entry));
  }
  return next;
}

std::string JoinedPages::text() const {
  return to_line(all_);
}

}  // namespace walstow
