#include "store/backend/s3/s3_responses.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <pugixml.hpp>

#include "proto/base/bytes.h"
#include "proto/base/error.h"
#include "proto/base/log.h"

namespace walstow {
namespace {

constexpr std::size_t kShown = 200;  // bytes of a foreign answer that a message quotes

[[noreturn]] void refuse_answer(std::string_view body, const char* what) {
  throw Error(ErrorKind::kUnavailable,
              fmt::format("the answer of the S3 service is not a valid {}: {}", what,
                          escaped(body, kShown)),
              "Check that the setting \"s3.endpoint\" names an S3 service, and that no proxy in "
              "between answers for it.");
}

// Parses without comments, declarations and document types, so that nobody can define entities.
pugi::xml_document parse(std::string_view body, const char* what) {
  pugi::xml_document document;
  const auto flags = pugi::parse_escapes | pugi::parse_eol;
  if (!document.load_buffer(body.data(), body.size(), flags, pugi::encoding_utf8)) {
    refuse_answer(body, what);
  }
  return document;
}

// Requests for lists have encoding-type=url, since XML cannot carry every key.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::array<std::byte, 1> byte{};
    if (text[i] == '%' && i + 2 < text.size()) {
      std::string digits(text.substr(i + 1, 2));
      std::ranges::transform(digits, digits.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      });
      if (from_hex(digits, byte)) {
        out += static_cast<char>(byte[0]);
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

// Parses "2026-11-26T13:04:43.047Z", to the second.
std::optional<Time> parse_time(std::string text) {
  const std::size_t dot = text.find('.');
  if (dot != std::string::npos) text = fmt::format("{}Z", text.substr(0, dot));
  return parse_iso8601(text);
}

}  // namespace

std::optional<S3Fault> parse_s3_fault(std::string_view body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size(), pugi::parse_escapes, pugi::encoding_utf8)) {
    return std::nullopt;
  }
  const pugi::xml_node error = document.child("Error");
  const std::string code = error.child_value("Code");
  if (code.empty()) return std::nullopt;
  return S3Fault{
      .code = code, .message = error.child_value("Message"), .region = error.child_value("Region")};
}

S3List parse_s3_list(std::string_view body) {
  constexpr const char* kWhat = "list";
  const pugi::xml_document document = parse(body, kWhat);
  const pugi::xml_node root = document.child("ListBucketResult");
  const std::string truncated = root.child_value("IsTruncated");
  if (!root || (truncated != "true" && truncated != "false")) refuse_answer(body, kWhat);
  S3List list{.bucket = root.child_value("Name"),
              .contents = {},
              .folders = {},
              .is_truncated = truncated == "true"};
  for (const pugi::xml_node entry : root.children("Contents")) {
    const auto size = parse_decimal(entry.child_value("Size"));
    const auto modified = parse_time(entry.child_value("LastModified"));
    std::string key = unescaped(entry.child_value("Key"));
    if (!size || !modified || key.empty()) refuse_answer(body, kWhat);
    list.contents.push_back({.key = std::move(key),
                             .etag = bare_etag(entry.child_value("ETag")),
                             .size = *size,
                             .modified = *modified});
  }
  for (const pugi::xml_node prefix : root.children("CommonPrefixes")) {
    list.folders.push_back(unescaped(prefix.child_value("Prefix")));
  }
  return list;
}

bool parse_s3_versioning(std::string_view body) {
  constexpr const char* kWhat = "state of versioning";
  const pugi::xml_document document = parse(body, kWhat);
  const pugi::xml_node root = document.child("VersioningConfiguration");
  if (!root) refuse_answer(body, kWhat);
  return !std::string_view(root.child_value("Status")).empty();
}

std::string parse_s3_removal(std::string_view body) {
  constexpr const char* kWhat = "report of a removal";
  const pugi::xml_document document = parse(body, kWhat);
  const pugi::xml_node root = document.child("DeleteResult");
  if (!root) refuse_answer(body, kWhat);
  std::string failed;
  for (const pugi::xml_node error : root.children("Error")) {
    if (std::string_view(error.child_value("Code")) == "NoSuchKey") continue;
    if (failed.size() < kShown) {
      failed += fmt::format("{}{} ({})", failed.empty() ? "" : ", ",
                            escaped(error.child_value("Key")), escaped(error.child_value("Code")));
    }
  }
  return failed;
}

std::string bare_etag(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

}  // namespace walstow
