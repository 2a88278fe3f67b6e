// A list that comes in pages, as one.
#pragma once

#include <boost/json/object.hpp>

#include <string>

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

// Everything that `list` (a request with a PageRange) asks for.
template <class List>
std::string ask_all(Client& client, List list, const Patience& patience) {
  JoinedPages pages;
  do {
    list.page.after = pages.add(client.ask(list, patience));
  } while (!list.page.after.empty());
  return pages.text();
}

}  // namespace walstow
