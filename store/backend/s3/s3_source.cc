#include "store/backend/s3/s3_source.h"

#include <algorithm>
#include <fmt/format.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

// The limit on resumes, so that a service that breaks off each time cannot prolong a read forever.
constexpr int kMostResumed = 5;

}  // namespace

void S3Source::rewind() {
  if (offset_ > beginning_.size()) body_.reset();
  offset_ = 0;
}

std::size_t S3Source::read(MutableByteView out) {
  if (offset_ < beginning_.size()) {
    const ByteView rest = as_bytes(beginning_).subspan(offset_);
    const std::size_t size = std::min(out.size(), rest.size());
    std::copy_n(rest.begin(), size, out.begin());
    offset_ += size;
    return size;
  }
  for (;;) {
    if (offset_ == head_.size) {
      body_.reset();  // its connection is free for the next request
      return 0;
    }
    try {
      if (body_ == nullptr) resume();
      const std::size_t size = body_->read(out);
      if (size == 0) throw NoAnswer("an object from the S3 service ended too early");
      offset_ += size;
      return size;
    } catch (const NoAnswer& failure) {
      if (++resumed_ > kMostResumed) throw Error(failure);
      resume();
    }
  }
}

void S3Source::resume() {
  body_.reset();
  auto again = client_->get(key_, offset_);
  if (!again || again->head.etag != head_.etag) {
    throw Error(ErrorKind::kUnavailable, fmt::format("\"{}\" was {} while it was read", key_,
                                                     again ? "replaced" : "removed"));
  }
  body_ = std::move(again->body);
}

}  // namespace walstow
