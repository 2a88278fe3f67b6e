// Requests to an S3 service. Each request is signed and sent. If the service does not answer, the
// request is repeated until its deadline. A refusal by the service becomes a message with a
// remedy.
//
// Errors: Error{kUnavailable} with the service's explanation. Threads: any. All calls block.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "proto/base/deadline.h"
#include "store/backend/s3/http_connections.h"
#include "store/backend/s3/s3_health.h"
#include "store/backend/s3/s3_options.h"
#include "store/backend/s3/s3_responses.h"

namespace walstow {

struct S3Body {
  std::uint64_t size = 0;
  std::string sha256;                   // lower-case hex
  std::function<BodyReader()> restart;  // returns a reader from the body's beginning
};

struct S3Question {
  std::string method, key;
  std::map<std::string, std::string> query, headers;
  const S3Body* body = nullptr;  // must outlive the question
};

class S3Service {
 public:
  explicit S3Service(S3Options options);

  const S3Options& options() const { return options_; }

  // The number of requests sent since this object was made, and how many of them got no answer, or
  // an answer that asks to try again.
  std::uint64_t requests() const { return requests_; }
  std::uint64_t failed_requests() const { return failed_requests_; }

  // Sends the request once. Call it only within persist() or ask_again(), which record for the
  // circuit breaker whether an answer arrived. Throws NoAnswer if no answer arrived, and for the
  // statuses 5xx, 408, 409 and 429. Throws Error{kUnavailable} while the breaker is open.
  std::unique_ptr<HttpExchange> ask(const S3Question& question, Deadline deadline);
  // Returns the whole body, read within the time that the settings allow; at most 16 MiB. Throws
  // NoAnswer.
  std::string whole_body(HttpExchange& exchange) const;
  [[noreturn]] void refuse(const S3Question& question, HttpExchange& exchange) const;
  // Throws the error for a refusal whose body was already read. `fault` is nullopt if there is no
  // body, as after a HEAD.
  [[noreturn]] void refuse(const S3Question& question, const HttpExchange& exchange,
                           const std::optional<S3Fault>& fault) const;

  // Repeats the attempt, with pauses, until it returns a result or throws a refusal.
  template <class Attempt>
  auto persist(Deadline give_up, Attempt attempt) {
    std::optional<std::invoke_result_t<Attempt, Deadline>> result;
    keep_trying(give_up, [&](Deadline deadline) { result.emplace(attempt(deadline)); });
    return *std::move(result);
  }
  // Like persist(), but with the time limit in the settings.
  template <class Attempt>
  auto ask_again(Attempt attempt) {
    return persist(Deadline::after(options_.patience), std::move(attempt));
  }

 private:
  void keep_trying(Deadline give_up, const std::function<void(Deadline)>& attempt);
  [[noreturn]] void refuse(const S3Question& question, int status,
                           const std::optional<S3Fault>& fault) const;

  S3Options options_;
  HttpPool connections_;
  S3Health health_;
  std::atomic<std::uint64_t> requests_ = 0, failed_requests_ = 0;
};

}  // namespace walstow
