// The requests that an archive in a bucket needs, each until it has an answer or patience is over.
// Keys here are the bucket's: prefix included.
//
// A request without an answer (a time-out, a connection that broke, a 5xx) may have taken effect,
// or take effect later. What only reads or removes is asked again. A put is always conditional, and
// carries a random mark in the object's metadata, after the marks of the writes that it rests on;
// so when its outcome is unknown, a look at what stands tells it, also where others have written
// the same bytes, or have replaced ours meanwhile.
//
// Errors: Error{kUnavailable} with what the service said. Never "absent" without its own word for
// it (404 with the code NoSuchKey). Threads: any. All calls block.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/backend/s3/circuit_breaker.h"
#include "store/backend/s3/http_connections.h"
#include "store/backend/s3/s3_options.h"
#include "store/backend/s3/s3_responses.h"

namespace walstow {

// What stands under a key, by the head of an answer.
struct S3Head {
  std::string etag;    // without quotes
  std::string writes;  // the marks of the last writes, newest last; "" where they got lost
  std::uint64_t size = 0;
};

class S3Client {
 public:
  explicit S3Client(S3Options options);

  const S3Options& options() const { return options_; }

  struct Opened {
    S3Head head;
    std::unique_ptr<HttpExchange> body;
  };
  // From `offset` on, which is smaller than the object or 0. nullopt: absent.
  std::optional<Opened> get(const std::string& key, std::uint64_t offset = 0);

  // nullopt: nothing was found, which is no proof.
  std::optional<S3Head> head(const std::string& key);

  struct Body {
    std::uint64_t size = 0;
    std::string sha256;                   // lower-case hex
    std::function<BodyReader()> restart;  // reads it from its beginning
  };
  enum class PutResult {
    kDone,   // it stands, durably; or it stood, and others have written since
    kOther,  // the condition did not hold: nothing was done
  };
  // Where nothing stands. kOther: something does.
  PutResult put_new(const std::string& key, const Body& body);
  // In the place of `standing`, as get() or head() found it. Objects of equal bytes are one and
  // the same here. kOther: something else stands, or nothing.
  PutResult put_over(const std::string& key, const Body& body, const S3Head& standing);

  // Also where nothing stands.
  void remove(const std::string& key);
  void remove_all(const std::vector<std::string>& keys);

  struct ListQuery {
    std::string prefix, after, delimiter;
    std::size_t limit = 1000;  // 1 to 1000
  };
  S3List list(const ListQuery& query);

  bool has_versions();

 private:
  struct Condition {
    const S3Head* standing = nullptr;  // nullptr: nothing stands
  };
  enum class EtagForm { kUnknown, kQuoted, kBare };

  template <class Attempt>
  auto persist(Deadline give_up, Attempt attempt);
  template <class Attempt>
  auto ask_again(Attempt attempt);
  PutResult put(const std::string& key, const Body& body, const Condition& condition);
  PutResult put_once(const std::string& key, const Body& body, const Condition& condition,
                     const std::string& writes, EtagForm form, Deadline deadline);
  PutResult put_over_once(const std::string& key, const Body& body, const Condition& condition,
                          const std::string& writes, Deadline deadline);
  std::optional<PutResult> find_out(const std::string& key, const std::string& mark,
                                    const Condition& condition);

  struct Question {
    std::string method, key;
    std::map<std::string, std::string> query, headers;
    const Body* body = nullptr;
  };
  // Throws NoAnswer, also for what the service says of itself (5xx).
  std::unique_ptr<HttpExchange> ask(const Question& question, Deadline deadline);
  std::string whole_body(HttpExchange& exchange) const;
  [[noreturn]] void refuse(const Question& question, HttpExchange& exchange) const;
  [[noreturn]] void refuse(const Question& question, const HttpExchange& exchange,
                           const std::optional<S3Fault>& fault) const;
  [[noreturn]] void refuse(const Question& question, int status,
                           const std::optional<S3Fault>& fault) const;
  S3Head head_of(const HttpExchange& exchange) const;

  S3Options options_;
  HttpPool lanes_;
  S3Health health_;
  std::atomic<EtagForm> etag_form_ = EtagForm::kUnknown;
};

}  // namespace walstow
