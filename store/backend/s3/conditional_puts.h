// Puts that take effect only where what stands is what the writer knows of.
//
// A request without an answer (a time-out, a connection that broke, a 5xx) may have taken effect,
// or take effect later. So each put carries a random mark in the object's metadata, after the marks
// of the writes that it rests on; when its outcome is unknown, a look at what stands tells it, also
// where others have written the same bytes, or have replaced ours meanwhile.
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
    kDone,   // it stands, durably; or it stood, and others have written since
    kOther,  // the condition did not hold: nothing was done
  };
  // Where nothing stands. kOther: something does.
  Result put_new(const std::string& key, const S3Body& body) { return put(key, body, {}); }
  // In the place of `standing`, as S3Client found it. Objects of equal bytes are one and the same
  // here. kOther: something else stands, or nothing.
  Result put_over(const std::string& key, const S3Body& body, const S3Head& standing) {
    return put(key, body, {.standing = &standing});
  }

 private:
  struct Condition {
    const S3Head* standing = nullptr;  // nullptr: nothing stands
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
