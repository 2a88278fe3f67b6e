#include "store/backend/s3/s3_client.h"

#include <openssl/evp.h>

#include <array>
#include <fmt/format.h>

#include "proto/base/error.h"
#include "proto/base/log.h"
#include "store/backend/s3/s3_text.h"

namespace walstow {
namespace {

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

S3Head head_of(const HttpExchange& exchange) {
  const auto size = parse_decimal(exchange.header("content-length"));
  S3Head head{.etag = bare_etag(exchange.header("etag")),
              .writes = exchange.header(kS3Writes),
              .size = size.value_or(0)};
  if (head.etag.empty() || !size) {
    throw Error(ErrorKind::kUnavailable, "the S3 service returned an object without ETag or length",
                "walstow needs both. Is there a proxy that removes them?");
  }
  return head;
}

}  // namespace

// --- reading ---

std::optional<S3Client::Opened> S3Client::get(const std::string& key, std::uint64_t offset) {
  return service_.ask_again([&](Deadline deadline) -> std::optional<Opened> {
    S3Question question{.method = "GET", .key = key};
    if (offset > 0) question.headers["range"] = fmt::format("bytes={}-", offset);
    auto exchange = service_.ask(question, deadline);
    const int status = exchange->status();
    if (status == (offset > 0 ? 206 : 200)) {
      S3Head head = head_of(*exchange);
      return Opened{.head = std::move(head), .body = std::move(exchange)};
    }
    const auto fault = parse_s3_fault(service_.whole_body(*exchange));
    if (status == 404 && fault && fault->code == "NoSuchKey") return std::nullopt;
    service_.refuse(question, *exchange, fault);
  });
}

std::optional<S3Head> S3Client::head(const std::string& key) {
  return service_.ask_again([&](Deadline deadline) -> std::optional<S3Head> {
    const S3Question question{.method = "HEAD", .key = key};
    const auto exchange = service_.ask(question, deadline);
    if (exchange->status() == 200) return head_of(*exchange);
    if (exchange->status() == 404) return std::nullopt;
    service_.refuse(question, *exchange);
  });
}

S3List S3Client::list(const ListQuery& query) {
  return service_.ask_again([&](Deadline deadline) {
    S3Question question{.method = "GET",
                        .query = {{"list-type", "2"},
                                  {"encoding-type", "url"},
                                  {"max-keys", std::to_string(query.limit)},
                                  {"prefix", query.prefix}}};
    if (!query.after.empty()) question.query["start-after"] = query.after;
    if (!query.delimiter.empty()) question.query["delimiter"] = query.delimiter;
    const auto exchange = service_.ask(question, deadline);
    if (exchange->status() != 200) service_.refuse(question, *exchange);
    S3List list = parse_s3_list(service_.whole_body(*exchange));
    // An answer to another query, from some cache, would prove a wrong absence.
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
  return service_.ask_again([&](Deadline deadline) {
    const S3Question question{.method = "GET", .query = {{"versioning", ""}}};
    const auto exchange = service_.ask(question, deadline);
    if (exchange->status() != 200) service_.refuse(question, *exchange);
    return parse_s3_versioning(service_.whole_body(*exchange));
  });
}

// --- removing ---

void S3Client::remove(const std::string& key) {
  service_.ask_again([&](Deadline deadline) {
    const S3Question question{.method = "DELETE", .key = key};
    const auto exchange = service_.ask(question, deadline);
    const int status = exchange->status();
    if (status == 204 || status == 200) return true;
    const auto fault = parse_s3_fault(service_.whole_body(*exchange));
    if (status == 404 && fault && fault->code == "NoSuchKey") return true;
    service_.refuse(question, *exchange, fault);
  });
}

void S3Client::remove_all(const std::vector<std::string>& keys) {
  // No character of a key needs escaping in XML.
  std::string text = "<Delete><Quiet>true</Quiet>";
  for (const std::string& key : keys)
    text += fmt::format("<Object><Key>{}</Key></Object>", key);
  text += "</Delete>";
  const S3Body body = text_body(text);
  service_.ask_again([&](Deadline deadline) {
    const S3Question question{
        .method = "POST",
        .query = {{"delete", ""}},
        .headers = {{"content-md5", md5_base64(text)}, {"content-type", "application/xml"}},
        .body = &body};
    const auto exchange = service_.ask(question, deadline);
    if (exchange->status() != 200) service_.refuse(question, *exchange);
    const std::string failed = parse_s3_removal(service_.whole_body(*exchange));
    if (failed.empty()) return true;
    throw Error(ErrorKind::kUnavailable, fmt::format("the S3 service did not remove {}", failed));
  });
}

}  // namespace walstow
