// Sends puts that take effect only if the existing object is the one that the writer knows.
//
// A request without an answer (a time-out, a broken connection, a 5xx) may have taken effect, or
// may take effect later. So each put adds a random mark to the object's metadata, after the marks
// of the earlier writes. If the outcome is unknown, the marks of the existing object show it. This
// works even if others have since written the same bytes, or have replaced the object.
//
// Errors: as in S3Client. Threads: any. All calls block.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "store/backend/s3/s3_client.h"

namespace walstow {

class ConditionalPuts {
 public:
  // `client` must outlive this object.
  explicit ConditionalPuts(S3Client& client) : client_(client) {}

  enum class Result {
    // The object exists and is durable; or it did exist, and others have written since.
    kDone,
    kOther,  // the condition did not hold, so nothing was changed
  };
  // Creates the object if none exists under the key. Returns kOther if one exists.
  Result put_new(const std::string& key, const S3Body& body) { return put(key, body, {}); }
  // Replaces the object `existing`, which S3Client has found. Objects with equal bytes count as the
  // same object. Returns kOther if another object exists, or none.
  Result put_over(const std::string& key, const S3Body& body, const S3Head& existing) {
    return put(key, body, {.existing = &existing});
  }

 private:
  struct Condition {
    const S3Head* existing = nullptr;  // nullptr: no object exists
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
