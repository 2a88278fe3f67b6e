// Returns a message's head as one string. Beast would write it field by field, with one system call
// (or one TLS record) each.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/write.hpp>

#include <sstream>
#include <string>

namespace walstow {

template <bool IsRequest, class HttpFields>
std::string head_text(const boost::beast::http::header<IsRequest, HttpFields>& head) {
  std::ostringstream text;
  text << head;
  return std::move(text).str();
}

}  // namespace walstow
