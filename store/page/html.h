// Writes HTML. Text from outside is added only by text() and message(), which escape it. So it can
// never become markup. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "proto/base/utc_time.h"

namespace walstow {

class Html {
 public:
  // Adds markup, which must come from this program's own code.
  Html& raw(std::string_view markup);
  // Adds any text, in an element or in a quoted attribute. Characters that are not printable UTF-8
  // appear as \xNN. Cuts the text to `limit` bytes.
  Html& text(std::string_view text, std::size_t limit = 1024);
  // Adds a message. Commands in double quotes become separate elements.
  Html& message(std::string_view text);
  // Adds a text such as "3 min ago", with the exact time in the element's attributes.
  Html& ago(Time time, Time now);

  std::string take() { return std::exchange(html_, {}); }

 private:
  void escape(std::string_view text);

  std::string html_;
};

// Cuts `text` to this many characters. "..." marks a text that was cut.
std::string shortened(std::string_view text, std::size_t characters);

}  // namespace walstow
