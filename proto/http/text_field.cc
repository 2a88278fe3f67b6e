#include "proto/http/text_field.h"

#include <algorithm>

#include "proto/base/utf8.h"
#include "proto/http/http.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestText = 255;  // bytes
constexpr std::string_view kEncoded = "UTF-8''";

bool is_encoded(std::string_view value) {
  return value.size() >= kEncoded.size() &&
         equal_ignoring_case(value.substr(0, kEncoded.size()), kEncoded);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::optional<std::string> parse_text(std::string_view text) {
  // HTTP drops a space at either end.
  if (text.empty() || text.size() > kLongestText || !is_printable(text) || text.front() == ' ' ||
      text.back() == ' ') {
    return std::nullopt;
  }
  return std::string(text);
}

std::string to_text_field(std::string_view text) {
  if (is_ascii(text) && !is_encoded(text)) return std::string(text);
  return std::string(kEncoded) + percent_encoded(text);
}

std::optional<std::string> parse_text_field(std::string_view value) {
  if (!is_ascii(value)) return std::nullopt;
  if (!is_encoded(value)) return parse_text(value);
  const auto decoded = percent_decoded(value.substr(kEncoded.size()));
  return decoded ? parse_text(*decoded) : std::nullopt;
}

}  // namespace walstow
