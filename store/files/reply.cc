#include "store/files/reply.h"

namespace walstow {

Reply json_reply(int status, std::string body) {
  Reply reply;
  reply.head.status = status;
  reply.head.fields.set(field::kContentType, std::string(kJsonType));
  reply.body = std::move(body);
  return reply;
}

Reply text_reply(std::string_view type, std::string body) {
  Reply reply;
  reply.head.status = 200;
  reply.head.fields.set(field::kContentType, std::string(type));
  reply.head.fields.set(field::kCacheControl, "no-store");
  reply.body = std::move(body);
  return reply;
}

Reply to_reply(const Refusal& refusal) {
  Reply reply = json_reply(info_of(refusal.code).status, to_json(refusal));
  // No intermediary may cache a store's answer, a refusal least of all.
  reply.head.fields.set(field::kCacheControl, "no-store");
  reply.refusal = refusal;
  return reply;
}

Refusal to_refusal(const Error& error) {
  const auto code = [&error] {
    switch (error.kind()) {
      case ErrorKind::kUsage:
      case ErrorKind::kFatal:
        return Code::kInternal;
      case ErrorKind::kInvalid:
        return Code::kBadContent;
      case ErrorKind::kRefused:
        return Code::kBadRequest;
      case ErrorKind::kUnavailable:
        return Code::kUnavailable;
      case ErrorKind::kTimeout:
        return Code::kTimeout;
      case ErrorKind::kDamaged:
        return Code::kDamaged;
      case ErrorKind::kStorage:
        return Code::kStorage;
    }
    return Code::kInternal;
  }();
  return make_refusal(code, error.what(), error.hint());
}

}  // namespace walstow
