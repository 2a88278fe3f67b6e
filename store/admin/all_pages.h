// Joins the pages of a list.
#pragma once

#include <boost/json/object.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "proto/client/client.h"
#include "proto/wire/verify_report.h"

namespace walstow {

// Sets `after` of the next request to the `next` of a page. Returns false after the last page.
// Throws Error{kUnavailable} for a `next` that leads back to the same page.
bool next_page(std::string& after, std::string next);

// Joins the pages of one list into one answer.
class JoinedPages {
 public:
  // `page` is the answer to one request. Returns the `after` of the next request, or "" after the
  // last page. Throws Error{kUnavailable} for an invalid page, and for a page whose `next` leads
  // back to itself.
  std::string add(const std::string& page);
  // Returns all entries in one answer, without a `next`.
  std::string text() const;

 private:
  boost::json::object all_;
  std::string last_;  // the last result of add()
};

template <class Report>
struct WholeList {
  std::string json;
  std::vector<Report> entries;  // the same entries, parsed
};

// Returns all entries that `list` (a request with a PageRange) selects; `parse` reads one page.
template <class List, class Report>
WholeList<Report> ask_all(Client& client, List list, const Patience& patience,
                          std::vector<Report> (*parse)(std::string_view)) {
  WholeList<Report> whole;
  JoinedPages pages;
  do {
    const std::string page = client.ask(list, patience);
    std::ranges::move(parse(page), std::back_inserter(whole.entries));
    list.page.after = pages.add(page);
  } while (!list.page.after.empty());
  whole.json = pages.text();
  return whole;
}

// Returns all holes of the cluster.
std::vector<HoleReport> all_holes(Client& client, const std::string& cluster,
                                  const Patience& patience);

}  // namespace walstow
