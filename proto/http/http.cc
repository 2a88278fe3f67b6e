#include "proto/http/http.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace walstow {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPut:
      return "PUT";
    case Method::kPost:
      return "POST";
    case Method::kDelete:
      return "DELETE";
  }
  return "";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

void Fields::set(std::string_view name, std::string value) {
  if (std::string* old = find_mutable(name)) {
    *old = std::move(value);
  } else {
    all_.emplace_back(name, std::move(value));
  }
}

void Fields::add(std::string_view name, std::string value) {
  if (std::string* first = find_mutable(name)) {
    *first = fmt::format("{}, {}", *first, value);
  } else {
    all_.emplace_back(name, std::move(value));
  }
}

std::string* Fields::find_mutable(std::string_view name) {
  for (auto& [known, value] : all_) {
    if (equal_ignoring_case(known, name)) return &value;
  }
  return nullptr;
}

const std::string* Fields::find(std::string_view name) const {
  return const_cast<Fields*>(this)->find_mutable(
      name);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (unreserved(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c <= ' ' || c > '~') return std::nullopt;  // bytes that no request target may hold
    if (c != '%') {
      decoded += c;
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned value = 0;
    const char* end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() != 2 || error != std::errc{} || stopped != end) return std::nullopt;
    decoded += static_cast<char>(value);
    i += 2;
  }
  return decoded;
}

}  // namespace walstow
