#include "store/page/html.h"

#include <fmt/format.h>

#include "proto/base/log.h"
#include "proto/base/suggestion.h"
#include "proto/base/utf8.h"
#include "store/report/plain_words.h"

namespace walstow {
namespace {

constexpr std::size_t kLongestMessage = 4096;  // bytes

}  // namespace

Html& Html::raw(std::string_view markup) {
  html_ += markup;
  return *this;
}

void Html::escape(std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        html_ += "&amp;";
        break;
      case '<':
        html_ += "&lt;";
        break;
      case '>':
        html_ += "&gt;";
        break;
      case '"':
        html_ += "&quot;";
        break;
      case '\'':
        html_ += "&#39;";
        break;
      default:
        html_ += c;
    }
  }
}

Html& Html::text(std::string_view text, std::size_t limit) {
  escape(escaped(text, limit));
  return *this;
}

Html& Html::message(std::string_view text) {
  const std::string shown = escaped(text, kLongestMessage);
  std::string_view rest = shown;
  for (;;) {
    const std::size_t quote = rest.find('"');
    escape(rest.substr(0, quote));
    if (quote == std::string_view::npos) return *this;
    rest.remove_prefix(quote);
    const std::size_t size = quoted_command_size(rest);
    if (size > 2) {
      raw("<code>");
      escape(rest.substr(1, size - 2));
      raw("</code>");
      rest.remove_prefix(size);
    } else {
      escape(rest.substr(0, 1));
      rest.remove_prefix(1);
    }
  }
}

Html& Html::ago(Time time, Time now) {
  const std::string iso = to_iso8601(time);
  return raw(fmt::format("<time datetime=\"{0}\" title=\"{0}\">{1} ago</time>", iso,
                         age_text(now - time)));
}

std::string shortened(std::string_view text, std::size_t characters) {
  if (count_characters(text) <= characters) return std::string(text);
  std::size_t size = 0;
  for (std::size_t i = 0; i < characters; ++i)
    size += first_character(text.substr(size)).size;
  return fmt::format("{}...", text.substr(0, size));
}

}  // namespace walstow
