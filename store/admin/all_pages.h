// A list that comes in pages, as one.
#pragma once

#include <boost/json/object.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "proto/client/client.h"

namespace walstow {

// Puts pages together.
class JoinedPages {
 public:
  // `page` is an answer to such a request. The `after` of the next one, "" behind the last. Throws
  // Error{kUnavailable} for what is no page, and for one that leads back to itself.
  std::string add(const std::string& page);
  // All entries in one answer, without a `next`.
  std::string text() const;

 private:
  boost::json::object all_;
  std::string last_;  // what add() has returned
};

template <class Report>
struct WholeList {
  std::string json;
  std::vector<Report> entries;  // the same
};

// Everything that `list` (a request with a PageRange) asks for; `parse` reads one page.
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

}  // namespace walstow
