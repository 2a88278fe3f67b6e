#include "store/backend/s3/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>

#include "proto/base/error.h"

namespace walstow {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kLastOfScope = "s3/aws4_request";

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.update(as_bytes(text));
  return to_hex(hash.finish());
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const ByteView bytes = as_bytes(text);
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(),
           &size) == nullptr) {
    throw Error(ErrorKind::kStorage, "could not compute an HMAC-SHA256");
  }
  return {reinterpret_cast<const char*>(out.data()), size};
}

// Removes leading and trailing blanks, and joins inner ones into one.
std::string trimmed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

// "20130524T000000Z" for "2013-05-24T00:00:00Z".
std::string basic_time(Time now) {
  std::string text = to_iso8601(now);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

std::string uri_escaped(std::string_view text, Slash slash) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c) || (c == '/' && slash == Slash::kKept)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string query_text(const std::map<std::string, std::string>& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    if (!text.empty()) text += '&';
    text += fmt::format("{}={}", uri_escaped(name, Slash::kEscaped),
                        uri_escaped(value, Slash::kEscaped));
  }
  return text;
}

std::vector<std::string> sign(const S3Request& request, std::string_view payload_sha256,
                              const S3Credentials& credentials, std::string_view region, Time now) {
  const std::string time = basic_time(now);
  std::map<std::string, std::string> headers = request.headers;
  headers["host"] = request.host;
  headers["x-amz-date"] = time;
  headers["x-amz-content-sha256"] = payload_sha256;
  if (!credentials.session_token.empty()) {
    headers["x-amz-security-token"] = credentials.session_token;
  }

  std::string names, lines;
  for (const auto& [name, value] : headers) {
    names += (names.empty() ? "" : ";") + name;
    lines += fmt::format("{}:{}\n", name, trimmed(value));
  }
  const std::string canonical =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, uri_escaped(request.path, Slash::kKept),
                  query_text(request.query), lines, names, payload_sha256);
  const std::string day = time.substr(0, 8);
  const std::string scope = fmt::format("{}/{}/{}", day, region, kLastOfScope);
  const std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, scope, sha256_hex(canonical));

  std::string key = hmac(fmt::format("AWS4{}", credentials.secret_key), day);
  key = hmac(key, region);
  key = hmac(key, "s3");
  key = hmac(key, "aws4_request");
  const std::string signature = to_hex(as_bytes(hmac(key, to_sign)));

  std::vector<std::string> out;
  for (const auto& [name, value] : headers) {
    if (name != "host") out.push_back(fmt::format("{}: {}", name, value));
  }
  out.push_back(fmt::format("authorization: {} Credential={}/{},SignedHeaders={},Signature={}",
                            kAlgorithm, credentials.access_key, scope, names, signature));
  return out;
}

}  // namespace walstow
