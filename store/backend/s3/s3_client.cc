#include "store/backend/s3/s3_client.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <random>
#include <thread>
#include <utility>

#include "proto/base/log.h"
#include "store/backend/s3/s3_text.h"

namespace walstow {
namespace {

constexpr std::size_t kMostExchanges = 512;
constexpr std::size_t kLargestAnswer = std::size_t{16} * 1024 * 1024;  // a list of 1000 long keys
constexpr Duration kFirstPause{50};
constexpr Duration kLongestPause{2000};
constexpr Duration kLongestConnect{3000};
// The slowest way to a service that a large object is given time for.
constexpr std::uint64_t kLeastBytesPerSecond = std::uint64_t{1} << 20;

constexpr const char* kWrites = "x-amz-meta-walstow-writes";
constexpr std::size_t kMarkSize = 8;    // bytes, in hex
constexpr std::size_t kMostMarks = 16;  // S3 takes 2 kB of metadata
constexpr std::string_view kNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// The service answers, and says that it cannot now.
class Busy : public NoAnswer {
 public:
  using NoAnswer::NoAnswer;
};

// So that those who failed together do not come back together.
void pause_about(Duration pause) {
  thread_local std::minstd_rand random{std::random_device()()};
  std::uniform_int_distribution<Duration::rep> some(pause.count() / 2, pause.count());
  std::this_thread::sleep_for(Duration(some(random)));
}

std::string md5_base64(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
    throw Error(ErrorKind::kStorage, "could not compute an MD5");
  }
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

// "MARK MARK MARK", the newest last.
std::string with_mark(std::string_view writes, const std::string& mark) {
  std::string all(writes);
  while (static_cast<std::size_t>(std::ranges::count(all, ' ')) + 1 >= kMostMarks)
    all.erase(0, all.find(' ') + 1);
  return all.empty() ? mark : all + " " + mark;
}
bool has_mark(std::string_view writes, std::string_view mark) {
  return !mark.empty() && writes.find(mark) != std::string_view::npos;
}
std::string_view newest_mark(std::string_view writes) {
  return writes.substr(writes.rfind(' ') + 1);
}

HttpLimits limits_of(const S3Options& options) {
  return {.connect = std::min(options.timeout, kLongestConnect),
          .silence = options.timeout,
          .exchanges = kMostExchanges,
          .ca = options.ca};
}

}  // namespace

S3Client::S3Client(S3Options options) : options_(std::move(options)), lanes_(limits_of(options_)) {}

// --- one question ---

std::unique_ptr<HttpExchange> S3Client::ask(const Question& question, Deadline deadline) {
  const std::size_t scheme = options_.endpoint.find("://") + 3;
  S3Request request{.method = question.method,
                    .host = options_.endpoint.substr(scheme),
                    .path = "/" + question.key,
                    .query = question.query,
                    .headers = question.headers};
  if (options_.style == S3Options::Style::kHost) {
    request.host = options_.address.bucket + "." + request.host;
  } else {
    request.path = "/" + options_.address.bucket + (question.key.empty() ? "" : request.path);
  }
  const std::string sha256 =
      question.body == nullptr ? std::string(kNothing) : question.body->sha256;
  const std::string query = query_text(request.query);
  HttpRequest http{
      .method = request.method,
      .url = options_.endpoint.substr(0, scheme) + request.host +
             uri_escaped(request.path, Slash::kKept) + (query.empty() ? "" : "?" + query),
      .headers = sign(request, sha256, options_.credentials, options_.region, options_.clock())};
  if (question.body != nullptr) {
    http.body_size = question.body->size;
    http.body = question.body->restart();
  }
  if (!health_.may_ask(Clock::now())) {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the S3 service {} has not answered for {} s", options_.endpoint,
                            health_.silent_for(Clock::now()).value_or(Duration(0)).count() / 1000),
                "It is asked again every few seconds.");
  }
  auto exchange = lanes_.ask(http, deadline);
  const int status = exchange->status();
  if (status >= 500 || status == 429 || status == 408 || status == 409) {
    const auto fault = parse_s3_fault(whole_body(*exchange));
    throw Busy(fmt::format("{} of the S3 service: it answers {}{}", question.method, status,
                           fault ? " " + escaped(fault->code) : ""));
  }
  return exchange;
}

// Makes the attempt again, with pauses, until it gives a result or a refusal.
template <class Attempt>
auto S3Client::persist(Deadline give_up, Attempt attempt) {
  Duration pause = kFirstPause;
  for (;;) {
    try {
      auto result = attempt(give_up);
      health_.answered();
      return result;
    } catch (const Busy& busy) {
      health_.answered();
      if (give_up.remaining() <= pause) throw Error(busy);
    } catch (const NoAnswer& failure) {
      health_.silent(Clock::now());
      if (give_up.remaining() <= pause) throw Error(failure);
    }
    pause_about(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

// What may be asked twice.
template <class Attempt>
auto S3Client::ask_again(Attempt attempt) {
  return persist(Deadline::after(options_.patience), std::move(attempt));
}

std::string S3Client::whole_body(HttpExchange& exchange) const {
  std::string body;
  std::vector<std::byte> piece(std::size_t{64} * 1024);
  const Deadline end = Deadline::after(options_.patience);
  while (const std::size_t size = exchange.read(piece)) {
    if (end.passed()) throw NoAnswer("an answer of the S3 service took too long");
    body += as_text(ByteView(piece).first(size));
    if (body.size() > kLargestAnswer) {
      throw Error(ErrorKind::kUnavailable, "the S3 service answers without an end");
    }
  }
  return body;
}

void S3Client::refuse(const Question& question, HttpExchange& exchange) const {
  refuse(question, exchange, parse_s3_fault(whole_body(exchange)));
}

// An answer to a HEAD has no body, and its headers alone tell.
void S3Client::refuse(const Question& question, const HttpExchange& exchange,
                      const std::optional<S3Fault>& fault) const {
  const std::string code = fault ? fault->code : "";
  std::string region = exchange.header("x-amz-bucket-region");
  if (region.empty() && fault) region = fault->region;
  const int status = exchange.status();
  // A refusal for another cause carries the region, too; and a redirect without one may be a
  // proxy's.
  const bool is_known = !region.empty() && region != options_.region;
  const bool is_about_region =
      code == "AuthorizationHeaderMalformed" || status == 301 || (!fault && status == 400);
  if (code == "PermanentRedirect" || (is_known && is_about_region)) {
    throw Error(
        ErrorKind::kUnavailable,
        fmt::format(
            "bucket \"{}\" is in another region than \"{}\", for which requests are signed: "
            "the S3 service at {} answers {}{}",
            options_.address.bucket, options_.region, options_.endpoint, status,
            fault ? " " + escaped(code) : ""),
        is_known
            ? fmt::format("Set \"s3.region\" to \"{}\"; and \"s3.endpoint\", where it is set, to "
                          "the service of that region.",
                          escaped(region))
            : "Set \"s3.region\" to the bucket's, and \"s3.endpoint\" to the service of that "
              "region.");
  }
  refuse(question, status, fault);
}

void S3Client::refuse(const Question& question, int status,
                      const std::optional<S3Fault>& fault) const {
  const std::string& bucket = options_.address.bucket;
  const std::string code = fault ? fault->code : "";
  if (code == "NoSuchBucket") {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("bucket \"{}\" does not exist at {}", bucket, options_.endpoint),
                "Correct the name of the archive, or make the bucket; walstow makes none.");
  }
  if (code == "RequestTimeTooSkewed") {
    throw Error(ErrorKind::kUnavailable,
                "the S3 service says that this host's clock is wrong (RequestTimeTooSkewed)",
                "Both must agree within 15 minutes: look at the clocks, and run an NTP client.");
  }
  if (code == "SignatureDoesNotMatch" || code == "InvalidAccessKeyId" || code == "ExpiredToken" ||
      code == "InvalidToken") {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the S3 service refuses the keys that it was given ({})", code),
                "Look at \"s3.credentials\", or at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
  }
  if (code == "AccessDenied") {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("the S3 service does not allow {} in bucket \"{}\" (AccessDenied)",
                            question.method, bucket),
                "The account needs GetObject, PutObject, DeleteObject, ListBucket and "
                "GetBucketVersioning there; without ListBucket a service hides what is absent.");
  }
  if (code == "XAmzContentSHA256Mismatch" || code == "BadDigest") {
    throw Error(ErrorKind::kUnavailable,
                fmt::format("bytes were changed on their way to the S3 service ({})", code),
                "Check the network; and the memory of this host.");
  }
  throw Error(ErrorKind::kUnavailable,
              fmt::format("{} \"{}\" of bucket \"{}\": the S3 service answers {} {}",
                          question.method, question.key, bucket, status,
                          fault ? escaped(fault->code + " " + fault->message) : "and nothing else"),
              fault ? "" : "Is it an S3 service that the setting \"s3.endpoint\" names?");
}

S3Head S3Client::head_of(const HttpExchange& exchange) const {
  const auto size = parse_decimal(exchange.header("content-length"));
  S3Head head{.etag = bare_etag(exchange.header("etag")),
              .writes = exchange.header(kWrites),
              .size = size.value_or(0)};
  if (head.etag.empty() || !size) {
    throw Error(ErrorKind::kUnavailable, "the S3 service gives an object without ETag or length",
                "walstow needs both. Is there a proxy that takes them away?");
  }
  return head;
}

// --- reading ---

std::optional<S3Client::Opened> S3Client::get(const std::string& key, std::uint64_t offset) {
  return ask_again([&](Deadline deadline) -> std::optional<Opened> {
    Question question{.method = "GET", .key = key};
    if (offset > 0) question.headers["range"] = fmt::format("bytes={}-", offset);
    auto exchange = ask(question, deadline);
    const int status = exchange->status();
    if (status == (offset > 0 ? 206 : 200)) {
      S3Head head = head_of(*exchange);
      return Opened{.head = std::move(head), .body = std::move(exchange)};
    }
    const auto fault = parse_s3_fault(whole_body(*exchange));
    if (status == 404 && fault && fault->code == "NoSuchKey") return std::nullopt;
    refuse(question, *exchange, fault);
  });
}

std::optional<S3Head> S3Client::head(const std::string& key) {
  return ask_again([&](Deadline deadline) -> std::optional<S3Head> {
    const Question question{.method = "HEAD", .key = key};
    const auto exchange = ask(question, deadline);
    if (exchange->status() == 200) return head_of(*exchange);
    if (exchange->status() == 404) return std::nullopt;
    refuse(question, *exchange);
  });
}

S3List S3Client::list(const ListQuery& query) {
  return ask_again([&](Deadline deadline) {
    Question question{.method = "GET",
                      .query = {{"list-type", "2"},
                                {"encoding-type", "url"},
                                {"max-keys", std::to_string(query.limit)},
                                {"prefix", query.prefix}}};
    if (!query.after.empty()) question.query["start-after"] = query.after;
    if (!query.delimiter.empty()) question.query["delimiter"] = query.delimiter;
    const auto exchange = ask(question, deadline);
    if (exchange->status() != 200) refuse(question, *exchange);
    S3List list = parse_s3_list(whole_body(*exchange));
    // An answer to another question, out of some cache, would be a lie about what is absent.
    std::string last = query.after;
    for (const S3Listed& entry : list.contents) {
      if (entry.key.starts_with(query.prefix) && entry.key > last) {
        last = entry.key;
        continue;
      }
      throw Error(ErrorKind::kUnavailable,
                  fmt::format("the S3 service lists \"{}\", which was not asked for or is out of "
                              "order",
                              escaped(entry.key)));
    }
    return list;
  });
}

bool S3Client::has_versions() {
  return ask_again([&](Deadline deadline) {
    const Question question{.method = "GET", .query = {{"versioning", ""}}};
    const auto exchange = ask(question, deadline);
    if (exchange->status() != 200) refuse(question, *exchange);
    return parse_s3_versioning(whole_body(*exchange));
  });
}

// --- removing ---

void S3Client::remove(const std::string& key) {
  ask_again([&](Deadline deadline) {
    const Question question{.method = "DELETE", .key = key};
    const auto exchange = ask(question, deadline);
    const int status = exchange->status();
    if (status == 204 || status == 200) return true;
    const auto fault = parse_s3_fault(whole_body(*exchange));
    if (status == 404 && fault && fault->code == "NoSuchKey") return true;
    refuse(question, *exchange, fault);
  });
}

void S3Client::remove_all(const std::vector<std::string>& keys) {
  // Keys have no character that XML would have to escape.
  std::string text = "<Delete><Quiet>true</Quiet>";
  for (const std::string& key : keys)
    text += "<Object><Key>" + key + "</Key></Object>";
  text += "</Delete>";
  const Body body = text_body(text);
  ask_again([&](Deadline deadline) {
    const Question question{
        .method = "POST",
        .query = {{"delete", ""}},
        .headers = {{"content-md5", md5_base64(text)}, {"content-type", "application/xml"}},
        .body = &body};
    const auto exchange = ask(question, deadline);
    if (exchange->status() != 200) refuse(question, *exchange);
    const std::string failed = parse_s3_removal(whole_body(*exchange));
    if (failed.empty()) return true;
    throw Error(ErrorKind::kUnavailable, "the S3 service did not remove " + failed);
  });
}

// --- putting ---

S3Client::PutResult S3Client::put_new(const std::string& key, const Body& body) {
  return put(key, body, {});
}

S3Client::PutResult S3Client::put_over(const std::string& key, const Body& body,
                                       const S3Head& standing) {
  return put(key, body, {.standing = &standing});
}

S3Client::PutResult S3Client::put(const std::string& key, const Body& body,
                                  const Condition& condition) {
  const std::string mark = random_hex(kMarkSize);
  const std::string writes =
      with_mark(condition.standing == nullptr ? "" : condition.standing->writes, mark);
  const Duration sending(1000 * (body.size / kLeastBytesPerSecond));
  const Deadline give_up = Deadline::after(options_.patience + sending);
  bool tried = false;
  return persist(give_up, [&](Deadline deadline) {
    const bool unknown = std::exchange(tried, true);
    if (unknown) {
      // What is not known is found out before it is tried again.
      if (const auto found = find_out(key, mark, condition)) return *found;
    }
    const PutResult result = put_over_once(key, body, condition, writes, deadline);
    if (result == PutResult::kDone || !unknown) return result;
    return find_out(key, mark, condition).value_or(result);
  });
}

// nullopt: it has not taken effect, and may be tried again.
std::optional<S3Client::PutResult> S3Client::find_out(const std::string& key,
                                                      const std::string& mark,
                                                      const Condition& condition) {
  const auto stands = head(key);
  if (stands && has_mark(stands->writes, mark)) return PutResult::kDone;
  if (condition.standing == nullptr) {
    // Should ours have stood and have been replaced since, it is not what stands either.
    if (stands) return PutResult::kOther;
    return std::nullopt;
  }
  if (stands && stands->etag == condition.standing->etag) return std::nullopt;
  const std::string_view before = newest_mark(condition.standing->writes);
  const bool all_marks_are_there =
      !stands || before.empty() || has_mark(stands->writes, before) ||
      static_cast<std::size_t>(std::ranges::count(stands->writes, ' ')) + 1 < kMostMarks;
  if (all_marks_are_there) return PutResult::kOther;
  throw Error(ErrorKind::kUnavailable,
              fmt::format("\"{}\" was written by too many at once to say what became of one", key));
}

// Ceph before its release 17 compares what If-Match has with an ETag without quotes, and so finds
// every ETag in quotes to be another one. Which form a service takes is found out by the first put
// that succeeds.
S3Client::PutResult S3Client::put_over_once(const std::string& key, const Body& body,
                                            const Condition& condition, const std::string& writes,
                                            Deadline deadline) {
  const EtagForm form = etag_form_;
  if (condition.standing == nullptr || form != EtagForm::kUnknown) {
    return put_once(key, body, condition, writes, form, deadline);
  }
  for (const EtagForm attempt : {EtagForm::kQuoted, EtagForm::kBare}) {
    const PutResult result = put_once(key, body, condition, writes, attempt, deadline);
    if (result == PutResult::kOther) continue;
    etag_form_ = attempt;
    return result;
  }
  return PutResult::kOther;
}

S3Client::PutResult S3Client::put_once(const std::string& key, const Body& body,
                                       const Condition& condition, const std::string& writes,
                                       EtagForm form, Deadline deadline) {
  Question question{.method = "PUT",
                    .key = key,
                    .headers = {{kWrites, writes}, {"content-type", "application/octet-stream"}},
                    .body = &body};
  if (condition.standing == nullptr) {
    question.headers["if-none-match"] = "*";
  } else {
    const std::string& etag = condition.standing->etag;
    question.headers["if-match"] = form == EtagForm::kBare ? etag : "\"" + etag + "\"";
  }
  const auto exchange = ask(question, deadline);
  const int status = exchange->status();
  const std::string answer = whole_body(*exchange);
  if (status == 200) return PutResult::kDone;
  const auto fault = parse_s3_fault(answer);
  if (status == 412 && fault) return PutResult::kOther;
  const bool stood = condition.standing != nullptr;
  if (status == 404 && stood && fault && fault->code == "NoSuchKey") return PutResult::kOther;
  refuse(question, *exchange, fault);
}

}  // namespace walstow
