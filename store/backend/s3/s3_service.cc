#include "store/backend/s3/s3_service.h"

#include <algorithm>
#include <fmt/format.h>
#include <random>
#include <thread>
#include <vector>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/backend/s3/s3_text.h"
#include "store/backend/s3/sigv4.h"

namespace walstow {
namespace {

constexpr std::size_t kMostExchanges = 512;
constexpr std::size_t kLargestAnswer = std::size_t{16} * 1024 * 1024;  // a list of 1000 long keys
constexpr Duration kFirstPause{50};
constexpr Duration kLongestPause{2000};
constexpr Duration kLongestConnect{3000};
constexpr std::string_view kNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The service answers, but cannot process the request now.
class Busy : public NoAnswer {
 public:
  using NoAnswer::NoAnswer;
};

// Random, so that requests that failed together do not return together.
void pause_about(Duration pause) {
  thread_local std::minstd_rand random{std::random_device()()};
  std::uniform_int_distribution<Duration::rep> some(pause.count() / 2, pause.count());
  std::this_thread::sleep_for(Duration(some(random)));
}

HttpLimits limits_of(const S3Options& options) {
  return {.connect = std::min(options.timeout, kLongestConnect),
          .silence = options.timeout,
          .exchanges = kMostExchanges,
          .ca = options.ca};
}

}  // namespace

S3Service::S3Service(S3Options options)
    : options_(std::move(options)), connections_(limits_of(options_)) {}

std::unique_ptr<HttpExchange> S3Service::ask(const S3Question& question, Deadline deadline) {
  const std::size_t scheme = options_.endpoint.find("://") + 3;
  S3Request request{.method = question.method,
                    .host = options_.endpoint.substr(scheme),
                    .path = fmt::format("/{}", question.key),
                    .query = question.query,
                    .headers = question.headers};
  if (options_.style == S3Options::Style::kHost) {
    request.host = fmt::format("{}.{}", options_.address.bucket, request.host);
  } else {
    request.path =
        fmt::format("/{}{}", options_.address.bucket, question.key.empty() ? "" : request.path);
  }
  const std::string sha256 =
      question.body == nullptr ? std::string(kNothing) : question.body->sha256;
  const std::string query = query_text(request.query);
  HttpRequest http{
      .method = request.method,
      .url = fmt::format("{}{}{}{}{}", options_.endpoint.substr(0, scheme), request.host,
                         uri_escaped(request.path, Slash::kKept), query.empty() ? "" : "?", query),
      .headers = sign(request, sha256, options_.credentials, options_.region, options_.clock())};
  if (question.body != nullptr) {
    http.body_size = question.body->size;
    http.body = question.body->restart();
  }
  if (!health_.may_ask(Clock::now())) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the S3 service {} has not answered for {} s", options_.endpoint,
                            health_.silent_for(Clock::now()).value_or(Duration(0)).count() / 1000),
                "walstow asks it again every few seconds.");
  }
  ++requests_;
  auto exchange = connections_.ask(http, deadline);
  const int status = exchange->status();
  if (status >= 500 || status == 429 || status == 408 || status == 409) {
    const auto fault = parse_s3_fault(whole_body(*exchange));
    throw Busy(fmt::format("{} to the S3 service: it answers {}{}", question.method, status,
                           fault ? fmt::format(" {}", escaped(fault->code)) : ""));
  }
  return exchange;
}

void S3Service::keep_trying(Deadline give_up, const std::function<void(Deadline)>& attempt) {
  Duration pause = kFirstPause;
  for (;;) {
    try {
      attempt(give_up);
      health_.answered();
      return;
    } catch (const Busy& busy) {
      health_.answered();
      ++failed_requests_;
      if (give_up.remaining() <= pause) throw Error(busy);
    } catch (const NoAnswer& failure) {
      health_.silent(Clock::now());
      ++failed_requests_;
      if (give_up.remaining() <= pause) throw Error(failure);
    }
    pause_about(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

std::string S3Service::whole_body(HttpExchange& exchange) const {
  std::string body;
  std::vector<std::byte> piece(std::size_t{64} * 1024);
  const Deadline end = Deadline::after(options_.patience);
  while (const std::size_t size = exchange.read(piece)) {
    if (end.passed()) throw NoAnswer("an answer of the S3 service took too long");
    body += as_text(ByteView(piece).first(size));
    if (body.size() > kLargestAnswer) {
      throw Error(ErrorKind::kUnavailable, "the answer of the S3 service is too long");
    }
  }
  return body;
}

void S3Service::refuse(const S3Question& question, HttpExchange& exchange) const {
  refuse(question, exchange, parse_s3_fault(whole_body(exchange)));
}

void S3Service::refuse(const S3Question& question, const HttpExchange& exchange,
                       const std::optional<S3Fault>& fault) const {
  const std::string code = fault ? fault->code : "";
  std::string region = exchange.header("x-amz-bucket-region");
  if (region.empty() && fault) region = fault->region;
  const int status = exchange.status();
  // A refusal for another reason carries the region too, and a redirect without one may come from a
  // proxy.
  const bool is_known = !region.empty() && region != options_.region;
  const bool is_about_region =
      code == "AuthorizationHeaderMalformed" || status == 301 || (!fault && status == 400);
  if (code == "PermanentRedirect" || (is_known && is_about_region)) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("bucket \"{}\" is not in region \"{}\", for which requests are signed: the S3 "
                    "service at {} answers {}{}",
                    options_.address.bucket, options_.region, options_.endpoint, status,
                    fault ? fmt::format(" {}", escaped(code)) : ""),
        is_known
            ? fmt::format("Set \"s3.region\" to \"{}\"; and \"s3.endpoint\", if it is set, to the "
                          "service of that region.",
                          escaped(region))
            : "Set \"s3.region\" to the bucket's region, and \"s3.endpoint\" to the service in "
              "that region.");
  }
  refuse(question, status, fault);
}

void S3Service::refuse(const S3Question& question, int status,
                       const std::optional<S3Fault>& fault) const {
  const std::string& bucket = options_.address.bucket;
  const std::string code = fault ? fault->code : "";
  if (code == "NoSuchBucket") {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("bucket \"{}\" does not exist at {}", bucket, options_.endpoint),
        "Correct the name of the archive, or create the bucket; walstow does not create buckets.");
  }
  if (code == "RequestTimeTooSkewed") {
    throw Error(ErrorKind::kUnavailable,
                "the S3 service reports that this host's clock is wrong (RequestTimeTooSkewed)",
                "Both must agree within 15 minutes: check the clocks, and run an NTP client.");
  }
  if (code == "SignatureDoesNotMatch" || code == "InvalidAccessKeyId" || code == "ExpiredToken" ||
      code == "InvalidToken") {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("the S3 service does not accept the access keys ({})", code),
        "Check the file in \"s3.credentials\", or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
  }
  if (code == "AccessDenied") {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format("the S3 service does not allow {} in bucket \"{}\" (AccessDenied)",
                    question.method, bucket),
        "The account needs GetObject, PutObject, DeleteObject, ListBucket and GetBucketVersioning "
        "there; without ListBucket a service does not report that an object is absent.");
  }
  if (code == "XAmzContentSHA256Mismatch" || code == "BadDigest") {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("bytes were changed during the transfer to the S3 service ({})", code),
                "Check the network, and the memory of this host.");
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("{} \"{}\" of bucket \"{}\": the S3 service answers {} {}",
                          question.method, question.key, bucket, status,
                          fault ? escaped(fmt::format("{} {}", fault->code, fault->message))
                                : "and nothing else"),
              fault ? "" : "Does the setting \"s3.endpoint\" name an S3 service?");
}

}  // namespace walstow
