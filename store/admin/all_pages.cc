#include "store/admin/all_pages.h"

#include <fmt/format.h>
#include <utility>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "proto/http/page.h"
#include "proto/wire/json_fields.h"
#include "proto/wire/report_reader.h"

namespace walstow {

namespace json = boost::json;

namespace {

[[noreturn]] void throw_same_page(std::string_view next) {
  throw Error(ErrorKind::kUnavailable,
              fmt::format("the store's list returns to the same page after \"{}\"", escaped(next)));
}

}  // namespace

bool next_page(std::string& after, std::string next) {
  if (!next.empty() && next == after) throw_same_page(next);
  after = std::move(next);
  return !after.empty();
}

std::string JoinedPages::add(const std::string& page) {
  json::object object = parse_report_body(page, "a list");
  std::string next = text_member(object, kNextPage).value_or("");
  if (!next.empty() && next <= last_) throw_same_page(next);
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

std::vector<HoleReport> all_holes(Client& client, const std::string& cluster,
                                  const Patience& patience) {
  std::vector<HoleReport> holes;
  ListHoles question{.cluster = cluster, .after = "", .range = {}};
  bool more = false;
  do {
    HolePage page = parse_hole_page(client.ask(question, patience));
    std::ranges::move(page.holes, std::back_inserter(holes));
    more = next_page(question.after, page.next);
  } while (more);
  return holes;
}

}  // namespace walstow
