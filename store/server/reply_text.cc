#include "store/server/reply_text.h"

#include <boost/beast/http/empty_body.hpp>

#include "proto/link/http_head.h"

namespace walstow {

namespace http = boost::beast::http;

std::string to_wire(const Reply& reply, AfterReply after) {
  http::response<http::empty_body> head;
  head.version(11);
  head.result(static_cast<unsigned>(reply.head.status));
  head.set(field::kVersion, kProtocolVersion);
  for (const auto& [name, value] : reply.head.fields.all())
    head.set(name, value);
  head.keep_alive(after == AfterReply::kKeepConnection);
  head.content_length(reply.announced_size ? *reply.announced_size
                      : reply.download     ? reply.download->size()
                                           : reply.body.size());
  std::string text = head_text(head);
  if (!reply.announced_size && !reply.download) text += reply.body;
  return text;
}

}  // namespace walstow
