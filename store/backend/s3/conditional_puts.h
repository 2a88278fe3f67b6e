// Puts that take effect only if the existing object is the one that the writer knows.
//
// A request without an answer (a time-out, a broken connection, a 5xx) may have taken effect, or
// may take effect later. So each put carries a random mark in the object's metadata, after the
// marks of the writes that it builds on. When the outcome is unknown, the marks of the existing
// object show it, even if others have written the same bytes or have replaced our object since.
//
// Errors: as S3Client. Threads: any. All calls block.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "store/backend/s3/s3_client.h"

namespace walstow {

class ConditionalPuts {
 public:
  // `client` outlives it.
  explicit ConditionalPuts(S3Client& client) : client_(client) {}

  enum class Result {
    kDone,   // it exists, durably; or it existed, and others have written since
    kOther,  // the condition did not hold: nothing was done
  };
  // Creates the object if none exists. kOther: one exists.
  Result put_new(const std::string& key, const S3Body& body) { return put(key, body, {}); }
  // Replaces `standing`, as S3Client found it. Objects with equal bytes count as one and the same.
  // kOther: another object exists, or none.
  Result put_over(const std::string& key, const S3Body& body, const S3Head& standing) {
    return put(key, body, {.standing = &standing});
  }

 private:
  struct Condition {
    const S3Head* standing = nullptr;  // nullptr: no object exists
  };
  enum class EtagForm { kUnknown, kQuoted, kBare };

  Result put(const std::string& key, const S3Body& body, const Condition& condition);
  Result put_once(const std::string& key, const S3Body& body, const Condition& condition,
                  const std::string& writes, Deadline deadline);
  Result put_with(EtagForm form, const std::string& key, const S3Body& body,
                  const Condition& condition, const std::string& writes, Deadline deadline);
  std::optional<Result> find_out(const std::string& key, const std::string& mark,
                                 const Condition& condition);

  S3Client& client_;
  std::atomic<EtagForm> etag_form_ = EtagForm::kUnknown;
};

}  // namespace walstow
